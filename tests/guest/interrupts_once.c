// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An interrupt is delivered once, however long its handler takes, on a machine whose CPUs take
 * turns on one thread: there QEMU 7.2 leaves the guest between its instructions every 100 ms, and
 * might think of what it did last.
 */
#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "event.h"
#include "test.h"
#include "trap.h"

MACHINE("-accel tcg,thread=single");

#define VECTOR  0x60
#define LONG_MS 15
#define TIMES   40

static volatile bool inside;
static volatile unsigned nested;

/* Nothing in it exits, nor pauses: a PAUSE would make QEMU forget. */
static void linger(void)
{
	uint64_t end = clock_now() + LONG_MS * MS;

	if (inside)
		nested++;
	inside = true;
	while (!nested && clock_now() < end)
		;
	inside = false;
}

static void slow_upcall(struct trap_frame *frame)
{
	(void)frame;
	linger();
	event_scan();
}

static void slow_interrupt(struct trap_frame *frame)
{
	(void)frame;
	linger();
	apic_eoi();
}

TEST(upcall)
{
	evtchn_port_t port;

	clock_now();
	event_init();
	irq_set_handler(EVENT_VECTOR, slow_upcall);
	nested = 0;
	port = event_bind_ipi(0);
	irq_enable();
	for (unsigned i = 1; i <= TIMES; i++) {
		event_send(port);
		CHECK(WAIT_FOR(event_count(port) == i, 1000), "%u: it does not arrive", i);
		CHECK_EQ(nested, 0);
		CHECK_EQ(irq_count(EVENT_VECTOR), i);
	}
	irq_disable();
	event_close(port);
}

TEST(interrupt_of_the_local_apic)
{
	clock_now();
	apic_init();
	irq_set_handler(VECTOR, slow_interrupt);
	nested = 0;
	irq_enable();
	for (unsigned i = 1; i <= TIMES; i++) {
		apic_send(apic_id(), APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR);
		CHECK(WAIT_FOR(irq_count(VECTOR) == i && !inside, 1000), "%u: it does not arrive",
		      i);
		CHECK_EQ(nested, 0);
		CHECK_EQ(irq_count(VECTOR), i);
	}
	irq_disable();
}

/* While interrupts are off nothing arrives; both kinds do when they are on again. */
TEST(both_wait_for_their_turn)
{
	evtchn_port_t port;

	clock_now();
	event_init();
	apic_init();
	irq_set_handler(EVENT_VECTOR, slow_upcall);
	irq_set_handler(VECTOR, slow_interrupt);
	nested = 0;
	port = event_bind_ipi(0);
	irq_disable();
	event_send(port);
	apic_send(apic_id(), APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR);
	PAUSE(50);
	CHECK_EQ(irq_count(VECTOR) + irq_count(EVENT_VECTOR), 0);
	irq_enable();
	CHECK(WAIT_FOR(irq_count(VECTOR) && event_count(port), 2000), "%u and %u",
	      irq_count(VECTOR), event_count(port));
	irq_disable();
	CHECK_EQ(nested, 0);
	CHECK_EQ(irq_count(VECTOR), 1);
	CHECK_EQ(irq_count(EVENT_VECTOR), 1);
	event_close(port);
}
