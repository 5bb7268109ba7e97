// SPDX-License-Identifier: GPL-2.0-or-later
/* What was chosen on the screens becomes an answer file that the installer takes. */
#include "toolstack/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "installer/answers/answers.h"
#include "installer/ui/plan.h"

static struct plan plan;
static char printed[8192];

static int fresh(void **state)
{
	plan = (struct plan){ .hostname = "h1", .password = "pass'word", .again = "pass'word" };
	plan.nr_disks = 3;
	for (size_t i = 0; i < 3; i++) {
		snprintf(plan.disks[i].name, sizeof(plan.disks[i].name), "sd%c", (char)('a' + i));
		snprintf(plan.disks[i].found, sizeof(plan.disks[i].found), "nothing");
	}
	plan.disks[0].use = DISK_SYSTEM;
	plan.nr_nics = 2;
	snprintf(plan.nics[0].name, sizeof(plan.nics[0].name), "nic0");
	snprintf(plan.nics[1].name, sizeof(plan.nics[1].name), "nic1");
	return 0;
}

/* The plan, as the installer's shell gets it. */
static void says(const char *line)
{
	struct answers a = { 0 };
	struct buf text = { 0 }, out = { 0 };
	struct reason why;

	plan_write(&plan, &text);
	if (answers_parse(&a, text.data, text.len, &why) < 0)
		fail_msg("%s in:\n%s", why.text, text.data);
	answers_print(&a, &out);
	snprintf(printed, sizeof(printed), "%s", out.data);
	if (!strstr(printed, line))
		fail_msg("no \"%s\" in: %s", line, printed);
	buf_free(&text);
	buf_free(&out);
	answers_free(&a);
}

static void the_least(void **state)
{
	says("a_disk='sda'\na_second_disk=''\na_storage_disks=''\na_erase=''\na_storage='thin'\n");
	says("a_network='automatic bridges\nautomatic address\n'");
	says("a_finish='shell'");
}

static void disks(void **state)
{
	plan.disks[1].use = DISK_MIRROR;
	plan.disks[2].use = DISK_STORAGE;
	snprintf(plan.disks[2].found, sizeof(plan.disks[2].found), "ext4 \"photos\"");
	plan.storage = PLAN_THICK;
	says("a_disk='sda'\na_second_disk='sdb'\na_storage_disks='sdc'\na_erase='sdc'\n"
	     "a_storage='thick'\n");
}

static void a_fixed_address(void **state)
{
	plan.nic = 1;
	plan.ip4 = PLAN_FIXED;
	strcpy(plan.address, "192.0.2.10/24");
	strcpy(plan.gateway, "192.0.2.1");
	strcpy(plan.dns, "192.0.2.53 192.0.2.54");
	strcpy(plan.ntp, "192.0.2.5, 192.0.2.6");
	says("network xenbr1\nnic nic1\naddress 192.0.2.10/24\ngateway 192.0.2.1\n"
	     "dns 192.0.2.53 192.0.2.54\n'");
	says("a_ntp_servers='192.0.2.5 192.0.2.6'");
}

static void a_vlan(void **state)
{
	strcpy(plan.vlan, "20");
	says("network host\nnic nic0\nvlan 20\naddress dhcp\n'");
}

static void a_bond_with_both_addresses(void **state)
{
	plan.bond = 1;
	plan.bond_mode = 1;
	plan.ip4 = PLAN_FIXED;
	plan.ip6 = PLAN_FIXED6;
	strcpy(plan.address, "192.0.2.10/24");
	strcpy(plan.address6, "2001:db8::10/64");
	strcpy(plan.gateway6, "2001:db8::1");
	says("bond bond0\nnics nic0 nic1\nmode 802.3ad\nnetwork host\nnic bond0\n"
	     "address 192.0.2.10/24\naddress 2001:db8::10/64\ngateway 2001:db8::1\n'");
}

static void what_is_there_already(void **state)
{
	plan.nr_socles = 1;
	strcpy(plan.socles[0].disk, "sdb");
	plan.what = 1;
	says("a_install='upgrade'\na_disk='sdb'\n");
	plan.what = 2;
	plan.restore = 1;
	says("a_install='reinstall'\na_disk='sdb'\n");
	assert_non_null(strstr(printed, "a_backup='disk:/host-backup.tar.zst'"));
}

static void file_make(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Disks and cards as sysfs has them; what is no disk, or too small, is passed over. */
static void the_machine(void **state)
{
	char sys[] = "/tmp/socle-plan-XXXXXX", path[128];
	static const char *const folders[] = { "",           "/block",
					       "/block/vda", "/block/loop0",
					       "/block/vdb", "/class",
					       "/class/net", "/class/net/nic0" };

	assert_non_null(mkdtemp(sys));
	for (size_t i = 1; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", sys, folders[i]);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s/block/vda/size", sys);
	file_make(path, "20971520\n");
	snprintf(path, sizeof(path), "%s/block/vdb/size", sys);
	file_make(path, "2048\n");
	snprintf(path, sizeof(path), "%s/block/loop0/size", sys);
	file_make(path, "20971520\n");
	snprintf(path, sizeof(path), "%s/class/net/nic0/address", sys);
	file_make(path, "52:54:00:12:34:56\n");
	plan = (struct plan){ 0 };
	plan_find_disks(&plan, sys);
	plan_find_nics(&plan, sys);
	assert_int_equal(plan.nr_disks, 1);
	assert_string_equal(plan.disks[0].name, "vda");
	assert_int_equal(plan.disks[0].megabytes, 10240);
	assert_int_equal(plan.nr_nics, 1);
	assert_string_equal(plan.nics[0].mac, "52:54:00:12:34:56");
	snprintf(path, sizeof(path), "rm -r %s", sys);
	assert_int_equal(system(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_least, fresh),
		cmocka_unit_test_setup(disks, fresh),
		cmocka_unit_test_setup(a_fixed_address, fresh),
		cmocka_unit_test_setup(a_vlan, fresh),
		cmocka_unit_test_setup(a_bond_with_both_addresses, fresh),
		cmocka_unit_test_setup(what_is_there_already, fresh),
		cmocka_unit_test(the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
