// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What two CPUs of the control domain do to each other: each sleeps until the other wakes it, so
 * that no CPU spins and what both execute is the cost. There and back is one round.
 */
#include "abi/vcpu.h"
#include "apic.h"
#include "bench.h"
#include "cpu.h"
#include "event.h"
#include "smp.h"
#include "test.h"
#include "trap.h"

#define ROUNDS 500
#define VECTOR 0x52

TEST(second_cpu)
{
	for (unsigned i = 0; i < 20; i++)
		event_wait(0,
			   250); /* what the hypervisor still does after its start, it does now */
	CHECK(smp_start_by_sipi(), "it does not come up");
}

static evtchn_port_t ports[2];

static void answer_events(void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < ROUNDS + 1; i++) {
		event_sleep(ports[1]);
		event_count_reset(ports[1]);
		event_send(ports[0]);
	}
}

static void event_there_and_back(void)
{
	event_count_reset(ports[0]);
	event_send(ports[1]);
	event_sleep(ports[0]);
}

TEST(events)
{
	event_init();
	ports[0] = event_bind_ipi(0);
	ports[1] = event_bind_ipi(1);
	smp_give(answer_events, 0);
	event_there_and_back();
	BENCH("event_ping_pong", ROUNDS, event_there_and_back());
	CHECK(WAIT_FOR(smp_done(), 1000), "it does not end");
}

static volatile unsigned arrived[2];
static uint32_t apic_ids[2];

static void take_ipi(struct trap_frame *frame)
{
	(void)frame;
	arrived[smp_cpu()]++;
	apic_eoi();
}

static void sleep_until(volatile unsigned *count, unsigned reached)
{
	while (*count != reached) {
		irq_enable_and_halt();
		irq_disable();
	}
}

static void send_ipi(unsigned cpu)
{
	apic_send(apic_ids[cpu], APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR);
}

/* x2APIC mode is what Linux prefers. */
static void prepare_apic(void)
{
	if (apic_has_x2apic())
		apic_use_x2apic();
	apic_init();
	apic_ids[smp_cpu()] = apic_id();
}

static void answer_ipis(void *arg)
{
	(void)arg;
	prepare_apic();
	for (unsigned i = 1; i <= ROUNDS + 1; i++) {
		sleep_until(&arrived[1], i);
		send_ipi(0);
	}
}

static void ipi_there_and_back(void)
{
	unsigned reached = arrived[0] + 1;

	send_ipi(1);
	sleep_until(&arrived[0], reached);
}

TEST(ipis)
{
	irq_set_handler(VECTOR, take_ipi);
	prepare_apic();
	smp_give(answer_ipis, 0);
	CHECK(WAIT_FOR(apic_ids[1], 1000), "CPU 1 has no APIC id");
	ipi_there_and_back();
	BENCH("ipi_ping_pong", ROUNDS, ipi_there_and_back());
	CHECK(WAIT_FOR(smp_done(), 1000), "it does not end");
}
