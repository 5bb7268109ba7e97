// SPDX-License-Identifier: GPL-2.0-or-later
/* The local APIC's timer. A tick is a nanosecond before the divider. */
#include "machine.h"

#define PERIODIC 0x20000u
#define DEADLINE 0x40000u
#define MASKED   0x10000u
#define DIVIDE_1 0xbu
#define VECTOR   0xec

static void start(uint32_t lvt, uint32_t count)
{
	set_reg(1, 0x3e0, DIVIDE_1);
	set_reg(1, 0x320, lvt | VECTOR);
	set_reg(1, 0x380, count);
}

static void test_one_shot(void **state)
{
	start(0, 1000000);
	assert_int_equal(reg(1, 0x390), 1000000);
	time_pass(400000);
	assert_int_equal(reg(1, 0x390), 600000);
	time_pass(599999);
	assert_int_equal(take(1), -1);
	assert_int_equal(reg(1, 0x390), 1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
	assert_int_equal(reg(1, 0x390), 0);
	assert_int_equal(reg(1, 0x380), 1000000);
	time_pass(SECONDS(10));
	assert_int_equal(take(1), -1);
	assert_int_equal(timer_sets, 1);
	assert_int_equal(seen[1].kicks, 1);
}

static void test_reprogramming_replaces(void **state)
{
	start(0, 1000);
	set_reg(1, 0x380, 500000);
	time_pass(400000);
	assert_int_equal(take(1), -1);
	set_reg(1, 0x380, 0); /* stops it */
	time_pass(SECONDS(1));
	assert_int_equal(take(1), -1);
	assert_int_equal(reg(1, 0x390), 0);
}

static void test_dividers(void **state)
{
	static const struct {
		uint32_t tdcr;
		unsigned divide;
	} table[] = { { 0, 2 },  { 1, 4 },  { 2, 8 },    { 3, 16 },
		      { 8, 32 }, { 9, 64 }, { 10, 128 }, { 11, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		set_reg(1, 0x3e0, table[i].tdcr);
		assert_int_equal(reg(1, 0x3e0), table[i].tdcr);
		set_reg(1, 0x320, VECTOR);
		set_reg(1, 0x380, 10000);
		time_pass(5000 * table[i].divide);
		assert_int_equal(reg(1, 0x390), 5000);
		time_pass(5000 * table[i].divide - 1);
		assert_int_equal(take(1), -1);
		time_pass(1);
		assert_int_equal(take(1), VECTOR);
	}
}

static void test_largest_count(void **state)
{
	set_reg(1, 0x3e0, 10);
	set_reg(1, 0x320, VECTOR);
	set_reg(1, 0x380, 0xffffffff);
	time_pass(0xffffffffUL * 128 - 1);
	assert_int_equal(take(1), -1);
	assert_int_equal(reg(1, 0x390), 1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
}

static void test_divider_change_keeps_the_count(void **state)
{
	start(0, 10000);
	time_pass(4000);
	set_reg(1, 0x3e0, 0); /* by 2 */
	assert_int_equal(reg(1, 0x390), 6000);
	time_pass(11999);
	assert_int_equal(take(1), -1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
	set_reg(1, 0x3e0, DIVIDE_1); /* one that has run out stays so */
	time_pass(SECONDS(1));
	assert_int_equal(take(1), -1);
}

static void test_periodic_does_not_drift(void **state)
{
	start(PERIODIC, 1000000);
	for (unsigned i = 0; i < 50; i++) {
		time_pass(999999);
		assert_int_equal(take(1), -1);
		time_pass(1);
		assert_int_equal(take(1), VECTOR);
	}
	/* Served late by a third of a period: the next one is due when it would have been. */
	time_pass_late(1333333);
	assert_int_equal(take(1), VECTOR);
	assert_int_equal(reg(1, 0x390), 666667);
	time_pass(666666);
	assert_int_equal(take(1), -1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
}

static void test_missed_periods_do_not_pile_up(void **state)
{
	start(PERIODIC, 1000000);
	timer_sets = 0;
	time_pass_late(MS(50) + 1000);
	assert_int_equal(timer_sets, 1);
	assert_int_equal(take(1), VECTOR);
	assert_int_equal(take(1), -1);
	time_pass(998999);
	assert_int_equal(take(1), -1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
}

static void test_a_tiny_period_is_bounded(void **state)
{
	start(PERIODIC, 1);
	timer_sets = 0;
	time_pass(MS(1));
	assert_in_range(timer_sets, 10, 100);
	cpu[1].running = false;
	timer_sets = 0;
	time_pass(MS(1));
	assert_in_range(timer_sets, 1, 3);
	assert_int_equal(take(1), VECTOR);
	set_reg(1, 0x380, 0);
	time_pass(MS(1));
	assert_int_equal(take(1), -1);
}

static void test_masked(void **state)
{
	start(MASKED, 1000);
	time_pass(2000);
	assert_int_equal(take(1), -1);
	set_reg(1, 0x320, VECTOR); /* too late */
	time_pass(2000);
	assert_int_equal(take(1), -1);
	start(PERIODIC | MASKED, 100000);
	time_pass(250000);
	set_reg(1, 0x320, PERIODIC | VECTOR);
	assert_int_equal(reg(1, 0x390), 50000); /* it has been counting */
	time_pass(50000);
	assert_int_equal(take(1), VECTOR);
}

static void test_mode_change_while_counting(void **state)
{
	start(0, 100000);
	time_pass(40000);
	set_reg(1, 0x320, PERIODIC | VECTOR);
	assert_int_equal(reg(1, 0x390), 60000);
	time_pass(60000);
	assert_int_equal(take(1), VECTOR);
	time_pass(100000);
	assert_int_equal(take(1), VECTOR);
	set_reg(1, 0x320, VECTOR);
	time_pass(100000);
	assert_int_equal(take(1), VECTOR);
	time_pass(SECONDS(1));
	assert_int_equal(take(1), -1);
}

static void test_illegal_vector(void **state)
{
	set_reg(1, 0x320, 7);
	set_reg(1, 0x380, 1000);
	time_pass(10000);
	assert_int_equal(take(1), -1);
	set_reg(1, 0x280, 0);
	assert_int_equal(reg(1, 0x280), 0x40);
}

static void test_deadline(void **state)
{
	uint64_t tsc = vcpu_tsc(&cpu[1]);

	assert_true(wrmsr(1, 0x6e0, tsc + 2000)); /* not in this mode: ignored */
	assert_int_equal(rdmsr(1, 0x6e0), 0);
	start(DEADLINE, 1000); /* and the count in that one */
	assert_int_equal(reg(1, 0x380), 0);
	assert_true(wrmsr(1, 0x6e0, tsc + 2000000)); /* in a millisecond */
	assert_true(rdmsr(1, 0x6e0) == tsc + 2000000);
	assert_int_equal(reg(1, 0x390), 0);
	time_pass(999999);
	assert_int_equal(take(1), -1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
	assert_int_equal(rdmsr(1, 0x6e0), 0);
	assert_true(wrmsr(1, 0x6e0, tsc + 20000000));
	assert_true(wrmsr(1, 0x6e0, 0)); /* disarmed */
	time_pass(SECONDS(1));
	assert_int_equal(take(1), -1);
}

static void test_deadline_in_the_past_fires_at_once(void **state)
{
	start(DEADLINE, 0);
	timer_sets = 0;
	assert_true(wrmsr(1, 0x6e0, 1));
	assert_int_equal(take(1), VECTOR);
	assert_int_equal(rdmsr(1, 0x6e0), 0);
	assert_int_equal(timer_sets, 0);
}

static void test_leaving_deadline_mode_disarms(void **state)
{
	start(DEADLINE, 0);
	assert_true(wrmsr(1, 0x6e0, vcpu_tsc(&cpu[1]) + 2000));
	set_reg(1, 0x320, VECTOR);
	assert_int_equal(rdmsr(1, 0x6e0), 0);
	set_reg(1, 0x320, DEADLINE | VECTOR);
	time_pass(SECONDS(1));
	assert_int_equal(take(1), -1);
	start(0, 1000);
	set_reg(1, 0x320, DEADLINE | VECTOR);
	time_pass(SECONDS(1));
	assert_int_equal(take(1), -1);
}

static void test_follows_its_vcpu(void **state)
{
	start(0, 1000);
	assert_int_equal(cpu[1].hvm.vlapic.timer.cpu, 1);
	cpu[1].processor = 3;
	start(0, 1000);
	assert_int_equal(cpu[1].hvm.vlapic.timer.cpu, 3);
	time_pass(1000);
	assert_int_equal(take(1), VECTOR);
}

static void test_reset_and_disable_stop_it(void **state)
{
	start(PERIODIC, 100000);
	vlapic_reset(&cpu[1]);
	assert_true(cpu[1].hvm.vlapic.timer.expires == TIME_NEVER);
	set_reg(1, 0xf0, 0x1ff);
	start(PERIODIC, 100000);
	assert_true(wrmsr(1, 0x1b, 0xfee00000));
	assert_true(cpu[1].hvm.vlapic.timer.expires == TIME_NEVER);
	assert_true(wrmsr(1, 0x1b, 0xfee00800));
	set_reg(1, 0xf0, 0x1ff);
	start(0, 1000);
	vlapic_destroy(&cpu[1]);
	assert_true(cpu[1].hvm.vlapic.timer.expires == TIME_NEVER);
}

static void test_goes_on_after_restore(void **state)
{
	start(PERIODIC, 100000);
	time_pass(30000);
	save_and_restore(1);
	time_pass(100000);
	assert_int_equal(take(1), VECTOR);
	time_pass(100000);
	assert_int_equal(take(1), VECTOR);

	set_reg(1, 0x320, DEADLINE | VECTOR);
	cpu[1].hvm.vlapic.tsc_deadline = vcpu_tsc(&cpu[1]) + 2000;
	save_and_restore(1);
	time_pass(999);
	assert_int_equal(take(1), -1);
	time_pass(1);
	assert_int_equal(take(1), VECTOR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_shot, machine_reset),
		cmocka_unit_test_setup(test_reprogramming_replaces, machine_reset),
		cmocka_unit_test_setup(test_dividers, machine_reset),
		cmocka_unit_test_setup(test_largest_count, machine_reset),
		cmocka_unit_test_setup(test_divider_change_keeps_the_count, machine_reset),
		cmocka_unit_test_setup(test_periodic_does_not_drift, machine_reset),
		cmocka_unit_test_setup(test_missed_periods_do_not_pile_up, machine_reset),
		cmocka_unit_test_setup(test_a_tiny_period_is_bounded, machine_reset),
		cmocka_unit_test_setup(test_masked, machine_reset),
		cmocka_unit_test_setup(test_mode_change_while_counting, machine_reset),
		cmocka_unit_test_setup(test_illegal_vector, machine_reset),
		cmocka_unit_test_setup(test_deadline, machine_reset),
		cmocka_unit_test_setup(test_deadline_in_the_past_fires_at_once, machine_reset),
		cmocka_unit_test_setup(test_leaving_deadline_mode_disarms, machine_reset),
		cmocka_unit_test_setup(test_follows_its_vcpu, machine_reset),
		cmocka_unit_test_setup(test_reset_and_disable_stop_it, machine_reset),
		cmocka_unit_test_setup(test_goes_on_after_restore, machine_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
