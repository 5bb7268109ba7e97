// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time: the PV clock, the one-shot and periodic timers behind VIRQ_TIMER, run states, and a CPU
 * that sleeps.
 */
#include "abi/sched.h"
#include "abi/vcpu.h"
#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"
#include "trap.h"

static evtchn_port_t timer_port(void)
{
	static evtchn_port_t port;

	event_init();
	if (!port)
		port = event_bind_virq(VIRQ_TIMER, 0);
	event_clear(port);
	event_count_reset(port);
	return port;
}

static long timer_set(uint64_t deadline, uint32_t flags)
{
	struct vcpu_set_singleshot_timer op = { deadline, flags };

	return vcpu_op(VCPUOP_set_singleshot_timer, 0, &op);
}

TEST(clock_advances)
{
	uint64_t before = clock_now(), ticks = rdtsc();

	CHECK(before > 0, "clock is 0");
	while (rdtsc() - ticks < 10000000)
		cpu_relax();
	CHECK(clock_now() > before, "still at %lu", before);
}

TEST(clock_never_goes_back)
{
	uint64_t last = clock_now();

	for (unsigned i = 0; i < 200000; i++) {
		uint64_t now = clock_now();

		CHECK(now >= last, "%lu after %lu", now, last);
		last = now;
	}
}

TEST(wallclock_is_set)
{
	struct shared_info *shared = shared_info_get();

	CHECK(!(shared->wc_version & 1), "version is odd");
	CHECK(shared->wc_sec > 1700000000, "%u s since 1970", shared->wc_sec);
	CHECK(shared->wc_nsec < 1000000000, "%u ns", shared->wc_nsec);
}

TEST(timer_fires_at_its_time)
{
	evtchn_port_t port = timer_port();
	uint64_t deadline = clock_now() + 30 * MS;

	CHECK_EQ(timer_set(deadline, 0), 0);
	irq_enable();
	CHECK(WAIT_FOR(event_count(port), 1000), "no interrupt");
	CHECK(clock_now() >= deadline, "early by %lu us", (deadline - clock_now()) / 1000);
	irq_disable();
	CHECK_EQ(event_count(port), 1);
}

TEST(timer_in_the_past_fires_at_once)
{
	evtchn_port_t port = timer_port();

	CHECK_EQ(timer_set(clock_now() - MS, 0), 0);
	irq_enable();
	CHECK(WAIT_FOR(event_count(port), 500), "no interrupt");
	irq_disable();
}

/* Xen 4.20 no longer answers -ETIME: the flag makes no difference. */
TEST(timer_in_the_past_with_the_future_flag)
{
	evtchn_port_t port = timer_port();

	CHECK_EQ(timer_set(clock_now() - MS, VCPU_SSHOTTMR_future), 0);
	irq_enable();
	CHECK(WAIT_FOR(event_count(port), 500), "no interrupt");
	irq_disable();
}

TEST(timer_can_be_stopped)
{
	evtchn_port_t port = timer_port();

	CHECK_EQ(timer_set(clock_now() + 50 * MS, 0), 0);
	CHECK_EQ(vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);
	irq_enable();
	PAUSE(100);
	irq_disable();
	CHECK_EQ(event_count(port), 0);
}

TEST(timer_of_another_vcpu_is_refused)
{
	struct vcpu_set_singleshot_timer op = { clock_now() + MS, 0 };

	CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 1, &op), -EINVAL);
	CHECK_EQ(vcpu_op(VCPUOP_set_singleshot_timer, 1000, &op), -ENOENT);
}

TEST(set_timer_op_fires)
{
	evtchn_port_t port = timer_port();
	uint64_t deadline = clock_now() + 20 * MS;

	CHECK_EQ(hypercall1(__HYPERVISOR_set_timer_op, deadline), 0);
	irq_enable();
	CHECK(WAIT_FOR(event_count(port), 1000), "no interrupt");
	CHECK(clock_now() >= deadline, "early");
	irq_disable();
}

TEST(periodic_timer_ticks)
{
	evtchn_port_t port = timer_port();
	struct vcpu_set_periodic_timer op = { 20 * MS }, too_fast = { 1000 };
	unsigned ticks;

	CHECK_EQ(vcpu_op(VCPUOP_set_periodic_timer, 0, &too_fast), -EINVAL);
	CHECK_EQ(vcpu_op(VCPUOP_set_periodic_timer, 0, &op), 0);
	irq_enable();
	CHECK(WAIT_FOR(event_count(port) >= 4, 2000), "%u ticks in 2 s", event_count(port));
	irq_disable();
	CHECK_EQ(vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);
	event_clear(port);
	irq_enable();
	PAUSE(30);
	ticks = event_count(port);
	PAUSE(80);
	irq_disable();
	CHECK_EQ(event_count(port), ticks);
}

TEST(halt_wakes_for_the_timer)
{
	evtchn_port_t port = timer_port();
	uint64_t start = clock_now();

	CHECK_EQ(timer_set(start + 100 * MS, 0), 0);
	event_sleep(port);
	CHECK(clock_now() - start >= 100 * MS, "after %lu us", (clock_now() - start) / 1000);
}

extern const char halt_of_nap[];
static volatile unsigned too_early;

static __attribute__((noinline)) void nap(void)
{
	asm volatile("sti\n\t"
		     "halt_of_nap: hlt\n\t"
		     "cli" ::
			     : "memory");
}

/* Goes on behind the HLT, for nothing would end it any more. */
static void upcall_on_time(struct trap_frame *frame)
{
	if (frame->rip == (uint64_t)halt_of_nap) {
		too_early++;
		frame->rip++;
	}
	event_scan();
}

/*
 * STI holds interrupts off for one more instruction. What arrives before a HLT there, when all has
 * been looked at, is slept over. The timer is aimed at that moment: around it the machine's own
 * interrupt makes the guest exit.
 */
TEST(nothing_arrives_between_sti_and_hlt)
{
	evtchn_port_t port = timer_port();
	uint64_t end = clock_now() + 1500 * MS;

	irq_set_handler(EVENT_VECTOR, upcall_on_time);
	too_early = 0;
	for (unsigned i = 0; clock_now() < end; i++) {
		unsigned before = event_count(port);

		CHECK_EQ(timer_set(clock_now() + i % 100 * 1000, 0), 0);
		while (event_count(port) == before)
			nap();
	}
	CHECK_EQ(too_early, 0);
}

/*
 * A halted vCPU must not be charged for the time it sleeps: that is how an idle machine stays
 * idle.
 */
TEST(halted_time_is_blocked_time)
{
	evtchn_port_t port = timer_port();
	struct vcpu_runstate_info *info = page_alloc();
	struct vcpu_register_runstate_memory_area area = { .addr.h = (uint64_t)info };
	uint64_t blocked, running;

	CHECK_EQ(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area), 0);
	blocked = READ_ONCE(info->time[RUNSTATE_blocked]);
	running = READ_ONCE(info->time[RUNSTATE_running]);
	CHECK_EQ(timer_set(clock_now() + 200 * MS, 0), 0);
	event_sleep(port);
	blocked = READ_ONCE(info->time[RUNSTATE_blocked]) - blocked;
	running = READ_ONCE(info->time[RUNSTATE_running]) - running;
	CHECK_EQ(READ_ONCE(info->state), RUNSTATE_running);
	CHECK(blocked > 100 * MS, "blocked %lu us of 200000, running %lu us", blocked / 1000,
	      running / 1000);
}

TEST(runstate_by_physical_address)
{
	struct vcpu_runstate_info *info = page_alloc();
	struct vcpu_register_runstate_memory_area area = { .addr.p = (uint64_t)info };
	evtchn_port_t port = timer_port();
	uint64_t blocked;

	CHECK_EQ(vcpu_op(VCPUOP_register_runstate_phys_area, 0, &area), 0);
	CHECK_EQ(READ_ONCE(info->state), RUNSTATE_running);
	blocked = READ_ONCE(info->time[RUNSTATE_blocked]);
	CHECK_EQ(timer_set(clock_now() + 50 * MS, 0), 0);
	event_sleep(port);
	CHECK(READ_ONCE(info->time[RUNSTATE_blocked]) > blocked, "not told of the sleep");
	area.addr.p = ~0UL;
	CHECK_EQ(vcpu_op(VCPUOP_register_runstate_phys_area, 0, &area), 0);
}

TEST(runstate_can_be_asked_for)
{
	struct vcpu_runstate_info info = { .state = -1 };

	CHECK_EQ(vcpu_op(VCPUOP_get_runstate_info, 0, &info), 0);
	CHECK_EQ(info.state, RUNSTATE_running);
	CHECK(info.time[RUNSTATE_running] > 0, "never ran");
	CHECK_EQ(vcpu_op(VCPUOP_get_runstate_info, 1, &info), 0);
	CHECK_EQ(info.state, RUNSTATE_offline);
}
