// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A second CPU started the PC way, by INIT and SIPI; then what two CPUs do to each other: IPIs
 * and events.
 */
#include "smp.h"

#include "abi/event_channel.h"
#include "abi/vcpu.h"
#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"
#include "trap.h"

#define VECTOR 0x52

static volatile uint32_t ap_id;
static volatile bool stop;

static void need_cpu1(void)
{
	if (!smp_started())
		test_fail("CPU 1 is not running");
}

static void report_id(void *arg)
{
	(void)arg;
	ap_id = cpuid(1, 0).b >> 24;
}

TEST(second_cpu_is_in_the_madt)
{
	CHECK_EQ(smp_apic_id(0), cpuid(1, 0).b >> 24);
	CHECK(smp_apic_id(1) > 0, "no second processor");
	CHECK_EQ(smp_apic_id(2), -1);
}

TEST(init_and_sipi_start_it)
{
	CHECK_EQ(vcpu_op(VCPUOP_is_up, 1, 0), 0);
	CHECK(smp_start_by_sipi(), "it does not come up");
	CHECK_EQ(vcpu_op(VCPUOP_is_up, 1, 0), 1);
	smp_give(report_id, 0);
	CHECK(WAIT_FOR(smp_done(), 500), "it does no work");
	CHECK_EQ(ap_id, smp_apic_id(1));
}

static volatile uint64_t breakpoints;

static void set_breakpoints(void *arg)
{
	asm volatile("mov %0, %%dr0; mov %0, %%dr3" : : "r"((uint64_t)arg));
}

static void get_breakpoints(void *arg)
{
	uint64_t dr0, dr3;

	(void)arg;
	asm volatile("mov %%dr0, %0; mov %%dr3, %1" : "=r"(dr0), "=r"(dr3));
	breakpoints = dr0 | dr3;
}

TEST(init_clears_breakpoints)
{
	need_cpu1();
	smp_give(set_breakpoints, (void *)0x1234);
	CHECK(WAIT_FOR(smp_done(), 500), "it does no work");
	smp_give(get_breakpoints, 0);
	CHECK(WAIT_FOR(smp_done(), 500), "it does no work");
	CHECK_EQ(breakpoints, 0x1234);
	CHECK(smp_start_by_sipi(), "it does not come up again");
	smp_give(get_breakpoints, 0);
	CHECK(WAIT_FOR(smp_done(), 500), "it does no work");
	CHECK_EQ(breakpoints, 0);
}

static volatile bool in_nmi;

static void stay_in_nmi(struct trap_frame *frame)
{
	(void)frame;
	in_nmi = true;
	for (;;)
		cpu_relax();
}

static void wait_for_nmi(void *arg)
{
	(void)arg;
	for (;;)
		cpu_relax();
}

/* A second NMI waits for the end of the first one's handler; INIT comes before that. */
TEST(init_forgets_an_nmi_that_waits)
{
	need_cpu1();
	apic_init();
	irq_set_handler(TRAP_NMI, stay_in_nmi);
	smp_give(wait_for_nmi, 0);
	apic_send(smp_apic_id(1), APIC_ICR_NMI | APIC_ICR_ASSERT);
	CHECK(WAIT_FOR(in_nmi, 500), "the NMI does not arrive");
	apic_send(smp_apic_id(1), APIC_ICR_NMI | APIC_ICR_ASSERT);
	PAUSE(20);
	CHECK(smp_start_by_sipi(), "it does not come up again");
	smp_give(report_id, 0);
	CHECK(WAIT_FOR(smp_done(), 500), "it does no work");
	irq_set_handler(TRAP_NMI, 0);
}

static void wait_for_interrupt(void *arg)
{
	(void)arg;
	apic_init();
	while (!stop)
		irq_enable_and_halt();
}

static void eoi(struct trap_frame *frame)
{
	(void)frame;
	stop = true;
	apic_eoi();
}

TEST(ipi_wakes_the_other_cpu)
{
	need_cpu1();
	apic_init();
	stop = false;
	irq_set_handler(VECTOR, eoi);
	smp_give(wait_for_interrupt, 0);
	PAUSE(50);
	apic_send(smp_apic_id(1), APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR);
	CHECK(WAIT_FOR(smp_done(), 1000), "it sleeps on");
	CHECK_EQ(irq_count(VECTOR), 1);
}

static volatile unsigned taken;
static volatile bool sent_again;

static void late_eoi(struct trap_frame *frame)
{
	(void)frame;
	taken++;
	while (!sent_again && !stop)
		cpu_relax();
	apic_eoi();
}

static void take_two(void *arg)
{
	(void)arg;
	apic_init();
	irq_enable();
	while (taken < 2 && !stop)
		cpu_relax();
	irq_disable();
}

TEST(ipi_during_the_service_of_its_vector_is_kept)
{
	uint32_t icr = APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR;

	need_cpu1();
	apic_init();
	stop = false;
	irq_set_handler(VECTOR, late_eoi);
	smp_give(take_two, 0);
	PAUSE(50);
	apic_send(smp_apic_id(1), icr);
	CHECK(WAIT_FOR(taken == 1, 500), "the first one does not come");
	apic_send(smp_apic_id(1), icr);
	sent_again = true;
	CHECK(WAIT_FOR(taken == 2, 500), "the second one is lost");
	stop = true;
	CHECK(WAIT_FOR(smp_done(), 500), "it does not end");
}

static void wait_for_event(void *arg)
{
	evtchn_port_t port = *(evtchn_port_t *)arg;

	event_sleep(port);
}

TEST(event_wakes_the_other_cpu)
{
	evtchn_port_t port;

	need_cpu1();
	event_init();
	port = event_bind_ipi(1);
	smp_give(wait_for_event, &port);
	PAUSE(50);
	event_send(port);
	CHECK(WAIT_FOR(smp_done(), 1000), "it sleeps on");
	CHECK_EQ(event_count(port), 1);
	CHECK_EQ(event_last_vcpu(port), 1);
	event_close(port);
}

TEST(bind_vcpu_moves_delivery)
{
	evtchn_port_t pair[2];
	struct evtchn_bind_vcpu op = { .vcpu = 1 };

	need_cpu1();
	event_init();
	event_pair(pair);
	event_scan();
	event_count_reset(pair[0]);
	op.port = pair[0];
	CHECK_EQ(evtchn_op(EVTCHNOP_bind_vcpu, &op), 0);
	smp_give(wait_for_event, &pair[0]);
	event_send(pair[1]);
	CHECK(WAIT_FOR(smp_done(), 1000), "no event there");
	CHECK_EQ(event_last_vcpu(pair[0]), 1);
	event_close(pair[0]);
	event_close(pair[1]);
}

static void own_timer(void *arg)
{
	struct vcpu_set_singleshot_timer op = { clock_now() + 20 * MS, 0 };
	evtchn_port_t port = *(evtchn_port_t *)arg;

	vcpu_op(VCPUOP_set_singleshot_timer, 1, &op);
	event_sleep(port);
}

TEST(timer_of_the_second_cpu)
{
	evtchn_port_t port;

	need_cpu1();
	event_init();
	port = event_bind_virq(VIRQ_TIMER, 1);
	smp_give(own_timer, &port);
	CHECK(WAIT_FOR(smp_done(), 1000), "no event");
	CHECK_EQ(event_last_vcpu(port), 1);
	event_close(port);
}

static volatile uint64_t shared_counter;

static void count_up(void *arg)
{
	for (unsigned i = 0; i < 100000; i++)
		__atomic_add_fetch(&shared_counter, 1, __ATOMIC_SEQ_CST);
	(void)arg;
}

TEST(memory_is_shared)
{
	need_cpu1();
	shared_counter = 0;
	smp_give(count_up, 0);
	count_up(0);
	CHECK(WAIT_FOR(smp_done(), 5000), "it does not end");
	CHECK_EQ(shared_counter, 200000);
}

static volatile uint64_t last_seen;
static volatile unsigned backwards;

static void watch_clock(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t seen = last_seen;
		uint64_t now = clock_read(&event_vcpu_info(1)->time);

		backwards += now < seen;
		last_seen = now;
	}
}

/*
 * What one CPU has read, the other must not undercut (beyond the error of a few reads under
 * emulation).
 */
TEST(clocks_agree)
{
	uint64_t here, there;

	need_cpu1();
	last_seen = 0;
	backwards = 0;
	smp_give(watch_clock, 0);
	CHECK(WAIT_FOR(smp_done(), 5000), "it does not end");
	here = clock_now();
	there = last_seen;
	CHECK_EQ(backwards, 0);
	CHECK(here + MS >= there, "%lu here, %lu there before", here, there);
}
