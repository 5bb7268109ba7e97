// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MSI-X: the capability, where its table is, and the table itself. bus.c checks at every write
 * that no unmasked entry of an enabled device holds anything but one of the hypervisor's messages.
 */
#include "bus.h"

#include "hvm/vpci_private.h"

#define CONTROL  (MSIX_CAP + 2)
#define ENABLE   0x8000u
#define MASK_ALL 0x4000u
#define TABLE    (BAR_BASE + TABLE_OFFSET)
#define COMMAND  0x04u
#define BAR0     0x10u

static uint32_t entry_field(unsigned n, unsigned offset)
{
	uint32_t value;

	memcpy(&value, &nic_memory[TABLE_OFFSET + 16 * n + offset], 4);
	return value;
}

static void set_entry(unsigned n, uint64_t address, uint32_t data, uint32_t control)
{
	mem_wr(TABLE + 16 * n + 12, 4, 1);
	mem_wr(TABLE + 16 * n, 4, address & 0xffffffff);
	mem_wr(TABLE + 16 * n + 4, 4, address >> 32);
	mem_wr(TABLE + 16 * n + 8, 4, data);
	mem_wr(TABLE + 16 * n + 12, 4, control);
}

static bool trapped(paddr_t pa)
{
	bool readable = true, is = vpci_is_trapped(MFN(pa >> 12), &readable);

	assert_false(is && readable);
	return is;
}

/* As Linux does it: enabled with everything masked, entries, then the mask is lifted. */
static void test_life_of_a_driver(void **state)
{
	wr(NIC, CONTROL, 2, ENABLE | MASK_ALL);
	assert_int_equal(dev(NIC, CONTROL, 2), ENABLE | MASK_ALL);
	assert_int_equal(nr_bound, 0); /* nothing is unmasked yet */
	for (unsigned n = 0; n < TABLE_ENTRIES; n++)
		assert_int_equal(entry_field(n, 12) & 1, 1); /* whatever the table held before */
	set_entry(0, 0xfee02000, 0x31, 1);
	set_entry(2, 0x1fee04000, 0x32, 1);
	assert_int_equal(nr_bound, 0);
	wr(NIC, CONTROL, 2, ENABLE);
	mem_wr(TABLE + 12, 4, 0); /* request_irq */
	assert_int_equal(nr_bound, 1);
	assert_true(bindings[0].guest_address == 0xfee02000);
	assert_int_equal(bindings[0].guest_data, 0x31);
	assert_int_equal(entry_field(0, 0), HOST_ADDRESS(0));
	assert_int_equal(entry_field(0, 4), 0);
	assert_int_equal(entry_field(0, 8), HOST_DATA(0));
	assert_int_equal(entry_field(0, 12), 0);
	mem_wr(TABLE + 32 + 12, 4, 0);
	assert_true(bindings[1].guest_address == 0x1fee04000);
	assert_int_equal(entry_field(2, 0), HOST_ADDRESS(1));
	/* The control domain reads what it wrote. */
	assert_int_equal(mem_rd(TABLE, 4), 0xfee02000);
	assert_int_equal(mem_rd(TABLE + 8, 4), 0x31);
	assert_true(mem_rd(TABLE + 32, 8) == 0x1fee04000);
	assert_true(mem_rd(TABLE + 40, 8) == 0x32);
	assert_int_equal(mem_rd(TABLE + 16 + 12, 4), 1);
	wr(NIC, CONTROL, 2, 0);
	assert_int_equal(nr_bound, 0);
	assert_int_equal(dev(NIC, CONTROL, 2), 0);
	assert_int_equal(mem_rd(TABLE, 4), 0xfee02000); /* disabling does not forget */
}

static void test_entries_unmasked_before_enabling(void **state)
{
	set_entry(1, 0xfee02000, 0x41, 0);
	assert_int_equal(nr_bound, 0);
	assert_int_equal(entry_field(1, 0), 0xeeeeeeee); /* the device is not touched */
	wr(NIC, CONTROL, 2, ENABLE);
	assert_int_equal(nr_bound, 1);
	assert_int_equal(entry_field(1, 0), HOST_ADDRESS(0));
	assert_int_equal(entry_field(1, 12), 0);
	assert_int_equal(entry_field(0, 12) & 1, 1);
}

static void test_masking(void **state)
{
	wr(NIC, CONTROL, 2, ENABLE);
	set_entry(0, 0xfee02000, 0x31, 0);
	mem_wr(TABLE + 12, 4, 1);
	assert_int_equal(entry_field(0, 12), 1);
	assert_int_equal(mem_rd(TABLE + 12, 4), 1);
	assert_int_equal(nr_bound, 1); /* stays bound */
	mem_wr(TABLE, 4, 0xfee08000);  /* affinity changes under the mask */
	mem_wr(TABLE + 8, 4, 0x39);
	mem_wr(TABLE + 12, 4, 0);
	assert_true(bindings[0].guest_address == 0xfee08000);
	assert_int_equal(bindings[0].guest_data, 0x39);
	assert_int_equal(entry_field(0, 0), HOST_ADDRESS(0));
	assert_int_equal(entry_field(0, 12), 0);
	assert_int_equal(nr_bound, 1);
}

static void test_sizes_of_access(void **state)
{
	wr(NIC, CONTROL, 2, ENABLE);
	mem_wr(TABLE, 8, 0x1fee02000);
	mem_wr(TABLE + 8, 8, 0x31); /* data and control at once: bound with both */
	assert_true(bindings[0].guest_address == 0x1fee02000);
	assert_int_equal(bindings[0].guest_data, 0x31);
	assert_int_equal(entry_field(0, 12), 0);
	mem_wr(TABLE + 8, 1, 0x77); /* undefined for devices: ignored */
	mem_wr(TABLE + 8, 2, 0x77);
	mem_wr(TABLE + 9, 4, 0x77);
	mem_wr(TABLE + 4, 8, 0x77);
	assert_int_equal(bindings[0].guest_data, 0x31);
	assert_int_equal(mem_rd(TABLE + 8, 1), 0x31);
	assert_int_equal(mem_rd(TABLE + 1, 1), 0x20);
	assert_int_equal(mem_rd(TABLE + 2, 2), 0xfee0);
	mem_wr(TABLE + 16 * TABLE_ENTRIES - 8, 8, 0x100000044); /* the very last one */
	assert_int_equal(mem_rd(TABLE + 16 * TABLE_ENTRIES - 8, 8), 0x100000044);
}

static void test_rest_of_the_page_is_the_devices(void **state)
{
	uint64_t value;

	mem_wr(TABLE + 16 * TABLE_ENTRIES, 4, 0x12345678);
	assert_int_equal(nic_memory[TABLE_OFFSET + 16 * TABLE_ENTRIES], 0x78);
	assert_int_equal(mem_rd(BAR_BASE + PBA_OFFSET, 8), 0xeeeeeeeeeeeeeeee);
	mem_wr(BAR_BASE + PBA_OFFSET + 0x10, 2, 0xabcd);
	assert_int_equal(mem_rd(BAR_BASE + PBA_OFFSET + 0x10, 4), 0xeeeeabcd);
	assert_int_equal(mem_rd(BAR_BASE + PBA_OFFSET + 0x11, 1), 0xab);
	/* Other pages are not ours at all. */
	assert_false(vpci_mmio_read(BAR_BASE, 4, &value));
	assert_false(vpci_mmio_write(BAR_BASE + 0x2000, 4, 0));
	assert_true(trapped(TABLE));
	assert_false(trapped(BAR_BASE));
	assert_false(trapped(BAR_BASE + 0x2000));
}

static void test_table_of_several_pages(void **state)
{
	/* 300 entries: 4800 bytes, two pages, above 4 GiB. */
	assert_true(trapped(0x800000000));
	assert_true(trapped(0x800001000));
	assert_false(trapped(0x800002000));
	mem_wr(0x800000000 + 16 * 299, 8, 0xfee02000);
	mem_wr(0x800000000 + 16 * 299 + 8, 8, 0x61);
	wr(DISK, CONTROL, 2, ENABLE);
	assert_int_equal(nr_bound, 1);
	assert_int_equal(bindings[0].guest_data, 0x61);
}

static void test_sizing_a_bar(void **state)
{
	/* As it should be done, with decoding off ... */
	wr(NIC, COMMAND, 2, 0);
	assert_false(trapped(TABLE));
	wr(NIC, BAR0, 4, 0xffffffff);
	assert_int_equal(rd(NIC, BAR0, 4), ~(BAR_SIZE - 1));
	wr(NIC, BAR0, 4, BAR_BASE);
	wr(NIC, COMMAND, 2, 2);
	assert_true(trapped(TABLE));
	/* ... after which anything may have been mapped there. */
	assert_int_equal(trap_changes, 1);
	assert_int_equal(trap_first.n, TABLE >> 12);
	assert_int_equal(trap_nr, 1);
	/* And as it is done to bridges and by the careless, with decoding on. */
	wr(NIC, BAR0, 4, 0xffffffff);
	assert_int_equal(rd(NIC, BAR0, 4), ~(BAR_SIZE - 1));
	assert_true(trapped(TABLE));
	assert_false(trapped(0xffffc000 + TABLE_OFFSET));
	wr(NIC, BAR0, 4, BAR_BASE);
	assert_true(trapped(TABLE));
	assert_int_equal(trap_changes, 1);
}

static void test_sizing_a_64_bit_bar(void **state)
{
	wr(DISK, 0x18, 4, 0xffffffff);
	wr(DISK, 0x18, 4, 4);
	wr(DISK, 0x1c, 4, 0xffffffff);
	assert_true(trapped(0x800000000));
	wr(DISK, 0x1c, 4, 8);
	assert_true(trapped(0x800000000));
	assert_int_equal(trap_changes, 0);
}

static void test_bar_moves(void **state)
{
	wr(NIC, CONTROL, 2, ENABLE);
	set_entry(0, 0xfee02000, 0x31, 0);
	wr(NIC, COMMAND, 2, 0);
	wr(NIC, BAR0, 4, 0xfd000000);
	wr(NIC, COMMAND, 2, 2);
	assert_false(trapped(TABLE));
	assert_true(trapped(0xfd000000 + TABLE_OFFSET));
	assert_int_equal(trap_first.n, 0xfd001);
	assert_int_equal(mem_rd(0xfd000000 + TABLE_OFFSET, 4), 0xfee02000);
	wr(NIC, BAR0, 4, 0xfc000000); /* with decoding on */
	assert_true(trapped(0xfc000000 + TABLE_OFFSET));
	assert_false(trapped(0xfd000000 + TABLE_OFFSET));
	assert_int_equal(trap_changes, 2);
	wr(NIC, BAR0, 4, 0); /* nowhere */
	assert_false(trapped(TABLE_OFFSET));
	assert_int_equal(nr_bound, 1);
}

static void test_not_enabled_without_a_table(void **state)
{
	set_entry(0, 0xfee02000, 0x31, 0);
	wr(NIC, COMMAND, 2, 0);
	wr(NIC, CONTROL, 2, ENABLE); /* bus.c fails on any access to the table now */
	assert_int_equal(dev(NIC, CONTROL, 2) & ENABLE, 0);
	assert_int_equal(nr_bound, 0);
	wr(NIC, COMMAND, 2, 2);
	wr(NIC, CONTROL, 2, ENABLE);
	assert_int_equal(nr_bound, 1);
	/* Decoding off and on again later: the device keeps its table, we keep ours. */
	wr(NIC, COMMAND, 2, 0);
	wr(NIC, CONTROL, 2, ENABLE | MASK_ALL);
	wr(NIC, COMMAND, 2, 2);
	assert_int_equal(nr_bound, 1);
	assert_int_equal(entry_field(0, 0), HOST_ADDRESS(0));
}

static void test_reset_behind_our_back(void **state)
{
	wr(NIC, CONTROL, 2, ENABLE);
	set_entry(0, 0xfee02000, 0x31, 0);
	set_entry(3, 0xfee02000, 0x33, 0);
	dev_set(NIC, CONTROL, 2, TABLE_ENTRIES - 1);
	memset(nic_memory, 0, sizeof(nic_memory));
	for (unsigned n = 0; n < TABLE_ENTRIES; n++)
		nic_memory[TABLE_OFFSET + 16 * n + 12] = 1;
	wr(NIC, CONTROL, 2, ENABLE | MASK_ALL);
	assert_int_equal(nr_bound, 2);
	assert_int_equal(entry_field(0, 12), 0);
	assert_int_equal(entry_field(3, 8) & 0x80, 0x80);
	assert_int_equal(entry_field(1, 12), 1);
}

static void test_no_vectors_left(void **state)
{
	bind_limit = 1;
	wr(NIC, CONTROL, 2, ENABLE);
	set_entry(0, 0xfee02000, 0x31, 0);
	set_entry(1, 0xfee02000, 0x32, 0);
	assert_int_equal(nr_bound, 1);
	assert_int_equal(entry_field(1, 12) & 1, 1); /* masked at the device, whatever was asked */
	assert_int_equal(mem_rd(TABLE + 16 + 12, 4), 0);
	bind_limit = 2;
	mem_wr(TABLE + 16 + 12, 4, 0); /* tried again */
	assert_int_equal(nr_bound, 2);
	assert_int_equal(entry_field(1, 12), 0);
}

static void test_control_by_bytes(void **state)
{
	wr(NIC, CONTROL + 1, 1, ENABLE >> 8);
	assert_int_equal(dev(NIC, CONTROL, 2), ENABLE | (TABLE_ENTRIES - 1));
	wr(NIC, MSIX_CAP, 1, 0); /* read-only */
	assert_int_equal(dev(NIC, CONTROL, 2), ENABLE | (TABLE_ENTRIES - 1));
	wr(NIC, MSIX_CAP, 4, 0);
	assert_int_equal(dev(NIC, CONTROL, 2) & ENABLE, 0);
}

static void test_left_enabled_by_the_firmware(void **state)
{
	device_replug(NIC);
	dev_set(NIC, CONTROL, 2, ENABLE | 4);
	memset(nic_memory, 1, sizeof(nic_memory)); /* masked, for the check in bus.c */
	rd(NIC, 0, 4);
	assert_int_equal(dev(NIC, CONTROL, 2), 4);
}

static void test_table_in_no_bar(void **state)
{
	device_replug(NIC);
	dev_set(NIC, MSIX_CAP + 4, 4, TABLE_OFFSET | 6);
	rd(NIC, 0, 4);
	assert_null(vpci_find(NIC)->msix);
	assert_false(trapped(TABLE));
	device_replug(NIC);
	dev_set(NIC, MSIX_CAP + 4, 4, TABLE_OFFSET | 0);
	dev_set(NIC, BAR0, 4, BAR_BASE | 1); /* I/O ports */
	rd(NIC, 0, 4);
	assert_non_null(vpci_find(NIC)->msix);
	assert_int_equal(vpci_find(NIC)->msix->table, 0);
}

/* A function that is new, with all there is to watch, and whose table moves at once. */
static void test_first_of_all_the_bar_is_written(void **state)
{
	device_replug(NIC);
	dev_set(NIC, COMMAND, 2, 2);
	dev_set(NIC, BAR0, 4, BAR_BASE);
	wr(NIC, BAR0, 4, BAR_BASE + BAR_SIZE);
	assert_true(trapped(TABLE + BAR_SIZE));
	assert_false(trapped(TABLE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_life_of_a_driver, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_entries_unmasked_before_enabling, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_masking, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_sizes_of_access, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_rest_of_the_page_is_the_devices, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_table_of_several_pages, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_sizing_a_bar, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_sizing_a_64_bit_bar, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_bar_moves, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_not_enabled_without_a_table, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_reset_behind_our_back, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_no_vectors_left, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_control_by_bytes, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_left_enabled_by_the_firmware, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_table_in_no_bar, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_first_of_all_the_bar_is_written, bus_setup,
						bus_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
