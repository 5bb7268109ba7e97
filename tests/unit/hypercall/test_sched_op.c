// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vCPU sleeps until something happens, and never past it; how a domain ends, and who is pinned.
 */
#include "fake_vcpus.h"

#include <string.h>

#include "abi/errno.h"
#include "abi/sched.h"
#include "atomic.h"
#include "hypercall.h"

/* --- sleeping --------------------------------------------------------------------------------- */

static void test_block_sleeps_unless_something_waits(void **state)
{
	assert_int_equal(do_sched_op(SCHEDOP_block, 0), 0);
	assert_int_equal(v->pause_flags, VCPU_PAUSE_BLOCKED);
	assert_int_equal(sleeps, 1);
	v->pause_flags = 0;
	has_pending = true;
	assert_int_equal(do_sched_op(SCHEDOP_block, 0), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(sleeps, 1);
	assert_int_equal(do_sched_op(SCHEDOP_yield, 0), 0);
	assert_int_equal(yields, 1);
}

static void event_arrives(void)
{
	/*
	 * The sender makes it pending and then looks whether somebody sleeps: it must see the flag.
	 */
	assert_true(v->pause_flags & VCPU_PAUSE_BLOCKED);
	has_pending = true;
	vcpu_kick(v);
}

static void test_an_event_in_the_last_moment_is_not_slept_through(void **state)
{
	meanwhile = event_arrives;
	assert_int_equal(do_sched_op(SCHEDOP_block, 0), 0);
	assert_int_equal(v->pause_flags, 0);
}

static long poll(unsigned nr, uint32_t first, uint64_t timeout)
{
	for (uint32_t i = 0; i < nr && i < 200; i++)
		((uint32_t *)(memory + 4096))[i] = first;
	return do_sched_op(SCHEDOP_poll,
			   ARG((struct sched_poll){
				   .ports = MEMORY + 4096, .nr_ports = nr, .timeout = timeout }));
}

static void test_poll(void **state)
{
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->pause_flags, VCPU_PAUSE_BLOCKED);
	assert_int_equal(v->event.poll_port, 3);
	assert_int_equal(guest->poll_mask[0], 1);
	assert_int_equal(v->poll_timer.expires, TIME_NEVER);

	v->pause_flags = 0;
	guest->poll_mask[0] = 0;
	pending_ports = 1 << 3;
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(guest->poll_mask[0], 0);
	/* Several ports: any may wake it. */
	assert_int_equal(poll(2, 4, 0), 0);
	assert_int_equal(v->event.poll_port, 0);
	assert_int_equal(v->pause_flags, VCPU_PAUSE_BLOCKED);
}

/*
 * Its sender found the poller before that slept, so that nobody will wake it; and another vCPU has
 * taken it.
 */
static void event_comes_and_goes(void)
{
	if (v->pause_flags & VCPU_PAUSE_BLOCKED)
		bit_test_and_clear(v->id, guest->poll_mask);
}

static void test_an_event_before_the_sleep_ends_the_poll(void **state)
{
	meanwhile = event_comes_and_goes;
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(poll(2, 3, 20000), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(v->poll_timer.expires, TIME_NEVER);
}

static void test_poll_times_out(void **state)
{
	assert_int_equal(poll(1, 3, 20000), 0);
	assert_int_equal(v->poll_timer.expires, 20000);
	fire(&v->poll_timer);
	assert_int_equal(kicks, 1);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(guest->poll_mask[0], 0);
	/* Late, when it has been woken already: nothing. */
	fire(&v->poll_timer);
	assert_int_equal(kicks, 1);
	/* An event was faster: the timer does not end the next poll. */
	assert_int_equal(poll(1, 3, 30000), 0);
	v->pause_flags = 0;
	guest->poll_mask[0] = 0;
	assert_int_equal(poll(1, 3, 0), 0);
	assert_int_equal(v->poll_timer.expires, TIME_NEVER);
	v->pause_flags = 0;
	guest->poll_mask[0] = 0;
	/* A time that is over (it is 12345 now). */
	assert_int_equal(poll(1, 3, 12345), 0);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(poll(0, 0, 12345), 0);
}

static void test_hostile_polls(void **state)
{
	assert_int_equal(poll(129, 3, 0), -EINVAL);
	assert_int_equal(poll(~0u, 3, 0), -EINVAL);
	assert_int_equal(poll(1, 8, 0), -EINVAL); /* no such port */
	assert_int_equal(do_sched_op(SCHEDOP_poll, 0), -EFAULT);
	assert_int_equal(
		do_sched_op(SCHEDOP_poll, ARG((struct sched_poll){ .ports = 8, .nr_ports = 1 })),
		-EFAULT);
	assert_int_equal(v->pause_flags, 0);
	assert_int_equal(guest->poll_mask[0], 0);
	assert_int_equal(do_sched_op(99, 0), -ENOSYS);
}

/* --- ending ----------------------------------------------------------------------------------- */

static void test_shutdowns(void **state)
{
	assert_int_equal(
		do_sched_op(SCHEDOP_shutdown, ARG((struct sched_shutdown){ SHUTDOWN_reboot })), 0);
	assert_ptr_equal(shut_down, guest);
	assert_int_equal(shutdown_code, SHUTDOWN_reboot);
	assert_int_equal(do_sched_op(SCHEDOP_shutdown, ARG((struct sched_shutdown){ 6 })), -EINVAL);
	assert_int_equal(do_sched_op(SCHEDOP_shutdown, ARG((struct sched_shutdown){ 0x100 })),
			 -EINVAL);
	assert_int_equal(
		do_sched_op(SCHEDOP_shutdown_code, ARG((struct sched_shutdown){ SHUTDOWN_crash })),
		0);
	assert_int_equal(guest->shutdown_code, SHUTDOWN_crash);
	assert_int_equal(do_sched_op(SCHEDOP_remote_shutdown,
				     ARG((struct sched_remote_shutdown){ 0, SHUTDOWN_poweroff })),
			 -EPERM);
	run_as(dom0);
	assert_int_equal(do_sched_op(SCHEDOP_remote_shutdown,
				     ARG((struct sched_remote_shutdown){ 1, SHUTDOWN_crash })),
			 0);
	assert_int_equal(shutdown_code, SHUTDOWN_crash);
	assert_int_equal(do_sched_op(SCHEDOP_remote_shutdown,
				     ARG((struct sched_remote_shutdown){ 5, SHUTDOWN_crash })),
			 -ESRCH);
}

static long watchdog(uint32_t id, uint32_t timeout)
{
	return do_sched_op(SCHEDOP_watchdog, ARG((struct sched_watchdog){ id, timeout }));
}

static void test_watchdogs(void **state)
{
	assert_int_equal(watchdog(0, 0), -EINVAL);
	assert_int_equal(watchdog(1, 10), -EINVAL); /* not armed */
	assert_int_equal(watchdog(3, 10), -EINVAL);
	assert_int_equal(watchdog(~0u, 10), -EINVAL);
	assert_int_equal(watchdog(0, 10), 1);
	assert_int_equal(watchdog(0, 20), 2);
	assert_int_equal(watchdog(0, 30), -ENOSPC);
	assert_int_equal(guest->watchdog[1].expires, 12345 + SECONDS(20));
	assert_int_equal(watchdog(2, 40), 0); /* patted */
	assert_int_equal(guest->watchdog[1].expires, 12345 + SECONDS(40));
	assert_int_equal(watchdog(1, 0), 0);
	assert_int_equal(guest->watchdog[0].expires, TIME_NEVER);
	assert_int_equal(watchdog(1, 5), -EINVAL);
	fire(&guest->watchdog[1]);
	assert_int_equal(shutdown_code, SHUTDOWN_watchdog);
	domain_watchdogs_stop(guest);
	assert_int_equal(guest->watchdog[1].expires, TIME_NEVER);
}

/* Armed for it by the hypervisor, domain 0's first one is renewed like one that it has armed. */
static void test_a_watchdog_from_the_start(void **state)
{
	domain_watchdog_arm(guest, 300);
	assert_int_equal(guest->watchdog[0].expires, 12345 + SECONDS(300));
	assert_int_equal(watchdog(1, 60), 0);
	assert_int_equal(guest->watchdog[0].expires, 12345 + SECONDS(60));
	assert_int_equal(watchdog(0, 20), 2);
	assert_int_equal(watchdog(1, 0), 0);
	assert_int_equal(guest->watchdog[0].expires, TIME_NEVER);
}

static void test_pinning_is_domain_0s(void **state)
{
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ 0 })),
			 -EPERM);
	run_as(dom0);
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ 1 })),
			 0);
	assert_int_equal(dom0->vcpu[0]->sched.affinity_hard.bits[0], 2);
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ -1 })),
			 0);
	assert_int_equal(dom0->vcpu[0]->sched.affinity_hard.bits[0], 3);
	assert_int_equal(do_sched_op(SCHEDOP_pin_override, ARG((struct sched_pin_override){ 2 })),
			 -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_block_sleeps_unless_something_waits),
		TEST(test_an_event_in_the_last_moment_is_not_slept_through),
		TEST(test_poll),
		TEST(test_an_event_before_the_sleep_ends_the_poll),
		TEST(test_poll_times_out),
		TEST(test_hostile_polls),
		TEST(test_shutdowns),
		TEST(test_watchdogs),
		TEST(test_a_watchdog_from_the_start),
		TEST(test_pinning_is_domain_0s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
