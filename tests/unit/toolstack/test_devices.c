// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disk=, and lists of disks and interfaces: every form that xl takes, and messages that name file,
 * line, word and expectation.
 */
#include "test.h"

#include "devices/device_list.h"
#include "devices/disk_vdev.h"

static struct reason why;

static void vdev_is(const char *name, uint32_t number)
{
	uint32_t devid = 0;

	if (!disk_vdev_parse(name, &devid))
		fail_msg("%s is refused", name);
	assert_int_equal(devid, number);
}

static void test_vdev(void **state)
{
	static const char *const wrong[] = {
		"",          "xvd",      "xvdA",   "xvda0",      "xvda256", "xvda01",  "sdq",
		"sda16",     "hde",      "hda64",  "d",          "dp1",     "d1p",     "d1q2",
		"0",         "0x",       "51712 ", "0x20000000", "vda",     "xvdaa1x", "-1",
		"xvdzzzzzz", "d1048576", "xvda 1", "4294967296"
	};
	uint32_t devid;

	(void)state;
	vdev_is("xvda", 51712);
	vdev_is("xvda1", 51713);
	vdev_is("xvdb", 51728);
	vdev_is("xvdp15", 51967);
	vdev_is("xvdq", 268439552);
	vdev_is("xvda16", 268435472);
	vdev_is("xvdaa", 268442112);
	vdev_is("d0p1", 51713);
	vdev_is("d0", 51712);
	vdev_is("d5p0", 51792);
	vdev_is("d536p37", 268572709);
	vdev_is("sda", 2048);
	vdev_is("sdb1", 2065);
	vdev_is("hda", 768);
	vdev_is("hdb2", 834);
	vdev_is("hdc", 5632);
	vdev_is("hdd63", 5759);
	vdev_is("51712", 51712);
	vdev_is("0xca00", 51712);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (disk_vdev_parse(wrong[i], &devid))
			fail_msg("\"%s\" is taken", wrong[i]);
}

static struct disk_config disk(const char *text)
{
	struct disk_config d;

	if (disk_config_parse(&d, "x.cfg", 3, text, &why) < 0)
		fail_msg("%s", why.text);
	return d;
}

static void disk_is(const char *text, const char *target, const char *vdev, bool readonly)
{
	struct disk_config d = disk(text);

	assert_string_equal(d.target, target);
	assert_string_equal(d.vdev, vdev);
	assert_int_equal(d.readonly, readonly);
	assert_int_equal(d.format, DISK_RAW);
	assert_false(d.cdrom);
	disk_config_free(&d);
}

static void disk_refused(const char *text, const char *part)
{
	struct disk_config d;

	assert_int_equal(disk_config_parse(&d, "x.cfg", 3, text, &why), -1);
	assert_reason(why, part);
}

static void test_disk_forms(void **state)
{
	(void)state;
	disk_is("/dev/vg/guest,raw,xvda,rw", "/dev/vg/guest", "xvda", false);
	disk_is("/dev/vg/guest,,xvda", "/dev/vg/guest", "xvda", false);
	disk_is("/dev/vg/guest, raw, xvdb, ro", "/dev/vg/guest", "xvdb", true);
	disk_is("format=raw, vdev=xvda, access=rw, target=/dev/vg/guest", "/dev/vg/guest", "xvda",
		false);
}

static void test_disk_old_forms(void **state)
{
	(void)state;
	disk_is("phy:/dev/vg/guest,xvda,w", "/dev/vg/guest", "xvda", false);
	disk_is("phy:vg/guest,xvda,w", "/dev/vg/guest", "xvda", false);
	disk_is("file:/srv/a.img,sda1,r", "/srv/a.img", "sda1", true);
	disk_is("tap:aio:/srv/a.img,xvda,w", "/srv/a.img", "xvda", false);
	disk_is("file:/srv/a.img,raw,xvda,w", "/srv/a.img", "xvda", false);
	disk_is("raw:/srv/a.img,xvda,w", "/srv/a.img", "xvda", false);
}

static void test_disk_target_takes_the_rest(void **state)
{
	struct disk_config d = disk("vdev=xvda,target=/srv/a, b=c.img");

	(void)state;
	assert_string_equal(d.target, "/srv/a, b=c.img");
	disk_config_free(&d);
}

static void test_disk_words(void **state)
{
	struct disk_config d = disk("/a,raw,xvda,w!,no-discard,direct-io-safe,backendtype=phy");

	(void)state;
	assert_true(d.shared);
	assert_false(d.readonly);
	assert_false(d.discard);
	assert_true(d.direct_io_safe);
	disk_config_free(&d);
	d = disk("/a.iso,raw,hdc,r,devtype=cdrom");
	assert_true(d.cdrom);
	assert_int_equal(d.devid, 5632);
	disk_config_free(&d);
	d = disk("/a.iso,,hdc:cdrom,w");
	assert_true(d.cdrom);
	assert_true(d.readonly);
	disk_config_free(&d);
	d = disk(",raw,xvdd,r,cdrom");
	assert_true(d.cdrom);
	assert_null(d.target);
	disk_config_free(&d);
	d = disk("/a,qcow2,xvda,w");
	assert_int_equal(d.format, DISK_QCOW2);
	assert_true(d.discard);
	disk_config_free(&d);
}

static void test_disk_mistakes(void **state)
{
	(void)state;
	disk_refused("", "x.cfg:3: disk: it has no name in the guest");
	disk_refused("/a", "x.cfg:3: disk: it has no name in the guest");
	disk_refused(",raw,xvda,w", "x.cfg:3: disk xvda: it has no target");
	disk_refused("/a,raw,xvda,q", "x.cfg:3: disk: expected the access r or w, found \"q\"");
	disk_refused("/a,raw,xvda,wwwww", "expected the access r or w");
	disk_refused("/a,xvda,w", "expected the format raw or qcow2, found \"xvda\"");
	disk_refused("/a,vhd,xvda,w", "expected the format raw or qcow2, found \"vhd\"");
	disk_refused("/a,raw,vda,w", "expected a disk's name in the guest, such as xvda, found "
				     "\"vda\"");
	disk_refused("/a,raw,xvda,w,more", "expected the end of the disk's words, found \"more\"");
	disk_refused("a.img,raw,xvda,w", "expected the target's absolute path, found \"a.img\"");
	disk_refused("drbd:res,raw,xvda,w", "no scripts are run");
	disk_refused("/a,raw,xvda,script=block-drbd", "no scripts are run");
	disk_refused("/a,raw,xvda,backendtype=qdisk", "served by the kernel");
	disk_refused("/a,raw,xvda,backend=storage", "served by the control domain");
	disk_refused("/a,raw,xvda,colour=red", "before \"=\", found \"colour\"");
	disk_refused("/a,raw,xvda,format=raw", "the format is given twice");
	disk_refused("/a,raw,xvda,vdev=xvdb", "is given twice");
	disk_refused("/a,raw,xvda,w,target=/b", "the target is given twice");
	disk_refused("/a,raw,hdc:tape,r", "expected :cdrom or :disk");
	disk_refused("/a\nb,raw,xvda,w", "a control character");
	disk_refused("/a,raw,xvdaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,w", "expected a disk's name");
}

static void test_disk_prints_what_it_reads(void **state)
{
	static const char *const texts[] = {
		"/a,raw,xvda,w",
		"/a,qcow2,d5p1,r,direct-io-safe",
		",,hdc,cdrom",
		"/a,raw,xvda,w!,no-discard",
		"vdev=sda,target=/x,y=z",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct disk_config a = disk(texts[i]), b;
		struct buf once = { 0 }, twice = { 0 };

		disk_config_print(&a, &once);
		b = disk(once.data);
		disk_config_print(&b, &twice);
		assert_string_equal(once.data, twice.data);
		assert_int_equal(a.devid, b.devid);
		assert_int_equal(a.discard, b.discard);
		assert_int_equal(a.shared, b.shared);
		buf_free(&once);
		buf_free(&twice);
		disk_config_free(&a);
		disk_config_free(&b);
	}
}

static int read_list(struct device_list *list, const char *text)
{
	struct config c = { 0 };
	int rc;

	assert_int_equal(config_parse(&c, "x.cfg", text_bytes(text), false, &why), 0);
	rc = device_list_read(list, &c, &why);
	config_free(&c);
	return rc;
}

static void list_refused(const char *text, const char *part)
{
	struct device_list list;

	assert_int_equal(read_list(&list, text), -1);
	assert_reason(why, part);
	assert_int_equal(list.nr_disks + list.nr_vifs, 0);
}

static void test_list(void **state)
{
	struct device_list list;

	(void)state;
	assert_int_equal(read_list(&list, "disk = [ '/a,raw,xvda,w',\n '/b,raw,xvdb,r' ]\n"
					  "vif = [ '', 'devid=0', '' ]"),
			 0);
	assert_int_equal(list.nr_disks, 2);
	assert_int_equal(list.nr_vifs, 3);
	assert_int_equal(list.vifs[0].devid, 1);
	assert_int_equal(list.vifs[1].devid, 0);
	assert_int_equal(list.vifs[2].devid, 2);
	device_list_free(&list);
	assert_int_equal(read_list(&list, "disk = [ '/a,raw,xvda,r', '/a,raw,xvdb,r' ]"), 0);
	device_list_free(&list);
}

/* What is saved of a running VM is read again when it is restored. */
static void test_list_prints_what_it_reads(void **state)
{
	struct device_list list;
	struct buf once = { 0 }, twice = { 0 };

	(void)state;
	assert_int_equal(read_list(&list,
				   "disk = [ \"/a,raw,xvda,w\", \"vdev=xvdb,target=/it's\" ]\n"
				   "vif = [ 'mac=00:16:3e:00:00:01,rate=1Mb/s', '' ]"),
			 0);
	device_list_print(&list, &once);
	device_list_free(&list);
	assert_int_equal(read_list(&list, once.data), 0);
	assert_string_equal(list.disks[1].target, "/it's");
	device_list_print(&list, &twice);
	assert_string_equal(once.data, twice.data);
	device_list_free(&list);
	buf_free(&once);
	buf_free(&twice);
	device_list_print(&list, &once);
	assert_int_equal(read_list(&list, once.data), 0);
	assert_int_equal(list.nr_disks + list.nr_vifs, 0);
	device_list_free(&list);
	buf_free(&once);
}

static void test_list_mistakes(void **state)
{
	(void)state;
	list_refused("disk = '/a,raw,xvda,w'", "x.cfg:1: disk: expected a list of strings");
	list_refused("disk = [ 1 ]", "x.cfg:1: disk: expected a \"quoted string\"");
	list_refused("disk = [ '/a,raw,xvda,w',\n'/b,raw,d0,w' ]",
		     "x.cfg:2: disk: there are two of the name d0");
	list_refused("disk = [ '/a,raw,xvda,w',\n'/a,raw,xvdb,r' ]",
		     "x.cfg:2: disk: /a is the target of two");
	list_refused("disk = [ '/a,raw,xvda,w', '/b' ]", "no name in the guest");
	list_refused("vif = [ 'mac=00:16:3e:00:00:01',\n'mac=00:16:3E:00:00:01' ]",
		     "x.cfg:2: vif: there are two with the MAC 00:16:3e:00:00:01");
	list_refused("vif = [ 'devid=1', 'devid=1' ]", "two with devid 1");
	list_refused("vif = [ 'vifname=a', 'vifname=a' ]", "two of the name a");
}

static void screen_is(const char *text, bool wanted, unsigned int mib)
{
	struct screen_config s;
	struct config c = { 0 };

	assert_int_equal(config_parse(&c, "x.cfg", text_bytes(text), false, &why), 0);
	if (screen_config_read(&s, &c, &why) < 0)
		fail_msg("%s: %s", text, why.text);
	assert_int_equal(s.wanted, wanted);
	assert_int_equal(s.mib, mib);
	config_free(&c);
}

static void test_screen(void **state)
{
	struct screen_config s = { .wanted = true, .mib = 8 };
	struct buf text = { 0 };

	(void)state;
	screen_is("", false, 4);
	screen_is("vnc = 0", false, 4);
	screen_is("vnc = 1\nvideoram = 16", true, 16);
	screen_is("vfb = [ ]", false, 4);
	screen_is("vfb = [ '' ]", true, 4);
	screen_is("vfb = [ 'vnc=1' ]", true, 4);
	screen_is("vfb = [ ' vnc = 1 , vncunused=1, keymap=de, sdl=0, ' ]", true, 4);
	screen_is("vnc = 1\nvfb = [ 'vnc=0' ]", false, 4);
	screen_config_print(&s, &text);
	screen_is(text.data, true, 8);
	buf_free(&text);
	s.wanted = false;
	screen_config_print(&s, &text);
	assert_int_equal(text.len, 0);
	list_refused("vnc = 2", "x.cfg:1: vnc: expected 0 or 1");
	list_refused("vnc = '1'", "vnc: expected 0 or 1");
	list_refused("videoram = 0", "videoram: expected megabytes, 1 to 32");
	list_refused("videoram = 33", "videoram: expected megabytes");
	list_refused("vfb = 1", "x.cfg:1: vfb: expected a list of one string");
	list_refused("vfb = [ 1 ]", "vfb: expected a list of one string");
	list_refused("vfb = [ 'vnc=1', 'vnc=1' ]", "a guest has one screen");
	list_refused("vfb = [ 'vnc' ]", "expected word=value");
	list_refused("vfb = [ 'vnc=yes' ]", "expected vnc=0 or vnc=1");
	list_refused("vfb = [ 'sdl=1' ]", "there is no window");
	list_refused("vfb = [ 'vnclisten=0.0.0.0' ]", "\"vnclisten\" is not supported");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vdev),
		cmocka_unit_test(test_disk_forms),
		cmocka_unit_test(test_disk_old_forms),
		cmocka_unit_test(test_disk_target_takes_the_rest),
		cmocka_unit_test(test_disk_words),
		cmocka_unit_test(test_disk_mistakes),
		cmocka_unit_test(test_disk_prints_what_it_reads),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_prints_what_it_reads),
		cmocka_unit_test(test_list_mistakes),
		cmocka_unit_test(test_screen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
