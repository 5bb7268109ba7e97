// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI functions in a folder that looks like sysfs: which can be spared, and what is written to take
 * one and to give it back. The kernel's part of it is for tests of a whole machine.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "devices/pci.h"

#define NIC    0x300u /* 03:00.0 */
#define BRIDGE 0x10u
#define DEVICE "sys/devices/pci0000:00/0000:00:02.0/0000:03:00.0"

static char root[] = "/tmp/test-pci-XXXXXX";

static void put(const char *path, const char *text)
{
	char all[512], *at = all;
	FILE *f;

	snprintf(all, sizeof(all), "%s/%s", root, path);
	while ((at = strchr(at + 1, '/')) != NULL) {
		*at = '\0';
		mkdir(all, 0755);
		*at = '/';
	}
	f = fopen(all, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void link_to(const char *path, const char *target)
{
	char all[512], where[512];

	snprintf(where, sizeof(where), "%s.d", path);
	put(where, ""); /* its folder is there now */
	snprintf(all, sizeof(all), "%s/%s", root, path);
	snprintf(where, sizeof(where), "%s/%s", root, target);
	assert_int_equal(symlink(where, all), 0);
}

static const char *got(const char *path)
{
	static char text[64];
	char all[512];
	FILE *f;
	size_t n;

	snprintf(all, sizeof(all), "%s/%s", root, path);
	f = fopen(all, "r");
	if (!f)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void gone(const char *path)
{
	char all[512];

	snprintf(all, sizeof(all), "%s/%s", root, path);
	assert_int_equal(unlink(all), 0);
}

static void refused(uint32_t sbdf, const char *part)
{
	struct reason why;

	assert_int_equal(pci_check(sbdf, &why), -1);
	assert_reason(why, part);
}

static int setup(void **state)
{
	(void)state;
	strcpy(strrchr(root, '-'), "-XXXXXX");
	assert_non_null(mkdtemp(root));
	pci_root = root;
	put(DEVICE "/class", "0x020000\n");
	put(DEVICE "/vendor", "0x8086\n");
	put(DEVICE "/device", "0x10d3\n");
	put(DEVICE "/reset", "");
	put(DEVICE "/driver_override", "(null)\n");
	put("sys/devices/pci0000:00/0000:00:02.0/class", "0x060400\n");
	put("sys/bus/pci/drivers_probe", "");
	put("sys/bus/pci/drivers/pci-stub/unbind", "");
	put("sys/bus/pci/drivers/e1000e/unbind", "");
	link_to(DEVICE "/driver", "sys/bus/pci/drivers/e1000e");
	link_to("sys/bus/pci/devices/0000:03:00.0", DEVICE);
	link_to("sys/bus/pci/devices/0000:00:02.0", "sys/devices/pci0000:00/0000:00:02.0");
	put("run/xen/x", "");
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void interface(const char *name)
{
	char path[512], target[256];

	snprintf(target, sizeof(target), DEVICE "/net/%s", name);
	snprintf(path, sizeof(path), "%s/flags", target);
	put(path, "0x1003\n");
	snprintf(path, sizeof(path), "sys/class/net/%s", name);
	link_to(path, target);
}

static void test_can_be_spared(void **state)
{
	struct reason why;
	char line[128];

	(void)state;
	assert_int_equal(pci_check(NIC, &why), 0);
	interface("eth7");
	assert_int_equal(pci_check(NIC, &why), 0);
	pci_describe(NIC, line, sizeof(line));
	assert_string_equal(line, "8086:10d3 class 0200 driver e1000e");
}

static void test_refused(void **state)
{
	(void)state;
	refused(0x500, "there is no PCI device 0000:05:00.0");
	refused(BRIDGE, "0000:00:02.0 is a bridge");
	gone(DEVICE "/reset");
	refused(NIC, "0000:03:00.0 has no way of being reset");
}

/* Each has a bridge; it is of use with a guest on it, or an address, or a VLAN above it. */
static void test_an_interface_in_a_bridge(void **state)
{
	struct reason why;

	(void)state;
	interface("eth7");
	put(DEVICE "/net/eth7/upper_xenbr7", "");
	put("sys/class/net/xenbr7/brif/eth7/port_no", "");
	assert_int_equal(pci_check(NIC, &why), 0);
	put("sys/class/net/xenbr7/upper_xenbr7.5", "");
	refused(NIC, "0000:03:00.0 is the network interface eth7, which this host uses");
	gone("sys/class/net/xenbr7/upper_xenbr7.5");
	assert_int_equal(pci_check(NIC, &why), 0);
	put("sys/class/net/xenbr7/brif/vif1.0/port_no", "");
	refused(NIC, "network interface eth7");
	put(DEVICE "/net/eth7/upper_bond0", "");
	refused(NIC, "network interface eth7");
}

/* The bridge is the machine's own lo, which has an address. */
static void test_a_bridge_with_an_address(void **state)
{
	(void)state;
	interface("eth7");
	put(DEVICE "/net/eth7/upper_lo", "");
	put("sys/class/net/lo/brif/eth7/port_no", "");
	refused(NIC, "network interface eth7");
}

/* Another device's interface is no reason, even if its name begins as ours does. */
static void test_others_interfaces(void **state)
{
	struct reason why;

	(void)state;
	put("sys/devices/pci0000:00/0000:00:02.0/0000:03:00.01/net/eth8/upper_xenbr0", "");
	link_to("sys/class/net/eth8", "sys/devices/pci0000:00/0000:00:02.0/0000:03:00.01/net/eth8");
	assert_int_equal(pci_check(NIC, &why), 0);
}

/* A disk that cannot be looked at (a link to itself) may be in use; nvme0c1n2 is a way to it. */
static void test_disks(void **state)
{
	struct reason why;

	(void)state;
	put(DEVICE "/nvme/nvme1/nvme0c1n2/size", "8\n");
	link_to("sys/class/block/nvme0c1n2", DEVICE "/nvme/nvme1/nvme0c1n2");
	assert_int_equal(pci_check(NIC, &why), 0);
	put("dev/nvme0n2", "");
	assert_int_equal(pci_check(NIC, &why), 0);
	gone("dev/nvme0n2");
	link_to("dev/nvme0n2", "dev/nvme0n2");
	refused(NIC, "0000:03:00.0 drives the disk nvme0c1n2, which this host uses");
}

/* The machine's own lo has an address. */
static void test_an_interface_with_an_address(void **state)
{
	(void)state;
	interface("lo");
	refused(NIC, "network interface lo");
}

static void test_taken_and_given_back(void **state)
{
	struct reason why;
	unsigned int domid;

	(void)state;
	/* This kernel changes no driver: e1000e still has it. */
	assert_int_equal(pci_take(NIC, 5, &why), -1);
	assert_reason(why, "its driver did not let go of it");
	assert_string_equal(got("sys/bus/pci/drivers/e1000e/unbind"), "0000:03:00.0");
	assert_string_equal(got(DEVICE "/driver_override"), "pci-stub");
	gone(DEVICE "/driver");
	link_to(DEVICE "/driver", "sys/bus/pci/drivers/pci-stub");
	assert_int_equal(pci_take(NIC, 5, &why), 0);
	assert_string_equal(got("sys/bus/pci/drivers_probe"), "0000:03:00.0");
	assert_string_equal(got(DEVICE "/reset"), "1");
	assert_true(pci_owner(NIC, &domid));
	assert_int_equal(domid, 5);
	refused(NIC, "domain 5 has it");
	pci_give_back(NIC, 4); /* not its */
	assert_true(pci_owner(NIC, &domid));
	put(DEVICE "/reset", "");
	pci_give_back(NIC, 5);
	assert_false(pci_owner(NIC, &domid));
	assert_string_equal(got(DEVICE "/reset"), "1");
	/* As the kernel takes it: written over what was there, the new line means none. */
	assert_int_equal(got(DEVICE "/driver_override")[0], '\n');
	assert_string_equal(got("sys/bus/pci/drivers/pci-stub/unbind"), "0000:03:00.0");
	pci_give_back(NIC, 5);
}

static void count(void *arg, uint32_t sbdf, unsigned int domid)
{
	(void)sbdf;
	*(unsigned int *)arg += domid;
}

static void test_lists(void **state)
{
	unsigned int sum = 0;

	(void)state;
	put("run/xen/pci/0000:03:00.0", "7\n");
	put("run/xen/pci/0000:04:00.0", "9\n");
	put("run/xen/pci/.new.0000:05:00.0", "100\n");
	pci_each_taken(count, &sum);
	assert_int_equal(sum, 16);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_can_be_spared),
		CASE(test_refused),
		CASE(test_an_interface_in_a_bridge),
		CASE(test_a_bridge_with_an_address),
		CASE(test_others_interfaces),
		CASE(test_an_interface_with_an_address),
		CASE(test_disks),
		CASE(test_taken_and_given_back),
		CASE(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
