// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vif=: every form that xl takes, and messages that name file, line, word and expectation; what an
 * interface may send, and which bridge a VLAN of another is.
 */
#include "test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "devices/vif_config.h"
#include "devices/vif_vlan.h"

static struct reason why;

static struct vif_config vif(const char *text)
{
	struct vif_config v;

	if (vif_config_parse(&v, "x.cfg", 4, text, &why) < 0)
		fail_msg("%s", why.text);
	return v;
}

static void refused(const char *text, const char *part)
{
	struct vif_config v;

	assert_int_equal(vif_config_parse(&v, "x.cfg", 4, text, &why), -1);
	assert_reason(why, part);
}

static void defaults(void **state)
{
	struct vif_config v = vif("");

	assert_string_equal(v.bridge, "xenbr0");
	assert_false(v.has_mac);
	assert_int_equal(v.devid, -1);
	assert_int_equal(v.mtu, 0);
	assert_int_equal(v.rate_bytes, 0);
	assert_string_equal(v.name, "");
}

static void everything(void **state)
{
	static const uint8_t mac[] = { 0x00, 0x16, 0x3e, 0xAA, 0xbb, 0x0c };
	struct vif_config v;

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
	assert_string_equal(v.backend, "");
	v = vif("backend=netdom");
	assert_string_equal(v.backend, "netdom");
}

static void rate_is(const char *text, uint64_t bytes, uint64_t usec)
{
	struct vif_config v = vif(text);

	assert_int_equal(v.rate_bytes, bytes);
	assert_int_equal(v.rate_usec, usec);
}

static void rates(void **state)
{
	rate_is("rate=10Mb/s", 62500, 50000);
	rate_is("rate=250KB/s", 12500, 50000);
	rate_is("rate=1MB/s@20ms", 20000, 20000);
	rate_is("rate=1GB/s@1s", 1000000000, 1000000);
	rate_is("rate=8000b/s@1", 1000, 1000000);
	rate_is("rate=1000000B/s@50us", 50, 50);
	refused("rate=10", "expected a rate such as 10Mb/s");
	refused("rate=Mb/s", "expected a rate");
	refused("rate=10Tb/s", "expected a rate");
	refused("rate=10Mb/s@", "expected an interval such as 20ms");
	refused("rate=10Mb/s@20m", "expected an interval");
	refused("rate=10Mb/s@0ms", "expected an interval");
	refused("rate=10Mb/s 5", "expected a rate");
	refused("rate=1B/s@10us", "1 byte to 4 GB");
	refused("rate=900GB/s@1000s", "1 byte to 4 GB");
	refused("rate=99999999999999999999999B/s", "expected a rate");
}

static void mistakes(void **state)
{
	refused("mac=00:16:3e:12:34",
		"x.cfg:4: vif: expected a MAC such as 00:16:3e:12:34:56, found "
		"\"00:16:3e:12:34\"");
	refused("mac=00:16:3e:12:34:5g", "expected a MAC");
	refused("mac=00:16:3e:12:34:56:78", "expected a MAC");
	refused("mac=01:16:3e:12:34:56", "not of a group");
	refused("mac=00:00:00:00:00:00", "all zeroes");
	refused("bridge=", "the name of a bridge");
	refused("bridge=../../etc", "the name of a bridge");
	refused("bridge=0123456789abcdef", "at most 15 characters");
	refused("vifname=a b", "a name for the interface");
	refused("ip=10.0.0", "expected IP addresses separated by blanks, found \"10.0.0\"");
	refused("ip=10.0.0.1/33", "expected IP addresses");
	refused("ip=", "expected IP addresses");
	refused("devid=256", "0 to 255");
	refused("mtu=20", "68 to 65517");
	refused("mtu=1500x", "68 to 65517");
	refused("backend=", "the name or id of a driver domain");
	refused("backend=a'b", "the name or id of a driver domain");
	refused("backend=a b", "the name or id of a driver domain");
	refused("backend=0123456789012345678901234567890123456789012345678901234567890123",
		"the name or id of a driver domain");
	refused("vlan=5,backend=net", "vlan= and backend=: the bridges of net are its own");
	refused("script=vif-route", "no script");
	refused("gateway=1.2.3.4", "before \"=\", found \"gateway\"");
	refused("xenbr0", "expected key=value, found \"xenbr0\"");
}

static void printed_as_read(void **state)
{
	static const char *const texts[] = {
		"",
		"mac=00:16:3e:00:00:01,ip=10.0.0.1,vifname=a,devid=2,mtu=1400,bridge=b",
		"rate=7Mb/s@33ms",
		"rate=3B/s@4000s",
		"locking=unlocked",
		"locking=mac",
		"ip=10.0.0.1,locking=mac",
		"ip=10.0.0.1,locking=unlocked",
		"vlan=100",
		"backend=netdom,bridge=br0",
		"backend=7,ip=10.0.0.1",
		"backend=Domain-0",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct vif_config a = vif(texts[i]), b;
		struct buf text = { 0 };

		vif_config_print(&a, &text);
		b = vif(text.data);
		assert_memory_equal(&a, &b, sizeof(a));
		buf_free(&text);
	}
}

static void locked_unless_told(void **state)
{
	assert_int_equal(vif("").locking, VIF_LOCKED_MAC);
	assert_int_equal(vif("ip=10.0.0.5").locking, VIF_LOCKED);
	assert_int_equal(vif("locking=unlocked,ip=10.0.0.5").locking, VIF_UNLOCKED);
	assert_int_equal(vif("ip=10.0.0.5,locking=mac").locking, VIF_LOCKED_MAC);
	assert_int_equal(vif("locking=locked,ip=10.0.0.5").locking, VIF_LOCKED);
	refused("locking=locked", "x.cfg:4: vif: locking=locked needs the addresses: ip=");
	refused("locking=yes", "expected locking=unlocked, mac or locked, found \"yes\"");
	refused("locking=", "expected locking=");
}

static void addresses(void **state)
{
	struct ip ips[VIF_LOCK_MAX_ADDRESSES];
	struct vif_config v = vif("ip= 10.0.0.5/24\t2001:db8::7 ");
	char text[IP_TEXT];
	struct buf many = { 0 };

	assert_int_equal(vif_config_addresses(&v, ips), 2);
	assert_string_equal(ip_format(&ips[0], -1, text), "10.0.0.5");
	assert_string_equal(ip_format(&ips[1], -1, text), "2001:db8::7");
	v = vif("");
	assert_int_equal(vif_config_addresses(&v, ips), 0);
	buf_printf(&many, "ip=");
	for (int i = 0; i < VIF_LOCK_MAX_ADDRESSES; i++)
		buf_printf(&many, "10.0.0.%d ", i);
	v = vif(many.data);
	assert_int_equal(vif_config_addresses(&v, ips), VIF_LOCK_MAX_ADDRESSES);
	buf_printf(&many, "10.0.1.1");
	refused(many.data, "at most 16 addresses");
	buf_free(&many);
}

static void locking_by_name(void **state)
{
	enum vif_locking locking;

	for (int i = VIF_UNLOCKED; i <= VIF_LOCKED; i++) {
		assert_true(vif_locking_parse(vif_locking_name(i), &locking));
		assert_int_equal(locking, i);
	}
	assert_false(vif_locking_parse("", &locking));
}

static void vlan_numbers(void **state)
{
	assert_int_equal(vif("").vlan, 0);
	assert_int_equal(vif("vlan=1").vlan, 1);
	assert_int_equal(vif("vlan=4094p").vlan, 4094);
	refused("vlan=0", "expected a VLAN number from 1 to 4094, found \"0\"");
	refused("vlan=4095", "from 1 to 4094");
	refused("vlan=", "from 1 to 4094");
	refused("vlan=10p/20", "expected one VLAN (for several: an interface in each)");
	refused("vlan=10-20", "one VLAN");
	refused("vlan=10pu", "one VLAN");
}

/* ---- bridges ----------------------------------------------------------------------------- */

static char top[] = "/tmp/test_vif.XXXXXX";

static const char *at(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

/* xenbr0 on nic0; office and "odd.5" on VLANs 20 and 30 of it; inner without a card. */
static int make_tree(void **state)
{
	static const char script[] =
		"cd %s && mkdir -p proc/net/vlan sys/class/net && cd sys/class/net && "
		"for b in xenbr0 office odd.5 inner; do mkdir -p $b/bridge $b/brif; done && "
		"mkdir nic0 nic0.20 nic0.30 nic0.40 vif1.0 && "
		"touch xenbr0/brif/nic0 xenbr0/brif/vif1.0 office/brif/nic0.20 inner/brif/vif1.1 && "
		"ln -s ../xenbr0 nic0/master && ln -s ../office nic0.20/master && "
		"ln -s ../odd.5 nic0.30/master && "
		"printf 'VLAN Dev name\\t | VLAN ID\\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\\n"
		"nic0.20        | 20  | nic0\\nnic1.20        | 21  | nic1\\n"
		"nic0.30        | 30  | nic0\\nnic0.40        | 40  | nic0\\n' "
		">../../../proc/net/vlan/config";
	char command[1024];

	if (!mkdtemp(top))
		return -1;
	snprintf(command, sizeof(command), script, top);
	return system(command);
}

static int remove_tree(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static void bridge_is(const char *name, unsigned int vlan, const char *expected)
{
	char bridge[IFNAMSIZ] = "";

	if (vif_vlan_bridge(top, name, vlan, bridge, &why) < 0)
		fail_msg("%s, %u: %s", name, vlan, why.text);
	assert_string_equal(bridge, expected);
}

static void no_bridge(const char *name, unsigned int vlan, const char *part)
{
	char bridge[IFNAMSIZ];

	assert_int_equal(vif_vlan_bridge(top, name, vlan, bridge, &why), -1);
	assert_reason(why, part);
}

static void bridges(void **state)
{
	bridge_is("xenbr0", 0, "xenbr0");
	bridge_is("odd.5", 0, "odd.5");
	no_bridge("none", 0, "bridge=none: there is no such bridge");
	no_bridge("nic0", 0, "bridge=nic0: that interface is no bridge");
	no_bridge("nic0.20", 0, "bridge=nic0.20: that interface is no bridge");
}

static void vlans_of_a_bridge(void **state)
{
	bridge_is("xenbr0", 20, "office");
	bridge_is("xenbr0.20", 0, "office");
	bridge_is("xenbr0", 30, "odd.5");
	no_bridge("xenbr0", 21,
		  "bridge=xenbr0, vlan 21: there is no network with VLAN 21 of nic0; "
		  "in /etc/socle/network.conf that is \"network NAME\", \"nic nic0\", "
		  "\"vlan 21\"");
	no_bridge("xenbr0.21", 0, "no network with VLAN 21 of nic0");
	no_bridge("xenbr0", 40, "no network with VLAN 40"); /* an interface, but no bridge on it */
	no_bridge("inner", 20, "bridge=inner, vlan 20: no card is on that bridge");
	no_bridge("none.20", 0, "bridge=none.20: there is no such bridge");
	no_bridge("xenbr0.", 0, "there is no such bridge");
	no_bridge("xenbr0.0", 0, "there is no such bridge");
	no_bridge("xenbr0.4095", 0, "there is no such bridge");
	no_bridge("xenbr0.20x", 0, "there is no such bridge");
}

static void no_list_of_vlans(void **state)
{
	assert_int_equal(unlink(at("proc/net/vlan/config")), 0);
	no_bridge("xenbr0", 20, "no network with VLAN 20 of nic0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(everything),
		cmocka_unit_test(rates),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(printed_as_read),
		cmocka_unit_test(locked_unless_told),
		cmocka_unit_test(addresses),
		cmocka_unit_test(locking_by_name),
		cmocka_unit_test(vlan_numbers),
		cmocka_unit_test(bridges),
		cmocka_unit_test(vlans_of_a_bridge),
		cmocka_unit_test(no_list_of_vlans),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
