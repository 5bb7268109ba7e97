// SPDX-License-Identifier: GPL-2.0-or-later
/* Registers of the local APIC in both modes, changes of mode, and an interrupt's way through it. */
#include "machine.h"

static void test_power_on(void **state)
{
	vlapic_init(&cpu[3]);
	assert_true(rdmsr(3, 0x1b) == 0xfee00800);
	assert_true(rdmsr(0, 0x1b) == 0xfee00900); /* the boot processor */
	assert_int_equal(reg(3, 0x20), 6u << 24);
	assert_int_equal(reg(3, 0x30), 0x00050014);
	assert_int_equal(reg(3, 0xf0), 0xff);
	assert_int_equal(reg(3, 0xe0), 0xffffffff);
	assert_int_equal(reg(3, 0xd0), 0);
	for (unsigned offset = 0x320; offset <= 0x370; offset += 0x10)
		assert_int_equal(reg(3, offset), 0x10000);
	assert_int_equal(vlapic_pending(&cpu[3]), -1);
}

static void test_interrupt(void **state)
{
	vlapic_set_irq(&cpu[0], 0x31, false);
	assert_int_equal(seen[0].kicks, 1);
	assert_int_equal(reg(0, 0x210), 1u << 0x11);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x31);
	vlapic_set_irq(&cpu[0], 0x31, false); /* still waiting: one interrupt, one kick */
	assert_int_equal(seen[0].kicks, 1);
	take_vector(0, 0x31);
	assert_int_equal(reg(0, 0x210), 0);
	assert_int_equal(reg(0, 0x110), 1u << 0x11);
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	vlapic_set_irq(&cpu[0], 0x31, false); /* again, while in service: waits for EOI */
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	set_reg(0, 0xb0, 0);
	assert_int_equal(reg(0, 0x110), 0);
	assert_int_equal(take(0), 0x31);
	assert_int_equal(eois, 0);
}

/* The guest may be in its handler already when the next one comes. */
static void test_again_while_offered(void **state)
{
	vlapic_set_irq(&cpu[0], 0x31, false);
	vlapic_offer(&cpu[0], 0x31);
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	vlapic_set_irq(&cpu[0], 0x31, false);
	assert_int_equal(seen[0].kicks, 2);
	vlapic_offered(&cpu[0], 0x31, true);
	assert_int_equal(reg(0, 0x110), 1u << 0x11);
	set_reg(0, 0xb0, 0);
	assert_int_equal(take(0), 0x31);
	assert_int_equal(take(0), -1);
}

static void test_offered_in_vain(void **state)
{
	vlapic_set_irq(&cpu[0], 0x31, false);
	vlapic_offer(&cpu[0], 0x31);
	vlapic_offered(&cpu[0], 0x31, false);
	assert_int_equal(reg(0, 0x110), 0);
	assert_int_equal(take(0), 0x31);
	assert_int_equal(take(0), -1);
}

static void test_priorities(void **state)
{
	vlapic_set_irq(&cpu[0], 0x41, false);
	vlapic_set_irq(&cpu[0], 0xef, false);
	vlapic_set_irq(&cpu[0], 0x4f, false);
	assert_int_equal(vlapic_pending(&cpu[0]), 0xef);
	take_vector(0, 0xef);
	assert_int_equal(reg(0, 0xa0), 0xe0); /* PPR */
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	vlapic_set_irq(&cpu[0], 0xfe, false); /* nests */
	assert_int_equal(vlapic_pending(&cpu[0]), 0xfe);
	take_vector(0, 0xfe);
	set_reg(0, 0xb0, 0); /* ends the higher one */
	assert_int_equal(reg(0, 0x170), 1u << 15);
	set_reg(0, 0xb0, 0);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x4f);
	take_vector(0, 0x4f);
	assert_int_equal(vlapic_pending(&cpu[0]), -1); /* 0x41: same class */
	set_reg(0, 0xb0, 0);
	assert_int_equal(take(0), 0x41);
	assert_int_equal(take(0), -1);
	set_reg(0, 0xb0, 0); /* nothing in service: nothing happens */
	assert_int_equal(reg(0, 0xa0), 0);
}

static void test_task_priority(void **state)
{
	vlapic_set_irq(&cpu[0], 0x55, false);
	set_reg(0, 0x80, 0x50);
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	set_reg(0, 0x80, 0x4f);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x55);
	vlapic_set_tpr(&cpu[0], 0x60);
	assert_int_equal(reg(0, 0x80), 0x60);
	assert_int_equal(reg(0, 0xa0), 0x60);
	assert_int_equal(vlapic_get_tpr(&cpu[0]), 0x60);
	set_reg(0, 0x80, 0xffffff12);
	assert_int_equal(vlapic_get_tpr(&cpu[0]), 0x12);
	assert_int_equal(reg(0, 0xa0), 0x12);
}

static void test_every_vector(void **state)
{
	for (unsigned vector = 16; vector < 256; vector++)
		vlapic_set_irq(&cpu[0], (uint8_t)vector, false);
	for (int vector = 255; vector >= 16; vector--) {
		assert_int_equal(vlapic_pending(&cpu[0]), vector);
		assert_int_equal(take(0), vector);
	}
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	assert_int_equal(cpu[0].hvm.vlapic.irr_words, 0); /* the short way is used again */
	assert_int_equal(cpu[0].hvm.vlapic.isr_words, 0);
}

static void test_level(void **state)
{
	vlapic_set_irq(&cpu[0], 0x61, true);
	assert_int_equal(reg(0, 0x1b0), 1u << 1);
	assert_int_equal(take(0), 0x61);
	assert_int_equal(eois, 1);
	assert_int_equal(eoi_vector, 0x61);
	vlapic_set_irq(&cpu[0], 0x61, false);
	assert_int_equal(reg(0, 0x1b0), 0);
	assert_int_equal(take(0), 0x61);
	assert_int_equal(eois, 1);
}

static void test_software_disable(void **state)
{
	set_reg(0, 0x350, 0x00000400);
	vlapic_set_irq(&cpu[0], 0x70, false);
	set_reg(0, 0xf0, 0xff);
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	assert_int_equal(reg(0, 0x350), 0x10400); /* masked by it */
	set_reg(0, 0x350, 0x400);
	assert_int_equal(reg(0, 0x350), 0x10400); /* and stays so */
	vlapic_set_irq(&cpu[0], 0x80, false);     /* not accepted */
	set_reg(0, 0xf0, 0x1ff);
	assert_int_equal(take(0), 0x70);
	assert_int_equal(take(0), -1);
}

static void test_errors(void **state)
{
	set_reg(0, 0x370, 0xfe);
	vlapic_set_irq(&cpu[0], 15, false);
	assert_int_equal(reg(0, 0x280), 0); /* visible after a write only */
	assert_int_equal(take(0), 0xfe);
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0x40);
	set_reg(0, 0x300, ICR_SELF | 0x400f); /* to itself, vector 15 */
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0x20);
	assert_int_equal(take(0), 0xfe);
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0);
	reg(0, 0x40);
	reg(0, 0x400);
	set_reg(0, 0x100, 1); /* read-only */
	set_reg(0, 0x280, 0);
	assert_int_equal(reg(0, 0x280), 0x80);
	/* An error interrupt whose own vector is illegal does not make another one. */
	set_reg(0, 0x370, 3);
	vlapic_set_irq(&cpu[0], 1, false);
	assert_int_equal(take(0), 0xfe);
	assert_int_equal(take(0), -1);
}

static void test_page_accesses(void **state)
{
	set_reg(0, 0xd0, 0x12345678);
	assert_int_equal(reg(0, 0xd0), 0x12000000);
	set_reg(0, 0xe0, 0);
	assert_int_equal(reg(0, 0xe0), 0x0fffffff);
	set_reg(0, 0x20, 0xff000000); /* the ID is fixed */
	assert_int_equal(reg(0, 0x20), 0);
	set_reg(0, 0x30, 0);
	assert_int_equal(reg(0, 0x30), 0x50014);
	assert_int_equal(reg(0, 0xd4), 0); /* between registers */
	set_reg(0, 0xd4, 0xff000000);
	set_reg(0, 0xd1, 0xff000000);
	assert_int_equal(reg(0, 0xd0), 0x12000000);
	assert_int_equal(reg(0, 0xb0), 0);
	assert_int_equal(reg(0, 0xff0), 0);
	assert_int_equal(reg(0, 0x1000), 0);
	set_reg(0, 0xfff0, 1);
	set_reg(0, 0x310, 0xffffffff);
	assert_int_equal(reg(0, 0x310), 0xff000000);
	set_reg(0, 0x340, 0xffffffff);
	assert_int_equal(reg(0, 0x340), 0x107ff);
}

static void test_mode_changes(void **state)
{
	uint64_t base = 0xfee00000, bsp = BIT(8), x2 = BIT(10), on = BIT(11);

	assert_false(wrmsr(0, 0x1b, base | bsp | x2));     /* x2APIC, but off */
	assert_false(wrmsr(0, 0x1b, base | bsp | on | 1)); /* reserved */
	assert_false(wrmsr(0, 0x1b, base | bsp | on | BIT(9)));
	assert_false(wrmsr(0, 0x1b, base | bsp | on | BIT(60)));
	assert_false(wrmsr(0, 0x1b, 0xfe000000 | bsp | on)); /* moved */
	assert_true(rdmsr(0, 0x1b) == (base | bsp | on));
	assert_true(wrmsr(0, 0x1b, base | bsp | on));
	assert_true(rdmsr_faults(0, 0x802));
	assert_false(wrmsr(0, 0x80b, 0));

	assert_true(wrmsr(0, 0x1b, base | bsp | on | x2));
	assert_false(wrmsr(0, 0x1b, base | bsp | on)); /* not straight back */
	assert_true(wrmsr(0, 0x1b, base | bsp));
	assert_false(wrmsr(0, 0x1b, base | bsp | on | x2)); /* not straight from disabled */
	assert_int_equal(reg(0, 0x20), 0xffffffff);
	set_reg(0, 0xf0, 0x1ff);
	assert_true(wrmsr(0, 0x1b, base | bsp | on));
	assert_int_equal(reg(0, 0xf0), 0xff); /* back from reset */
}

static void test_disabling_drops_interrupts(void **state)
{
	vlapic_set_irq(&cpu[0], 0x70, false);
	assert_true(wrmsr(0, 0x1b, 0xfee00100));
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	vlapic_set_irq(&cpu[0], 0x71, false);
	assert_true(wrmsr(0, 0x1b, 0xfee00900));
	set_reg(0, 0xf0, 0x1ff);
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
}

static void test_x2apic_registers(void **state)
{
	vlapic_set_irq(&cpu[3], 0x40, false);
	x2apic_on(3);
	assert_int_equal(rdmsr(3, 0x802), 6);
	assert_int_equal(rdmsr(3, 0x80d), 1u << 6);
	assert_int_equal(rdmsr(3, 0x803), 0x50014);
	assert_int_equal(rdmsr(3, 0x80f), 0x1ff); /* registers survive the change */
	assert_int_equal(rdmsr(3, 0x822), 1);
	assert_int_equal(take(3), 0x40);
	assert_int_equal(reg(3, 0x20), 0xffffffff); /* the page is gone */
	set_reg(3, 0x80, 0xf0);
	assert_int_equal(rdmsr(3, 0x808), 0);
	assert_true(wrmsr(3, 0x808, 0x20));
	assert_int_equal(rdmsr(3, 0x80a), 0x20);
	assert_true(wrmsr(3, 0x832, 0x400fe));
	assert_true(wrmsr(3, 0x832, 0x10fe));
	assert_int_equal(rdmsr(3, 0x832), 0xfe);
	assert_true(wrmsr(3, 0x83f, 0x55));
	assert_int_equal(take(3), 0x55);
	assert_true(wrmsr(3, 0x830, 0xabcd00000000 | ICR_SELF | 0x56));
	assert_true(rdmsr(3, 0x830) == (0xabcd00000000 | ICR_SELF | 0x56));
	assert_int_equal(take(3), 0x56);
}

static void test_x2apic_faults(void **state)
{
	static const uint32_t unreadable[] = { 0x800, 0x801, 0x809, 0x80b, 0x80c, 0x80e, 0x829,
					       0x82f, 0x831, 0x83a, 0x83f, 0x840, 0x8ff };
	static const struct {
		uint32_t msr;
		uint64_t value;
	} refused[] = {
		{ 0x802, 6 },       { 0x803, 0x50014 }, { 0x80a, 0 },        { 0x80d, 0x40 },
		{ 0x80e, ~0u },     { 0x810, 0 },       { 0x820, 0 },        { 0x839, 0 },
		{ 0x831, 0 },       { 0x8ff, 0 },       { 0x80b, 1 },        { 0x828, 1 },
		{ 0x808, 0x100 },   { 0x80f, 0x10000 }, { 0x832, 0x100000 }, { 0x83e, 4 },
		{ 0x838, BIT(32) }, { 0x83f, 0x100 },   { 0x830, 0x100000 }, { 0x808, BIT(32) },
	};

	x2apic_on(1);
	for (size_t i = 0; i < ARRAY_SIZE(unreadable); i++)
		if (!rdmsr_faults(1, unreadable[i]))
			fail_msg("%#x can be read", unreadable[i]);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (wrmsr(1, refused[i].msr, refused[i].value))
			fail_msg("%#x can be set to %#lx", refused[i].msr, refused[i].value);
	assert_true(wrmsr(1, 0x80b, 0));
	assert_true(wrmsr(1, 0x828, 0));
}

static void test_x2apic_id_of_high_vcpus(void **state)
{
	cpu[2].id = 37; /* APIC ID 74: cluster 4, member 10 */
	vlapic_init(&cpu[2]);
	x2apic_on(2);
	assert_int_equal(rdmsr(2, 0x802), 74);
	assert_int_equal(rdmsr(2, 0x80d), 4 << 16 | 1 << 10);
}

static void test_init_reset(void **state)
{
	x2apic_on(1);
	vlapic_set_irq(&cpu[1], 0x44, false);
	take_vector(1, 0x44);
	vlapic_set_irq(&cpu[1], 0x80, true);
	vlapic_reset(&cpu[1]);
	assert_int_equal(rdmsr(1, 0x802), 2);
	assert_int_equal(rdmsr(1, 0x80d), 4);
	assert_int_equal(rdmsr(1, 0x80f), 0xff);
	for (uint32_t msr = 0x810; msr < 0x828; msr++)
		assert_int_equal(rdmsr(1, msr), 0);
	assert_int_equal(vlapic_pending(&cpu[1]), -1);
	assert_true(wrmsr(1, 0x80f, 0x1ff));
	vlapic_set_irq(&cpu[1], 0x20, false);
	assert_int_equal(take(1), 0x20); /* nothing is left in service */
}

static void test_restored(void **state)
{
	struct vlapic *a = &cpu[1].hvm.vlapic;
	struct vlapic saved;

	vlapic_set_irq(&cpu[1], 0x44, false);
	take_vector(1, 0x44);
	vlapic_set_irq(&cpu[1], 0x31, false);
	vlapic_set_irq(&cpu[1], 0x81, false);
	saved = *a;
	vlapic_init(&cpu[1]);
	memcpy(a->regs, saved.regs, sizeof(a->regs));
	vlapic_restored(&cpu[1]);
	assert_int_equal(take(1), 0x81);
	assert_int_equal(vlapic_pending(&cpu[1]), -1); /* 0x44 is in service */
	set_reg(1, 0xb0, 0);
	assert_int_equal(take(1), 0x31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, machine_reset),
		cmocka_unit_test_setup(test_interrupt, machine_reset),
		cmocka_unit_test_setup(test_again_while_offered, machine_reset),
		cmocka_unit_test_setup(test_offered_in_vain, machine_reset),
		cmocka_unit_test_setup(test_priorities, machine_reset),
		cmocka_unit_test_setup(test_task_priority, machine_reset),
		cmocka_unit_test_setup(test_every_vector, machine_reset),
		cmocka_unit_test_setup(test_level, machine_reset),
		cmocka_unit_test_setup(test_software_disable, machine_reset),
		cmocka_unit_test_setup(test_errors, machine_reset),
		cmocka_unit_test_setup(test_page_accesses, machine_reset),
		cmocka_unit_test_setup(test_mode_changes, machine_reset),
		cmocka_unit_test_setup(test_disabling_drops_interrupts, machine_reset),
		cmocka_unit_test_setup(test_x2apic_registers, machine_reset),
		cmocka_unit_test_setup(test_x2apic_faults, machine_reset),
		cmocka_unit_test_setup(test_x2apic_id_of_high_vcpus, machine_reset),
		cmocka_unit_test_setup(test_init_reset, machine_reset),
		cmocka_unit_test_setup(test_restored, machine_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
