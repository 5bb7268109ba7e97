// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to local APICs: who is reached by which destination, and what each kind of message
 * does.
 */
#include "machine.h"

/* Sends `icr` from vCPU 0 to an xAPIC destination. */
static void send(uint32_t icr, uint8_t dest)
{
	set_reg(0, 0x310, (uint32_t)dest << 24);
	set_reg(0, 0x300, icr);
}

/* Which vCPUs have the vector waiting, one bit each; they take it. */
static unsigned who(uint8_t vector)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < NR_VCPUS; i++)
		if (waits(i, vector)) {
			mask |= 1u << i;
			assert_int_equal(take(i), vector);
		}
	return mask;
}

static void flat_ids(void)
{
	for (unsigned i = 0; i < NR_VCPUS; i++)
		set_reg(i, 0xd0, 1u << (24 + i));
}

static void test_physical(void **state)
{
	send(0x40, 4);
	assert_int_equal(who(0x40), 1 << 2);
	assert_int_equal(seen[2].kicks, 1);
	send(0x40, 0);
	assert_int_equal(who(0x40), 1 << 0);
	send(0x40, 3); /* nobody has an odd ID */
	send(0x40, 8);
	send(0x40, 0xfe);
	assert_int_equal(who(0x40), 0);
	send(0x40, 0xff);
	assert_int_equal(who(0x40), 0xf);
	assert_int_equal(reg(0, 0x300), 0x40); /* never busy */
}

static void test_logical_flat(void **state)
{
	flat_ids();
	send(0x840, 0x5);
	assert_int_equal(who(0x40), 0x5);
	send(0x840, 0xff);
	assert_int_equal(who(0x40), 0xf);
	send(0x840, 0xf0);
	assert_int_equal(who(0x40), 0);
}

static void test_logical_cluster(void **state)
{
	static const uint8_t ids[NR_VCPUS] = { 0x01, 0x02, 0x11, 0x12 };

	for (unsigned i = 0; i < NR_VCPUS; i++) {
		set_reg(i, 0xe0, 0);
		set_reg(i, 0xd0, (uint32_t)ids[i] << 24);
	}
	send(0x840, 0x13);
	assert_int_equal(who(0x40), 0xc);
	send(0x840, 0x01);
	assert_int_equal(who(0x40), 0x1);
	send(0x840, 0x23);
	assert_int_equal(who(0x40), 0);
	send(0x840, 0xff);
	assert_int_equal(who(0x40), 0xf);
}

static void test_shorthands(void **state)
{
	send(ICR_SELF | 0x40, 0xff);
	assert_int_equal(who(0x40), 0x1);
	send(ICR_ALL | 0x40, 4);
	assert_int_equal(who(0x40), 0xf);
	send(ICR_OTHERS | 0x40, 4);
	assert_int_equal(who(0x40), 0xe);
	assert_true(wrmsr(2, 0x1b, 0xfee00000)); /* its APIC is off */
	send(ICR_OTHERS | 0x40, 0);
	assert_int_equal(who(0x40), 0xa);
}

static void test_x2apic_destinations(void **state)
{
	for (unsigned i = 0; i < NR_VCPUS; i++)
		x2apic_on(i);
	assert_true(wrmsr(0, 0x830, 6UL << 32 | 0x40));
	assert_int_equal(who(0x40), 1 << 3);
	assert_true(wrmsr(0, 0x830, 0xffffffffUL << 32 | 0x40));
	assert_int_equal(who(0x40), 0xf);
	assert_true(wrmsr(0, 0x830, 0xffUL << 32 | 0x40)); /* ID 255, no broadcast */
	assert_true(wrmsr(0, 0x830, 0x100UL << 32 | 0x40));
	assert_true(wrmsr(0, 0x830, 0xfffffffeUL << 32 | 0x40));
	assert_int_equal(who(0x40), 0);
	assert_true(wrmsr(0, 0x830, 0x00000044UL << 32 | 0x840)); /* cluster 0: IDs 2 and 6 */
	assert_int_equal(who(0x40), 0xa);
	assert_true(wrmsr(0, 0x830, 0x00010044UL << 32 | 0x840)); /* cluster 1 */
	assert_int_equal(who(0x40), 0);
	assert_true(wrmsr(0, 0x830, 0xffffffffUL << 32 | 0x840));
	assert_int_equal(who(0x40), 0xf);
}

static void test_lowest_priority(void **state)
{
	flat_ids();
	set_reg(0, 0x80, 0x30);
	set_reg(1, 0x80, 0x20);
	set_reg(2, 0x80, 0x10);
	set_reg(3, 0x80, 0x20);
	send(0x940, 0xf);
	assert_int_equal(who(0x40), 1 << 2);
	vlapic_set_irq(&cpu[2], 0x90, false);
	take_vector(2, 0x90); /* now it is busy with something important */
	send(0x940, 0xf);
	assert_int_equal(who(0x40), 1 << 1);
	set_reg(1, 0xf0, 0xff); /* and that one takes none */
	send(0x940, 0xf);
	assert_int_equal(who(0x40), 1 << 3);
	send(0x940, 0xf0);
	assert_int_equal(who(0x40), 0);
}

static void test_illegal_vectors(void **state)
{
	set_reg(0, 0x370, 0x10000);
	for (uint32_t vector = 0; vector < 16; vector++) {
		send(ICR_ALL | vector, 0);
		send(0x100 | vector, 2);
		set_reg(0, 0x280, 0);
		assert_int_equal(reg(0, 0x280), 0x20);
	}
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0);
	send(0x400, 2); /* an NMI needs no vector */
	assert_int_equal(seen[1].nmis, 1);
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0);
}

static void test_nmi(void **state)
{
	send(ICR_OTHERS | 0x400, 0);
	for (unsigned i = 0; i < NR_VCPUS; i++)
		assert_int_equal(seen[i].nmis, i != 0);
	set_reg(1, 0xf0, 0xff); /* reaches even a software-disabled APIC */
	send(0x400, 2);
	assert_int_equal(seen[1].nmis, 2);
}

static void test_init_and_sipi(void **state)
{
	send(0x4600 | 0x9a, 2);
	assert_int_equal(seen[1].sipis, 1);
	assert_int_equal(seen[1].sipi_vector, 0x9a);
	send(0xc500, 2); /* INIT, level, assert */
	assert_int_equal(seen[1].inits, 1);
	assert_int_equal(reg(1, 0xf0), 0xff);
	send(0x8500, 2); /* de-assert: nothing */
	assert_int_equal(seen[1].inits, 1);
	send(0x4600 | 0x10, 2);
	assert_int_equal(seen[1].sipis, 2);
	assert_int_equal(seen[1].sipi_vector, 0x10);
	assert_int_equal(seen[0].sipis + seen[2].sipis + seen[3].sipis, 0);
}

static void test_init_never_hits_the_sender(void **state)
{
	send(ICR_ALL | 0x4500, 0);
	send(ICR_SELF | 0x4500, 0);
	assert_int_equal(seen[0].inits, 0);
	assert_int_equal(seen[3].inits, 1);
	send(ICR_ALL | 0x4608, 0);
	send(ICR_SELF | 0x4608, 0);
	assert_int_equal(seen[0].sipis, 0);
	for (unsigned i = 1; i < NR_VCPUS; i++)
		assert_int_equal(seen[i].sipis, 1);
}

static void test_msi(void **state)
{
	vlapic_deliver_msi(&machine, 0xfee02000, 0x41); /* fixed, physical, ID 2 */
	assert_int_equal(who(0x41), 1 << 1);
	vlapic_deliver_msi(&machine, 0xfeeff000, 0x41);
	assert_int_equal(who(0x41), 0xf);
	flat_ids();
	vlapic_deliver_msi(&machine, 0xfee0600c, 0x4042); /* logical, redirectable */
	assert_int_equal(who(0x42), 0x6);
	vlapic_deliver_msi(&machine, 0xfee0600c, 0x4043 | 0x100); /* lowest priority */
	assert_int_equal(who(0x43), 0x2);
	vlapic_deliver_msi(&machine, 0xfee00000, 0x400);
	assert_int_equal(seen[0].nmis, 1);
	vlapic_deliver_msi(&machine, 0, 0x44);
	vlapic_deliver_msi(&machine, 0x1fee00000, 0x44);
	vlapic_deliver_msi(&machine, 0xfed00000, 0x44);
	assert_int_equal(who(0x44), 0);
	vlapic_deliver_msi(&machine, 0xfee00000, 0xc045); /* level, asserted */
	assert_int_equal(who(0x45), 1);
	assert_int_equal(eois, 1);
	vlapic_deliver_msi(&machine, 0xfee00000, 0x8045); /* level, de-asserted */
	assert_int_equal(who(0x45), 0);
	vlapic_deliver_msi(&machine, 0xfee00000, 5); /* the receiver's error */
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0x40);
}

static void test_odd_delivery_modes_are_harmless(void **state)
{
	for (uint8_t mode = 0; mode < 8; mode++)
		vlapic_deliver(&machine, 0xff, false, mode, 0, false);
	vlapic_deliver(&machine, 0, false, 7, 0x40, false);
	vlapic_deliver(&machine, 0, false, 2, 0x40, false);
	vlapic_deliver(&machine, 0, false, 3, 0x40, false);
	assert_int_equal(who(0x40), 0);
	/* Start-up is not for devices to say. */
	vlapic_deliver_msi(&machine, 0xfee02000, 0x608);
	vlapic_deliver_msi(&machine, 0xfeeff000, 0x608);
	for (unsigned i = 0; i < NR_VCPUS; i++)
		assert_int_equal(seen[i].sipis, 0);
}

static void test_target(void **state)
{
	flat_ids();
	assert_ptr_equal(vlapic_target(&machine, 4, false), &cpu[2]);
	assert_null(vlapic_target(&machine, 5, false));
	assert_ptr_equal(vlapic_target(&machine, 0xff, false), &cpu[0]);
	assert_ptr_equal(vlapic_target(&machine, 0xc, true), &cpu[2]);
	assert_null(vlapic_target(&machine, 0xf0, true));
	assert_null(vlapic_target(&machine, 0xfffffff0, false));
}

static void test_missing_vcpus(void **state)
{
	machine.vcpu[2] = NULL;
	send(0x40, 4);
	send(0x40, 0xff);
	assert_int_equal(seen[2].kicks, 0);
	assert_int_equal(who(0x40), 0xb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_physical, machine_reset),
		cmocka_unit_test_setup(test_logical_flat, machine_reset),
		cmocka_unit_test_setup(test_logical_cluster, machine_reset),
		cmocka_unit_test_setup(test_shorthands, machine_reset),
		cmocka_unit_test_setup(test_x2apic_destinations, machine_reset),
		cmocka_unit_test_setup(test_lowest_priority, machine_reset),
		cmocka_unit_test_setup(test_illegal_vectors, machine_reset),
		cmocka_unit_test_setup(test_nmi, machine_reset),
		cmocka_unit_test_setup(test_init_and_sipi, machine_reset),
		cmocka_unit_test_setup(test_init_never_hits_the_sender, machine_reset),
		cmocka_unit_test_setup(test_msi, machine_reset),
		cmocka_unit_test_setup(test_odd_delivery_modes_are_harmless, machine_reset),
		cmocka_unit_test_setup(test_target, machine_reset),
		cmocka_unit_test_setup(test_missing_vcpus, machine_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
