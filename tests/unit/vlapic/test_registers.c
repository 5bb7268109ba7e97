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
	vlapic_set_irq(&cpu[0], 0x31, false); /* not seen yet: one interrupt, one kick */
	assert_int_equal(seen[0].kicks, 1);
	assert_int_equal(reg(0, 0x210), 1u << 0x11);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x31);
	vlapic_set_irq(&cpu[0], 0x31, false); /* still waiting: one interrupt */
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
static void test_again_while_it_is_taken(void **state)
{
	vlapic_set_irq(&cpu[0], 0x31, false);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x31);
	vlapic_set_irq(&cpu[0], 0x31, false);
	assert_int_equal(seen[0].kicks, 2);
	vlapic_taken(&cpu[0], 0x31);
	assert_int_equal(reg(0, 0x110), 1u << 0x11);
	set_reg(0, 0xb0, 0);
	assert_int_equal(take(0), 0x31);
	assert_int_equal(take(0), -1);
}

static void test_offered_in_vain(void **state)
{
	vlapic_set_irq(&cpu[0], 0x31, false);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x31);
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
	vlapic_set_irq(&cpu[1], 0x44, false);
	take_vector(1, 0x44);
	vlapic_set_irq(&cpu[1], 0x31, false);
	vlapic_set_irq(&cpu[1], 0x81, false);
	save_and_restore(1);
	assert_int_equal(take(1), 0x81);
	assert_int_equal(vlapic_pending(&cpu[1]), -1); /* 0x44 is in service */
	set_reg(1, 0xb0, 0);
	assert_int_equal(take(1), 0x31);
}

/* --- what a processor with APICv has to know -------------------------------------------------- */

static struct vlapic_summary summary(unsigned n)
{
	struct vlapic_summary s;

	assert_true(vlapic_summarise(&cpu[n], &s));
	assert_false(vlapic_summarise(&cpu[n], &s)); /* once */
	return s;
}

static void test_summary_has_the_highest_vectors(void **state)
{
	struct vlapic_summary s = summary(0);

	assert_int_equal(s.requested, 0);
	assert_int_equal(s.in_service, 0);
	vlapic_set_irq(&cpu[0], 0x31, false);
	vlapic_set_irq(&cpu[0], 0xef, false);
	take_vector(0, 0xef);
	vlapic_set_irq(&cpu[0], 0xee, false);
	s = summary(0);
	assert_int_equal(s.requested, 0xee); /* whether it is delivered is the processor's matter */
	assert_int_equal(s.in_service, 0xef);
	set_reg(0, 0xb0, 0);
	assert_int_equal(summary(0).in_service, 0);
	save_and_restore(0);
	assert_int_equal(summary(0).requested, 0xee);
	set_reg(0, 0xf0, 0xff); /* disabled: it takes none, and keeps them */
	assert_int_equal(summary(0).requested, 0);
	set_reg(0, 0xf0, 0x1ff);
	assert_int_equal(summary(0).requested, 0xee);
	vlapic_reset(&cpu[0]);
	assert_int_equal(summary(0).requested, 0);
}

static void test_summary_follows_the_mode(void **state)
{
	assert_false(summary(1).x2apic);
	x2apic_on(1);
	assert_true(summary(1).x2apic);
	assert_true(wrmsr(1, 0x80f, 0xff)); /* the processor would take SELF IPIs all the same */
	assert_false(summary(1).x2apic);
	assert_true(wrmsr(1, 0x80f, 0x1ff));
	assert_true(summary(1).x2apic);
	assert_true(wrmsr(1, 0x1b, 0xfee00000));
	assert_false(summary(1).x2apic);
}

static void test_summary_has_level_vectors(void **state)
{
	struct vlapic_summary s;

	vlapic_set_irq(&cpu[2], 0x45, true);
	vlapic_set_irq(&cpu[2], 0xff, true);
	vlapic_set_irq(&cpu[2], 0x46, false);
	s = summary(2);
	assert_true(s.level[1] == BIT(5) && s.level[3] == BIT(63) && !s.level[0] && !s.level[2]);
	vlapic_set_irq(&cpu[2], 0x45, false); /* from now on */
	assert_true(summary(2).level[1] == 0);
}

/* What the processor did to the registers is seen, and nothing need be told to it. */
static void test_processor_changed_registers(void **state)
{
	struct vlapic *a = &cpu[0].hvm.vlapic;
	struct vlapic_summary s;

	summary(0);
	a->regs[0x10 + 0x90 / 32].value = 1u << 0x90 % 32;
	a->regs[0x20 + 0x81 / 32].value = 1u << 0x81 % 32;
	vlapic_ran(&cpu[0]);
	assert_false(vlapic_summarise(&cpu[0], &s));
	assert_int_equal(reg(0, 0xa0), 0x90);
	assert_int_equal(vlapic_pending(&cpu[0]), -1);
	set_reg(0, 0xb0, 0);
	assert_int_equal(vlapic_pending(&cpu[0]), 0x81);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_power_on, machine_reset),
		cmocka_unit_test_setup(test_interrupt, machine_reset),
		cmocka_unit_test_setup(test_again_while_it_is_taken, machine_reset),
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
		cmocka_unit_test_setup(test_summary_has_the_highest_vectors, machine_reset),
		cmocka_unit_test_setup(test_summary_follows_the_mode, machine_reset),
		cmocka_unit_test_setup(test_summary_has_level_vectors, machine_reset),
		cmocka_unit_test_setup(test_processor_changed_registers, machine_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
