// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * disk= and vif=: every form that xl takes, and messages that name file, line, word and
 * expectation.
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

static struct vif_config vif(const char *text)
{
	struct vif_config v;

	if (vif_config_parse(&v, "x.cfg", 4, text, &why) < 0)
		fail_msg("%s", why.text);
	return v;
}

static void vif_refused(const char *text, const char *part)
{
	struct vif_config v;

	assert_int_equal(vif_config_parse(&v, "x.cfg", 4, text, &why), -1);
	assert_reason(why, part);
}

static void test_vif_defaults(void **state)
{
	struct vif_config v = vif("");

	(void)state;
	assert_string_equal(v.bridge, "xenbr0");
	assert_false(v.has_mac);
	assert_int_equal(v.devid, -1);
	assert_int_equal(v.mtu, 0);
	assert_int_equal(v.rate_bytes, 0);
	assert_string_equal(v.name, "");
}

static void test_vif_everything(void **state)
{
	static const uint8_t mac[] = { 0x00, 0x16, 0x3e, 0xAA, 0xbb, 0x0c };
	struct vif_config v;

	(void)state;
	v = vif("mac=00:16:3E:aa:BB:0c, bridge=xenbr0.100, ip=10.0.0.5 2001:db8::1/64, "
		"vifname=web0, devid=3, mtu=9000, model=e1000, type=vif, backend=0, "
		"script=vif-bridge");
	assert_true(v.has_mac);
	assert_memory_equal(v.mac, mac, 6);
	assert_string_equal(v.bridge, "xenbr0.100");
	assert_string_equal(v.ip, "10.0.0.5 2001:db8::1/64");
	assert_string_equal(v.name, "web0");
	assert_int_equal(v.devid, 3);
	assert_int_equal(v.mtu, 9000);
}

static void rate_is(const char *text, uint64_t bytes, uint64_t usec)
{
	struct vif_config v = vif(text);

	assert_int_equal(v.rate_bytes, bytes);
	assert_int_equal(v.rate_usec, usec);
}

static void test_vif_rate(void **state)
{
	(void)state;
	rate_is("rate=10Mb/s", 62500, 50000);
	rate_is("rate=250KB/s", 12500, 50000);
	rate_is("rate=1MB/s@20ms", 20000, 20000);
	rate_is("rate=1GB/s@1s", 1000000000, 1000000);
	rate_is("rate=8000b/s@1", 1000, 1000000);
	rate_is("rate=1000000B/s@50us", 50, 50);
	vif_refused("rate=10", "expected a rate such as 10Mb/s");
	vif_refused("rate=Mb/s", "expected a rate");
	vif_refused("rate=10Tb/s", "expected a rate");
	vif_refused("rate=10Mb/s@", "expected an interval such as 20ms");
	vif_refused("rate=10Mb/s@20m", "expected an interval");
	vif_refused("rate=10Mb/s@0ms", "expected an interval");
	vif_refused("rate=10Mb/s 5", "expected a rate");
	vif_refused("rate=1B/s@10us", "1 byte to 4 GB");
	vif_refused("rate=900GB/s@1000s", "1 byte to 4 GB");
	vif_refused("rate=99999999999999999999999B/s", "expected a rate");
}

static void test_vif_mistakes(void **state)
{
	(void)state;
	vif_refused("mac=00:16:3e:12:34",
		    "x.cfg:4: vif: expected a MAC such as 00:16:3e:12:34:56, found "
		    "\"00:16:3e:12:34\"");
	vif_refused("mac=00:16:3e:12:34:5g", "expected a MAC");
	vif_refused("mac=00:16:3e:12:34:56:78", "expected a MAC");
	vif_refused("mac=01:16:3e:12:34:56", "not of a group");
	vif_refused("mac=00:00:00:00:00:00", "all zeroes");
	vif_refused("bridge=", "the name of a bridge");
	vif_refused("bridge=../../etc", "the name of a bridge");
	vif_refused("bridge=0123456789abcdef", "at most 15 characters");
	vif_refused("vifname=a b", "a name for the interface");
	vif_refused("ip=10.0.0", "expected IP addresses separated by blanks, found \"10.0.0\"");
	vif_refused("ip=10.0.0.1/33", "expected IP addresses");
	vif_refused("ip=", "expected IP addresses");
	vif_refused("devid=256", "0 to 255");
	vif_refused("mtu=20", "68 to 65517");
	vif_refused("mtu=1500x", "68 to 65517");
	vif_refused("backend=router", "the control domain");
	vif_refused("script=vif-route", "no script");
	vif_refused("gateway=1.2.3.4", "before \"=\", found \"gateway\"");
	vif_refused("xenbr0", "expected key=value, found \"xenbr0\"");
}

static void test_vif_prints_what_it_reads(void **state)
{
	static const char *const texts[] = {
		"",
		"mac=00:16:3e:00:00:01,ip=10.0.0.1,vifname=a,devid=2,mtu=1400,bridge=b",
		"rate=7Mb/s@33ms",
		"rate=3B/s@4000s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct vif_config a = vif(texts[i]), b;
		struct buf text = { 0 };

		vif_config_print(&a, &text);
		b = vif(text.data);
		assert_memory_equal(&a, &b, sizeof(a));
		buf_free(&text);
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
		cmocka_unit_test(test_vif_defaults),
		cmocka_unit_test(test_vif_everything),
		cmocka_unit_test(test_vif_rate),
		cmocka_unit_test(test_vif_mistakes),
		cmocka_unit_test(test_vif_prints_what_it_reads),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_prints_what_it_reads),
		cmocka_unit_test(test_list_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
