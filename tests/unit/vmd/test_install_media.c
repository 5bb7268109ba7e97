// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories as people write them, where their installers are, and the command lines for them.
 */
#include "test.h"

#include "vmd/install_media.h"

static struct install_media media;
static struct reason why;

static int read_media(const char *repository, const char *distro, const char *release,
		      const char *args)
{
	const struct install_wish wish = { repository, distro, release, args };

	return install_media_read(&wish, &media, &why);
}

/* The command line for the layout with that kernel. */
static const char *line_for(const char *kernel)
{
	static struct buf line;
	struct install_place place;

	buf_free(&line);
	line = (struct buf){ 0 };
	for (unsigned int i = 0; install_media_place(&media, i, &place); i++)
		if (strcmp(place.kernel, kernel) == 0)
			return install_media_cmdline(&media, &place, &line, &why) == 0 ? line.data
										       : NULL;
	fail_msg("no layout has %s", kernel);
	return NULL;
}

static void test_debian(void **state)
{
	struct install_place place;

	(void)state;
	assert_int_equal(
		read_media("http://deb.example.org:8080/debian/", "debianlike", "trixie", NULL), 0);
	assert_false(media.nfs);
	assert_string_equal(media.base, "http://deb.example.org:8080/debian");
	assert_true(install_media_place(&media, 0, &place));
	assert_string_equal(place.kernel, "dists/trixie/main/installer-amd64/current/images/"
					  "netboot/debian-installer/amd64/linux");
	assert_string_equal(place.ramdisk, "dists/trixie/main/installer-amd64/current/images/"
					   "netboot/debian-installer/amd64/initrd.gz");
	assert_string_equal(line_for(place.kernel),
			    "console=hvc0 TERM=linux mirror/country=manual mirror/protocol=http "
			    "mirror/http/hostname=deb.example.org:8080 "
			    "mirror/http/directory=/debian mirror/http/proxy= --- console=hvc0");
	/* The folder of the installer itself; and what a user adds. */
	assert_int_equal(read_media("https://h/x", "debianlike", NULL, "auto=true url=http://p"),
			 0);
	assert_string_equal(line_for("linux"),
			    "console=hvc0 TERM=linux auto=true url=http://p --- console=hvc0");
	assert_true(install_media_place(&media, 0, &place));
	assert_non_null(strstr(place.kernel, "dists/stable/"));
	assert_false(install_media_place(&media, 6, &place));
}

static void test_others(void **state)
{
	(void)state;
	assert_int_equal(read_media("nfs://192.0.2.1/srv/fedora/", "rhlike", NULL, "inst.sshd"), 0);
	assert_true(media.nfs);
	assert_string_equal(media.base, "192.0.2.1:/srv/fedora");
	assert_string_equal(line_for("images/pxeboot/vmlinuz"),
			    "console=hvc0 inst.text inst.repo=nfs:192.0.2.1:/srv/fedora inst.sshd");
	assert_int_equal(read_media("nfs://server/", "rhlike", NULL, NULL), 0);
	assert_string_equal(media.base, "server:/");
	assert_int_equal(read_media("http://h/alma/9/BaseOS/x86_64/os", "rhlike", NULL, NULL), 0);
	assert_string_equal(line_for("images/pxeboot/vmlinuz"),
			    "console=hvc0 inst.text inst.repo=http://h/alma/9/BaseOS/x86_64/os");
	assert_int_equal(read_media("https://h/alpine/v3.22", "alpine", NULL, NULL), 0);
	assert_string_equal(line_for("releases/x86_64/netboot/vmlinuz-virt"),
			    "console=hvc0 ip=dhcp modules=loop,squashfs "
			    "alpine_repo=https://h/alpine/v3.22/main "
			    "modloop=https://h/alpine/v3.22/releases/x86_64/netboot/modloop-virt");
}

static void test_ubuntu(void **state)
{
	(void)state;
	assert_int_equal(read_media("http://h/24.04", "debianlike", "noble", NULL), 0);
	assert_null(line_for("netboot/amd64/linux"));
	assert_reason(why, "needs url=");
	assert_int_equal(read_media("http://h/24.04", "debianlike", "noble", "url=http://h/u.iso"),
			 0);
	assert_string_equal(line_for("netboot/amd64/linux"),
			    "console=hvc0 ip=dhcp url=http://h/u.iso");
	assert_int_equal(read_media("nfs:server:/ubuntu", "debianlike", "noble", NULL), 0);
	assert_string_equal(line_for("casper/vmlinuz"),
			    "console=hvc0 ip=dhcp boot=casper netboot=nfs nfsroot=server:/ubuntu");
}

static void test_refused(void **state)
{
	static const struct {
		const char *repository, *distro, *said;
	} wrong[] = {
		{ "http://h/f", "freebsd", "from its CD" },
		{ "http://h/f", "solaris", "is not known" },
		{ "ftp://h/f", "debianlike", "expected http" },
		{ "file:///etc", "debianlike", "expected http" },
		{ "nfs://host", "debianlike", "expected http" },
		{ "nfs:///path", "debianlike", "expected http" },
		{ "http://h/a b", "debianlike", "expected http" },
		{ "http://h/\"", "debianlike", "expected http" },
		{ "http://h/\xc3\xa4", "debianlike", "expected http" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_media(wrong[i].repository, wrong[i].distro, NULL, NULL), -1);
		assert_reason(why, wrong[i].said);
	}
	assert_int_equal(read_media("http://h", "debianlike", "a b", NULL), -1);
	assert_int_equal(read_media("nfs://h/a", "alpine", NULL, NULL), 0);
	assert_null(line_for("releases/x86_64/netboot/vmlinuz-virt"));
	assert_reason(why, "http or https");
}

static void test_files(void **state)
{
	uint8_t head[MEDIA_HEAD] = { 0 };
	const struct bytes b = { head, sizeof(head) };

	(void)state;
	assert_false(install_media_is_kernel(b));
	assert_false(install_media_is_ramdisk(b));
	memcpy(head, "\x1f\x8b", 2);
	assert_true(install_media_is_ramdisk(b));
	assert_false(install_media_is_kernel(b));
	memcpy(head + 0x1fe, "\x55\xaaxxHdrS", 8);
	assert_true(install_media_is_kernel(b));
	assert_false(install_media_is_kernel((struct bytes){ head, 0x204 }));
	memcpy(head, "070701", 6);
	assert_true(install_media_is_ramdisk(b));
	memcpy(head, "<html>", 6);
	assert_false(install_media_is_ramdisk(b));
	assert_false(install_media_is_ramdisk((struct bytes){ head, 0 }));
	memcpy(head, "\177ELF", 4);
	assert_true(install_media_is_kernel(b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debian), cmocka_unit_test(test_others),
		cmocka_unit_test(test_ubuntu), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
