// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MSI capability: what the control domain reads back, what the device holds, and which host
 * vectors are in use. bus.c itself checks at every write that an enabled device never holds the
 * guest's message.
 */
#include "bus.h"

#define CONTROL (MSI_CAP + 2)
#define ADDRESS (MSI_CAP + 4)
#define UPPER   (MSI_CAP + 8)
#define DATA_64 (MSI_CAP + 12)
#define DATA_32 (MSI_CAP + 8)

static void enable_nic(void)
{
	wr(NIC, ADDRESS, 4, 0xfee02000);
	wr(NIC, UPPER, 4, 0x12);
	wr(NIC, DATA_64, 2, 0x4031);
	wr(NIC, CONTROL, 2, 0x0181);
}

static void test_message_is_kept_from_the_device(void **state)
{
	dev_set(NIC, ADDRESS, 4, 0x11111111);
	wr(NIC, ADDRESS, 4, 0xfee02003); /* the two lowest bits do not exist */
	wr(NIC, UPPER, 4, 0x12);
	wr(NIC, DATA_64, 2, 0x4031);
	assert_int_equal(rd(NIC, ADDRESS, 4), 0xfee02000);
	assert_int_equal(rd(NIC, UPPER, 4), 0x12);
	assert_int_equal(rd(NIC, DATA_64, 2), 0x4031);
	assert_int_equal(rd(NIC, ADDRESS + 2, 2), 0xfee0);
	assert_int_equal(rd(NIC, ADDRESS + 1, 1), 0x20);
	assert_int_equal(dev(NIC, ADDRESS, 4), 0x11111111);
	assert_int_equal(dev(NIC, DATA_64, 2), 0);
	wr(NIC, ADDRESS + 1, 1, 0x60); /* bytes, too */
	wr(NIC, ADDRESS + 2, 2, 0xfee1);
	assert_int_equal(rd(NIC, ADDRESS, 4), 0xfee16000);
	wr(NIC, DATA_64, 1, 0x44);
	assert_int_equal(rd(NIC, DATA_64, 4), 0x4044);
	assert_int_equal(nr_bound, 0);
}

static void test_enable_and_disable(void **state)
{
	enable_nic();
	assert_int_equal(nr_bound, 1);
	assert_true(bindings[0].guest_address == 0x12fee02000);
	assert_int_equal(bindings[0].guest_data, 0x4031);
	assert_int_equal(dev(NIC, ADDRESS, 4), HOST_ADDRESS(0));
	assert_int_equal(dev(NIC, UPPER, 4), 0);
	assert_int_equal(dev(NIC, DATA_64, 2), HOST_DATA(0));
	assert_int_equal(dev(NIC, CONTROL, 2), 0x0181);
	assert_int_equal(rd(NIC, ADDRESS, 4), 0xfee02000);
	wr(NIC, CONTROL, 2, 0x0181); /* once more: nothing new */
	assert_int_equal(nr_bound, 1);
	wr(NIC, CONTROL, 2, 0x0180);
	assert_int_equal(nr_bound, 0);
	assert_int_equal(dev(NIC, CONTROL, 2), 0x0180);
	wr(NIC, CONTROL, 2, 0x0180);
	enable_nic();
	assert_int_equal(nr_bound, 1);
}

static void test_one_vector_only(void **state)
{
	assert_int_equal(dev(NIC, CONTROL, 2), 0x0184); /* the device could do four */
	assert_int_equal(rd(NIC, CONTROL, 2), 0x0180);
	assert_int_equal(rd(NIC, MSI_CAP, 4), 0x01800005 | dev(NIC, MSI_CAP + 1, 1) << 8);
	wr(NIC, CONTROL, 2, 0x01a1); /* four, please */
	assert_int_equal(dev(NIC, CONTROL, 2) & 0x70, 0);
	assert_int_equal(rd(NIC, CONTROL, 2) & 0x7e, 0);
}

static void test_32_bit(void **state)
{
	wr(NIC3, ADDRESS, 4, 0xfee04000);
	wr(NIC3, DATA_32, 2, 0x55);
	wr(NIC3, CONTROL, 2, 1);
	assert_true(bindings[0].guest_address == 0xfee04000);
	assert_int_equal(bindings[0].guest_data, 0x55);
	assert_int_equal(dev(NIC3, ADDRESS, 4), HOST_ADDRESS(0));
	assert_int_equal(dev(NIC3, DATA_32, 2), HOST_DATA(0));
	assert_int_equal(rd(NIC3, DATA_32, 2), 0x55);
	wr(NIC3, MSI_CAP + 12, 4, 0x99); /* behind the capability: the device's */
	assert_int_equal(dev(NIC3, MSI_CAP + 12, 4), 0x99);
}

static void test_mask_and_pending_are_the_devices(void **state)
{
	enable_nic();
	wr(NIC, MSI_CAP + 16, 4, 1);
	assert_int_equal(dev(NIC, MSI_CAP + 16, 4), 1);
	dev_set(NIC, MSI_CAP + 20, 4, 1);
	assert_int_equal(rd(NIC, MSI_CAP + 20, 4), 1);
	/* The upper half of the data register belongs to nobody here. */
	wr(NIC, DATA_64 + 2, 2, 0xabcd);
	assert_int_equal(dev(NIC, DATA_64 + 2, 2), 0xabcd);
	assert_int_equal(dev(NIC, DATA_64, 2), HOST_DATA(0));
	assert_int_equal(rd(NIC, DATA_64, 4), 0xabcd4031);
	/* Writes to ID and next pointer: those are read-only, nobody binds anything. */
	wr(NIC, MSI_CAP, 2, 0);
	assert_int_equal(nr_bound, 1);
}

static void test_message_changes_while_enabled(void **state)
{
	enable_nic();
	wr(NIC, ADDRESS, 4, 0xfee06000);
	assert_true(bindings[0].guest_address == 0x12fee06000);
	wr(NIC, UPPER, 4, 0);
	wr(NIC, DATA_64, 2, 0x66);
	assert_true(bindings[0].guest_address == 0xfee06000);
	assert_int_equal(bindings[0].guest_data, 0x66);
	assert_int_equal(dev(NIC, ADDRESS, 4), HOST_ADDRESS(0));
	assert_int_equal(dev(NIC, DATA_64, 2), HOST_DATA(0));
}

static void test_reset_behind_our_back(void **state)
{
	enable_nic();
	wr(NIC3, CONTROL, 2, 1); /* takes the next vector */
	dev_set(NIC, CONTROL, 2, 0x0184);
	dev_set(NIC, ADDRESS, 4, 0);
	dev_set(NIC, DATA_64, 2, 0);
	enable_nic(); /* the driver restores what it knows */
	assert_int_equal(nr_bound, 2);
	assert_int_equal(dev(NIC, ADDRESS, 4), HOST_ADDRESS(0));
	assert_int_equal(dev(NIC, DATA_64, 2), HOST_DATA(0));
	assert_int_equal(dev(NIC, CONTROL, 2) & 1, 1);
}

static void test_no_vectors_left(void **state)
{
	bind_limit = 0;
	enable_nic();
	assert_int_equal(dev(NIC, CONTROL, 2) & 1, 0); /* stays silent rather than astray */
	wr(NIC, CONTROL, 2, 0x0180);
	bind_limit = 1;
	enable_nic();
	assert_int_equal(dev(NIC, CONTROL, 2) & 1, 1);
}

static void test_left_enabled_by_the_firmware(void **state)
{
	device_replug(NIC3);
	dev_set(NIC3, CONTROL, 2, 0x0001);
	dev_set(NIC3, ADDRESS, 4, HOST_ADDRESS(3)); /* for the check in bus.c */
	rd(NIC3, 0, 4);
	assert_int_equal(dev(NIC3, CONTROL, 2), 0);
}

static void test_unplugged_while_enabled(void **state)
{
	enable_nic();
	find_device(NIC)->present = false;
	rd(NIC, 0, 4);
	assert_int_equal(nr_bound, 0);
}

static void test_through_the_window(void **state)
{
	paddr_t window = ECAM_BASE + ((paddr_t)NIC.devfn << 12) + MSI_CAP;

	mem_wr(window + 4, 4, 0xfee02000);
	mem_wr(window + 8, 8, 0x403100000012);
	mem_wr(window + 2, 2, 0x181);
	assert_true(bindings[0].guest_address == 0x12fee02000);
	assert_int_equal(bindings[0].guest_data, 0x4031);
	assert_int_equal(mem_rd(window, 8) >> 32, 0xfee02000);
	assert_int_equal(mem_rd(window + 2, 2), 0x181);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_message_is_kept_from_the_device, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_enable_and_disable, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_one_vector_only, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_32_bit, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_mask_and_pending_are_the_devices, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_message_changes_while_enabled, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_reset_behind_our_back, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_no_vectors_left, bus_setup, bus_teardown),
		cmocka_unit_test_setup_teardown(test_left_enabled_by_the_firmware, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_unplugged_while_enabled, bus_setup,
						bus_teardown),
		cmocka_unit_test_setup_teardown(test_through_the_window, bus_setup, bus_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
