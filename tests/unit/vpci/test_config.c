// SPDX-License-Identifier: GPL-2.0-or-later
/* Which functions are found, and configuration accesses that have nothing to do with interrupts. */
#include "bus.h"

#include "hvm/vpci_private.h"

static void test_scan(void **state)
{
	unsigned n = 0;

	for (struct vpci_function *f = vpci_next(NULL); f; f = vpci_next(f))
		n++;
	assert_int_equal(n, 6);
	assert_non_null(vpci_find(HOST));
	assert_int_equal(vpci_find(HOST)->msi.at, 0);
	assert_int_equal(vpci_find(NIC)->msi.at, MSI_CAP);
	assert_true(vpci_find(NIC)->msi.is_64bit);
	assert_int_equal(vpci_find(NIC)->msix->entries, TABLE_ENTRIES);
	assert_int_equal(vpci_find(NIC)->msix->table, BAR_BASE + TABLE_OFFSET);
	assert_false(vpci_find(NIC3)->msi.is_64bit);
	assert_null(vpci_find(NIC3)->msix);
	assert_int_equal(vpci_find(DISK)->msix->table, 0x800000000);
	assert_int_equal(vpci_find(DISK)->msix->entries, 300);
}

static void test_scan_reads_only_reachable_buses(void **state)
{
	bus_teardown(state);
	bus_setup(state);
	/* Bus 0 and bus 3: 64 devices, and a few reads for each function; not 256 buses. */
	assert_in_range(scan_reads, 64, 200);
}

static void test_pass_through(void **state)
{
	assert_int_equal(rd(NIC, 0, 2), 0x1af4);
	assert_int_equal(rd(NIC, 2, 2), 0x1002);
	assert_int_equal(rd(NIC, 1, 1), 0x1a);
	assert_int_equal(rd(NIC, 1, 2), 0x021a); /* in the middle of the dword */
	assert_int_equal(rd(NIC, 0x42, 2), 0x1234);
	wr(NIC, 0x3c, 1, 0x0b);
	assert_int_equal(dev(NIC, 0x3c, 4), 0x0b);
	wr(NIC, 0x3d, 2, 0x1122);
	assert_int_equal(dev(NIC, 0x3c, 4), 0x11220b);
	assert_int_equal(rd((struct pci_address){ 0, 0, 8 }, 0, 4), 0xffffffff);
	assert_int_equal(rd((struct pci_address){ 0, 200, 8 }, 0x10, 2), 0xffff);
	wr((struct pci_address){ 0, 200, 8 }, 0x10, 4, 1);
}

static void test_ports(void **state)
{
	vpci_port_write(&control, 0xcf8, 4, 0x80001000);
	assert_int_equal(vpci_port_read(&control, 0xcf8, 4), 0x80001000);
	vpci_port_write(&control, 0xcf8, 2, 0xffff); /* not the address register */
	vpci_port_write(&control, 0xcf9, 1, 0xff);
	vpci_port_write(&control, 0xcfb, 1, 0);
	assert_int_equal(vpci_port_read(&control, 0xcf8, 4), 0x80001000);
	assert_int_equal(vpci_port_read(&control, 0xcf8, 1), 0xff);
	assert_int_equal(vpci_port_read(&control, 0xcf9, 1), 0xff);
	assert_int_equal(vpci_port_read(&control, 0xcfc, 4), 0x10021af4);
	assert_int_equal(vpci_port_read(&control, 0xcff, 2), 0xffff); /* over the end */
	assert_int_equal(vpci_port_read(&control, 0xcfd, 4), 0xffffffff);
	vpci_port_write(&control, 0xcfe, 4, 0x12345678);
	vpci_port_write(&control, 0xcf8, 4, 0x00001000); /* not enabled */
	assert_int_equal(vpci_port_read(&control, 0xcfc, 4), 0xffffffff);
	vpci_port_write(&control, 0xcfc, 4, 0);
	vpci_port_write(&control, 0xcf8, 4,
			0x81001000); /* an extended register: not through here */
	assert_int_equal(vpci_port_read(&control, 0xcfc, 4), 0xffffffff);
	assert_int_equal(dev(NIC, 4, 2), 2);
}

static paddr_t ecam(struct pci_address a, unsigned offset)
{
	return ECAM_BASE + ((paddr_t)a.bus << 20 | (paddr_t)a.devfn << 12 | offset);
}

static void test_window(void **state)
{
	uint64_t value;
	bool readable;

	dev_set(DISK, 0x100, 4, 0x12345678);
	assert_int_equal(mem_rd(ecam(DISK, 0x100), 4), 0x12345678);
	assert_int_equal(mem_rd(ecam(DISK, 0x102), 1), 0x34);
	mem_wr(ecam(DISK, 0xff8), 8, 0x1122334455667788);
	assert_true(mem_rd(ecam(DISK, 0xff8), 8) == 0x1122334455667788);
	assert_int_equal(mem_rd(ecam(NIC, 0), 2), 0x1af4);
	assert_int_equal(mem_rd(ecam(NIC, 1), 4), 0xffffffff); /* not aligned */
	mem_wr(ecam(NIC, 0x3d), 4, 0);
	assert_int_equal(mem_rd(ecam((struct pci_address){ 0, 15, 255 }, 0), 4), 0xffffffff);
	assert_false(vpci_mmio_read(ECAM_BASE - 4, 4, &value));
	assert_false(vpci_mmio_read(ECAM_BASE + (16 << 20), 4, &value));
	assert_false(vpci_mmio_write(0, 4, 0));

	/* Reading needs no exit where what is read is the device's own. */
	assert_true(vpci_is_trapped(MFN(ecam(DISK, 0) >> 12), &readable));
	assert_true(readable);
	assert_true(vpci_is_trapped(MFN(ecam(NIC, 0) >> 12), &readable));
	assert_false(readable);
	assert_false(vpci_is_trapped(MFN((ECAM_BASE >> 12) - 1), &readable));
	assert_false(vpci_is_trapped(MFN((ECAM_BASE >> 12) + 16 * 256), &readable));
}

static void test_windows_are_checked(void **state)
{
	assert_int_equal(vpci_add_ecam(0xc0000000, 1, 5, 4), -EINVAL);
	assert_int_equal(vpci_add_ecam(0xc0001000, 1, 0, 255), -EINVAL);
}

static void test_window_that_does_not_start_at_bus_0(void **state)
{
	struct pci_address a = { 7, 0x20, 0 };
	uint64_t value;

	assert_int_equal(vpci_add_ecam(0xe0000000, 7, 0x20, 0x2f), 0);
	assert_false(vpci_mmio_read(0xe0000000, 4, &value)); /* bus 0 of it */
	assert_true(vpci_mmio_read(0xe2000000, 4, &value));
	assert_int_equal(vpci_ecam_frame(a).n, 0xe2000);
	a.bus = 0x30;
	assert_false(mfn_valid_number(vpci_ecam_frame(a)));
}

static void test_hotplug(void **state)
{
	struct device *d = find_device(NIC3);
	bool readable;

	d->present = false;
	assert_int_equal(rd(NIC3, 0, 4), 0xffffffff);
	assert_null(vpci_find(NIC3));
	assert_int_equal(rd(NIC3, 0, 4), 0xffffffff);
	assert_true(vpci_is_trapped(MFN(ecam(NIC3, 0) >> 12), &readable));
	assert_true(readable);
	d->present = true;
	assert_int_equal(rd(NIC3, 0, 4), 0x10031af4);
	assert_non_null(vpci_find(NIC3));
	/* The window could be read directly, and now must not be. */
	assert_int_equal(trap_changes, 1);
	assert_int_equal(trap_first.n, ecam(NIC3, 0) >> 12);
	assert_int_equal(trap_nr, 1);
	assert_true(vpci_is_trapped(MFN(ecam(NIC3, 0) >> 12), &readable));
	assert_false(readable);
}

static void test_appears_with_a_write(void **state)
{
	struct device *d = find_device(NIC);

	d->present = false;
	rd(NIC, 0, 2);
	assert_null(vpci_find(NIC));
	d->present = true;
	wr(NIC, MSI_CAP + 4, 4, 0xfee00000); /* seen at the last moment */
	assert_non_null(vpci_find(NIC));
	assert_int_equal(dev(NIC, MSI_CAP + 4, 4), 0);
	assert_int_equal(trap_changes, 2); /* window and table */
}

static void test_virtual_function(void **state)
{
	struct device *d = find_device(NIC3);

	d->present = false;
	rd(NIC3, 0, 4);
	d->present = d->vendor_hidden = true;
	assert_int_equal(rd(NIC3, 0, 4), 0xffffffff); /* nobody, as it seems */
	assert_null(vpci_find(NIC3));
	assert_int_equal(rd(NIC3, 0x0e, 1), 0);
	assert_non_null(vpci_find(NIC3));
	rd(NIC3, 0, 4); /* does not make it go away */
	assert_non_null(vpci_find(NIC3));
}

static void test_capability_lists_that_are_wrong(void **state)
{
	struct device *d = find_device(NIC3);

	d->present = false;
	rd(NIC3, 0, 4);
	d->present = true;
	dev_set(NIC3, MSI_CAP + 1, 1, 0x60);
	dev_set(NIC3, 0x60, 4, 0x5001); /* and back: a loop */
	rd(NIC3, 0, 4);
	assert_int_equal(vpci_find(NIC3)->msi.at, MSI_CAP);
	d->present = false;
	rd(NIC3, 0, 4);
	d->present = true;
	dev_set(NIC3, 0x34, 1, 0x3c); /* into the header */
	rd(NIC3, 0, 4);
	assert_int_equal(vpci_find(NIC3)->msi.at, 0);
	d->present = false;
	rd(NIC3, 0, 4);
	d->present = true;
	dev_set(NIC3, 0x34, 1, 0xfc);
	dev_set(NIC3, 0xfc, 4, 0xffffffff);
	dev_set(NIC3, 0x0e, 1, 2); /* CardBus: its list is elsewhere */
	rd(NIC3, 0, 4);
	assert_non_null(vpci_find(NIC3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_scan, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_scan_reads_only_reachable_buses, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_pass_through, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_ports, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_window, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_windows_are_checked, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_hotplug, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_appears_with_a_write, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_virtual_function, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_capability_lists_that_are_wrong, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_window_that_does_not_start_at_bus_0, bus_setup,
						bus_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
