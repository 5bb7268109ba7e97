// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Software timers on two CPUs in simulated time: what is due runs, in order and where it belongs,
 * and the hardware is told no more often than it has to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cpu.h"

#define CPUS 2u

struct cpu *cpus[MAX_CPUS];
static struct cpu records[CPUS];
static unsigned here; /* the CPU that runs */
static time_ns_t now;

/* Each CPU's hardware: when it interrupts, and how often it was told. */
static time_ns_t hardware[CPUS];
static unsigned programmed[CPUS], kicked[CPUS];

static struct timer timers[4];
static char fired[32]; /* the timers' numbers, in the order in which they ran */

struct cpu *this_cpu(void)
{
	return &records[here];
}

time_ns_t time_now(void)
{
	return now;
}

void apic_timer_program(time_ns_t when)
{
	assert_int_not_equal(when, TIME_NEVER);
	hardware[here] = when;
	programmed[here]++;
}

void apic_send_ipi(uint32_t apic_id, uint8_t vector)
{
	assert_int_equal(vector, VECTOR_KICK);
	assert_int_not_equal(apic_id, here);
	kicked[apic_id]++;
}

static void note(void *data)
{
	char mark[2] = { (char)('0' + (struct timer *)data - timers), 0 };

	assert_int_equal(((struct timer *)data)->expires, TIME_NEVER);
	strcat(fired, mark);
}

/* Takes so long that its next time is over when it is done. */
static void again(void *data)
{
	note(data);
	timer_set(data, now + 5);
	now += 10;
}

static void stop_itself(void *data)
{
	note(data);
	timer_stop(data);
}

/* Time goes on; the hardware of this CPU interrupts if it is due, early by as much as that. */
static void advance(time_ns_t to, time_ns_t early)
{
	now = to;
	if (hardware[here] <= now + early) {
		hardware[here] = TIME_NEVER;
		timer_fired();
	}
	timers_run();
}

static int setup(void **state)
{
	memset(records, 0, sizeof(records));
	memset(fired, 0, sizeof(fired));
	now = 1000;
	for (unsigned i = 0; i < CPUS; i++) {
		records[i].id = records[i].apic_id = here = i;
		records[i].timer_programmed = hardware[i] = TIME_NEVER;
		programmed[i] = kicked[i] = 0;
		cpus[i] = &records[i];
		timers_init_cpu();
	}
	here = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(timers); i++)
		timer_init(&timers[i], note, &timers[i], 0);
	return 0;
}

static void test_what_is_due_runs_in_order(void **state)
{
	timer_set(&timers[0], 5000);
	timer_set(&timers[1], 3000);
	timer_set(&timers[2], 4000);
	timer_set(&timers[3], 9000);
	assert_int_equal(hardware[0], 3000);
	advance(2999, 0);
	assert_string_equal(fired, "");
	advance(5000, 0);
	assert_string_equal(fired, "120");
	assert_int_equal(hardware[0], 9000);
	advance(9000, 0);
	assert_string_equal(fired, "1203");
	assert_int_equal(hardware[0], TIME_NEVER);
}

static void test_equal_times_keep_their_order(void **state)
{
	timer_set(&timers[2], 3000);
	timer_set(&timers[1], 3000);
	timer_set(&timers[0], 3000);
	advance(3000, 0);
	assert_string_equal(fired, "210");
}

static void test_the_past_is_due_at_once(void **state)
{
	timer_set(&timers[0], 1);
	assert_int_equal(hardware[0], 1);
	advance(1000, 0);
	assert_string_equal(fired, "0");
}

/* A guest that sleeps and wakes: its slice is set anew each time, its own timer, too. */
static void test_the_hardware_is_left_alone(void **state)
{
	for (unsigned i = 0; i < 100; i++) {
		timer_set(&timers[0], now + 30000);
		timer_set(&timers[1], now + 40000);
		advance(now + 50, 0);
		timer_set(&timers[0], TIME_NEVER);
		timer_stop(&timers[1]);
		advance(now + 50, 0);
	}
	assert_int_equal(programmed[0], 1);
	assert_int_equal(hardware[0], 31000);
	/* It comes for nothing, and that is all. */
	advance(31000, 0);
	assert_string_equal(fired, "");
	assert_int_equal(hardware[0], TIME_NEVER);
	advance(99000, 0);
	assert_int_equal(programmed[0], 1);
}

static void test_an_interrupt_for_an_earlier_one_sets_the_next(void **state)
{
	timer_set(&timers[0], 3000);
	timer_set(&timers[1], 5000);
	timer_stop(&timers[0]);
	assert_int_equal(hardware[0], 3000);
	advance(3000, 0);
	assert_string_equal(fired, "");
	assert_int_equal(hardware[0], 5000);
	advance(5000, 0);
	assert_string_equal(fired, "1");
}

/* Its clock is not quite ours; and it cannot count far. */
static void test_an_interrupt_that_comes_early_is_set_again(void **state)
{
	timer_set(&timers[0], 5000);
	advance(4990, 10);
	assert_string_equal(fired, "");
	assert_int_equal(hardware[0], 5000);
	advance(5000, 0);
	assert_string_equal(fired, "0");
}

static void test_an_earlier_timer_moves_the_interrupt(void **state)
{
	timer_set(&timers[0], 9000);
	timer_set(&timers[1], 4000);
	assert_int_equal(hardware[0], 4000);
	timer_set(&timers[0], 2000);
	assert_int_equal(hardware[0], 2000);
	assert_int_equal(programmed[0], 3);
}

static void test_one_that_sets_itself_anew_waits_its_turn(void **state)
{
	timers[0].fn = again;
	timer_set(&timers[0], 2000);
	timer_set(&timers[1], 2000);
	advance(2000, 0);
	assert_string_equal(fired, "01");
	assert_int_equal(hardware[0], 2005);
	timer_stop(&timers[0]);
	advance(3000, 0);
	assert_string_equal(fired, "01");
}

static void test_one_that_stops_itself(void **state)
{
	timers[0].fn = stop_itself;
	timer_set(&timers[0], 2000);
	advance(2000, 0);
	advance(3000, 0);
	assert_string_equal(fired, "0");
}

static void test_a_timer_of_another_cpu(void **state)
{
	timer_init(&timers[0], note, &timers[0], 1);
	timer_set(&timers[0], 3000);
	assert_int_equal(kicked[1], 1);
	assert_int_equal(programmed[0], 0);
	advance(4000, 0);
	assert_string_equal(fired, "");
	here = 1;
	timers_run();
	assert_string_equal(fired, "0");
}

static void test_migration_takes_the_time_along(void **state)
{
	timer_set(&timers[0], 3000);
	timer_migrate(&timers[0], 1);
	assert_int_equal(kicked[1], 1);
	advance(3000, 0);
	assert_string_equal(fired, "");
	assert_int_equal(hardware[0], TIME_NEVER);
	here = 1;
	advance(3000, 0);
	assert_string_equal(fired, "0");
	timer_migrate(&timers[0], 0);
	assert_int_equal(timers[0].expires, TIME_NEVER);
	assert_int_equal(kicked[0], 0);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_due_runs_in_order),
		TEST(test_equal_times_keep_their_order),
		TEST(test_the_past_is_due_at_once),
		TEST(test_the_hardware_is_left_alone),
		TEST(test_an_interrupt_for_an_earlier_one_sets_the_next),
		TEST(test_an_interrupt_that_comes_early_is_set_again),
		TEST(test_an_earlier_timer_moves_the_interrupt),
		TEST(test_one_that_sets_itself_anew_waits_its_turn),
		TEST(test_one_that_stops_itself),
		TEST(test_a_timer_of_another_cpu),
		TEST(test_migration_takes_the_time_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
