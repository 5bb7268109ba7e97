// SPDX-License-Identifier: GPL-2.0-or-later
/* Answer files: what is understood, and what each mistake is called. */
#include "toolstack/test.h"

#include "installer/answers/answers.h"

#define GOOD "disk vda\nroot-password-hash $6$salt$hash\n"
#define XML_GOOD                                                            \
	"<installation mode=\"fresh\">\n<primary-disk>sda</primary-disk>\n" \
	"<root-password type=\"hash\">$6$salt$hash</root-password>\n"

#define TRUSTED "RWQ5EQSVB7vzcuYE3/x+eVTxWyE14h3u7/vK3Z8I+GuwEcEGOQ2VckNj"

static struct reason why;
static char printed[8192];

/* The answers as the shell gets them, or NULL with why. */
static const char *parse(const char *text)
{
	struct answers a = { 0 };
	struct buf out = { 0 };
	int rc;

	why.text[0] = '\0';
	rc = answers_parse(&a, text, strlen(text), &why);
	if (rc == 0) {
		answers_print(&a, &out);
		snprintf(printed, sizeof(printed), "%s", out.data);
	}
	buf_free(&out);
	answers_free(&a);
	return rc == 0 ? printed : NULL;
}

static void has(const char *text, const char *line)
{
	const char *out = parse(text);

	if (!out || !strstr(out, line))
		fail_msg("no \"%s\" in: %s%s", line, out ? out : "", why.text);
}

static void refused(const char *text, const char *with)
{
	assert_null(parse(text));
	if (!strstr(why.text, with))
		fail_msg("\"%s\" does not say \"%s\"", why.text, with);
}

static void defaults(void **state)
{
	has(GOOD, "a_disk='vda'\n");
	has(GOOD, "a_storage='thin'\n");
	has(GOOD, "a_source='medium'\n");
	has(GOOD, "a_finish='reboot'\n");
	has(GOOD, "a_network='automatic bridges\nautomatic address\n'");
}

static void everything(void **state)
{
	has("# all\n disk /dev/sda \r\nmirror-disk sdb\nstorage-disk sdc\nerase sda\nerase sdc\n"
	    "storage thick\nsource http://10.0.0.1:80/a/\nhostname a.b-c\n"
	    "ssh-key ssh-ed25519 AAAA me\nntp-server 10.0.0.1\nntp-server t.example\n"
	    "finish poweroff\ntrust-key " TRUSTED "\nroot-password-hash $6$salt$hash",
	    "a_disk='sda'\na_second_disk='sdb'\na_storage_disks='sdc'\na_erase='sda sdc'\n"
	    "a_storage='thick'\na_source='http://10.0.0.1:80/a/'\na_hostname='a.b-c'\n"
	    "a_root_hash='$6$salt$hash'\na_ssh_key='ssh-ed25519 AAAA me'\n"
	    "a_ntp_servers='10.0.0.1 t.example'\na_trust_key='" TRUSTED "'\na_finish='poweroff'\n");
}

static void nothing_for_the_shell(void **state)
{
	has(GOOD "ssh-key ssh-rsa '; reboot; '\n", "a_ssh_key='ssh-rsa '\\''; reboot; '\\'''\n");
	refused(GOOD "hostname $(reboot)\n", "answers:3: hostname:");
	refused(GOOD "ntp-server a'b\n", "answers:3: ntp-server:");
	refused("disk `x`\n", "answers:1: disk:");
}

static void passwords_are_hashed(void **state)
{
	has("disk vda\nroot-password  two words \n", "a_root_hash='$6$");
	assert_null(strstr(printed, "two words"));
	refused("disk vda\nroot-password\n", "answers:2: root-password: a password has 1");
	refused("disk vda\nroot-password-hash secret\n", "answers:2: root-password-hash:");
	refused("disk vda\n", "no password");
}

static void mistakes_have_lines(void **state)
{
	refused(GOOD "\n# c\ndisc vdb\n", "answers:5: there is no setting \"disc\"");
	refused(GOOD "disk vdb\n", "answers:3: disk: said twice");
	refused(GOOD "storage some\n", "answers:3: storage: \"some\"; one of thin, thick, none");
	refused(GOOD "source nfs:/x\n", "answers:3: source:");
	refused(GOOD "install again\n", "answers:3: install: \"again\"; one of fresh, upgrade,");
	refused(GOOD "clock 2026-13-01 10:00\n", "answers:3: clock:");
	refused(GOOD "clock 2026-11-01\n", "answers:3: clock:");
	refused(GOOD "keymap ../x\n", "answers:3: keymap:");
	refused(GOOD "timezone Europe/$x\n", "answers:3: timezone:");
	refused(GOOD "hook later http://h/x\n", "answers:3: hook: a stage is");
	refused(GOOD "hook before-boot\n", "answers:3: hook: \"\" is no file");
	refused(GOOD "hook before-boot http://h/x\nhook before-boot /a b\n", "answers:4: hook:");
	refused(GOOD "restore-backup `x`\n", "answers:3: restore-backup:");
	refused(GOOD "trust-key RWQ\n", "answers:3: trust-key:");
	refused(GOOD "hostname -a\n", "answers:3: hostname:");
	refused(GOOD "\nnetwork a\n nic nic0\n address 1.2\n", "answers:6: expected");
	refused(GOOD "network a\n address\n", "answers:4: expected");
}

static void contradictions(void **state)
{
	refused("root-password x\n", "no disk");
	refused(GOOD "mirror-disk vda\n", "are both vda");
	refused(GOOD "storage-disk vda\n", "a system disk");
	refused(GOOD "erase vdb\n", "erase vdb: nothing");
	refused(GOOD "storage none\nstorage-disk vdb\n", "storage none");
}

static void time_and_keys(void **state)
{
	has(GOOD "keymap de-latin1\ntimezone America/Port-au-Prince\nclock 2026-11-21 20:15\n",
	    "a_keymap='de-latin1'\na_timezone='America/Port-au-Prince'\n"
	    "a_clock='2026-11-21 20:15'\n");
}

static void hooks_and_places(void **state)
{
	has(GOOD "source nfs://10.0.0.1/srv/socle\nhook before-disks http://h/a\n"
		 "hook before-boot  disk:/b\nrestore-backup nfs://h/b/host.tar.zst\n",
	    "a_hooks='before-disks http://h/a\nbefore-boot disk:/b'\n");
	has(GOOD "restore-backup nfs://h/b/host.tar.zst\n", "a_backup='nfs://h/b/host.tar.zst'\n");
}

/* What is kept is found on the disks, and cannot be said. */
static void what_is_kept(void **state)
{
	has("install upgrade\n", "a_install='upgrade'\na_disk=''\n");
	has("install upgrade\ndisk vdb\nfinish shell\n", "a_disk='vdb'\n");
	has("install reinstall\nroot-password x\nhostname h\n", "a_install='reinstall'\n");
	refused("install upgrade\nhostname h\n", "install upgrade keeps what is there: hostname");
	refused("install upgrade\nnetwork a\n", "the network cannot be set");
	refused("install upgrade\nsource http://h/x\n", "takes the medium");
	refused("install reinstall\n", "no password");
	refused("install reinstall\nroot-password x\nerase vda\n", "erase cannot be set");
	refused("install reinstall\nroot-password x\nstorage thick\n", "storage cannot be set");
}

static void xml_modes(void **state)
{
	has("<installation mode='upgrade'><existing-installation>sda</existing-installation>"
	    "<source type='local'/></installation>",
	    "a_install='upgrade'\na_disk='sda'\n");
	has("<installation mode='reinstall' srtype='lvm'><primary-disk>sda</primary-disk>"
	    "<guest-disk>sdb</guest-disk><root-password>x</root-password></installation>",
	    "a_storage_disks=''\na_erase=''\n");
	has(XML_GOOD "<source type='nfs'>10.0.0.1:/srv/x</source><script "
		     "stage='filesystem-populated' type='nfs'>h:/s/x</script><script "
		     "stage='installation-complete' type='url'>http://h/y</script></installation>",
	    "a_source='nfs://10.0.0.1/srv/x'");
	assert_non_null(strstr(printed, "after-files nfs://h/s/x\nbefore-boot http://h/y'"));
	has("<installation><raid device='md127'><disk>sda</disk><disk>sdb</disk></raid>"
	    "<primary-disk>md127</primary-disk><root-password>x</root-password></installation>",
	    "a_disk='sda'\na_second_disk='sdb'\na_storage_disks=''\na_erase='sda sdb'\n");
	refused("<installation><raid device='md0'><disk>sda</disk><disk>sdb</disk><disk>sdc</disk>",
		"answers:1: <disk>: a mirror has two disks");
	has(XML_GOOD "<keymap>de</keymap><time-config-method>ntp</time-config-method>"
		     "</installation>",
	    "a_keymap='de'");
	refused(XML_GOOD "<script stage='later' type='url'>http://h/y</script></installation>",
		"answers:4: <script>: its stage is");
	refused(XML_GOOD "<source type='nfs'>h/x</source></installation>", "NFS is SERVER:/PATH");
	refused(XML_GOOD "<time-config-method>sundial</time-config-method></installation>",
		"answers:4: <time-config-method>:");
}

static void xml(void **state)
{
	has(XML_GOOD "<guest-disk>sda</guest-disk><guest-disk>sdb</guest-disk></installation>",
	    "a_disk='sda'\na_second_disk=''\na_storage_disks='sdb'\na_erase='sda sdb'\n");
	has(XML_GOOD "<source type='url'>http://h/x</source><keymap>us</keymap>"
		     "<timezone>Europe/Berlin</timezone></installation>",
	    "a_source='http://h/x'");
	has(XML_GOOD "<name-server>10.0.0.2</name-server><name-server>10.0.0.3</name-server>"
		     "<admin-interface name='eth1' proto='static'><ip>10.0.0.5</ip>"
		     "<subnet-mask>255.255.255.0</subnet-mask><gateway>10.0.0.1</gateway>"
		     "</admin-interface></installation>",
	    "network xenbr1\nnic nic1\naddress 10.0.0.5/24\ngateway 10.0.0.1\n"
	    "dns 10.0.0.2 10.0.0.3\n");
	has("<installation srtype='lvm'><primary-disk guest-storage='no'>sda</primary-disk>"
	    "<root-password>x</root-password></installation>",
	    "a_root_hash='$6$");
}

static void xml_mistakes(void **state)
{
	refused(XML_GOOD "\n<kaymap>us</kaymap></installation>",
		"answers:5: <kaymap>: there is no such element here");
	refused("<installation mode='later'/>", "answers:1: <installation>: install: \"later\"");
	refused(XML_GOOD "<hostname>a b</hostname></installation>",
		"answers:4: <hostname>: hostname: \"a b\"");
	refused(XML_GOOD "<admin-interface name='eth0' proto='static'><ip>10.0.0.5</ip>"
			 "<subnet-mask>255.0.255.0</subnet-mask></admin-interface></installation>",
		"<admin-interface>: proto");
	refused(XML_GOOD, "answers:4: ");
	refused("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><installation/>",
		"answers:1: <!DOCTYPE>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(nothing_for_the_shell),
		cmocka_unit_test(passwords_are_hashed),
		cmocka_unit_test(mistakes_have_lines),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(time_and_keys),
		cmocka_unit_test(hooks_and_places),
		cmocka_unit_test(what_is_kept),
		cmocka_unit_test(xml_modes),
		cmocka_unit_test(xml),
		cmocka_unit_test(xml_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
