// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The emulated local APIC, first through its page, at the end as x2APIC: registers, IPIs to self,
 * timer, priorities.
 */
#include "apic.h"

#include "clock.h"
#include "cpu.h"
#include "hypercall.h"
#include "test.h"
#include "trap.h"

#define VECTOR      0x50
#define HIGH_VECTOR 0x80

static volatile bool in_service, level_mode;
static volatile unsigned order, high_order, low_order;

static void count_and_eoi(struct trap_frame *frame)
{
	in_service = apic_bit(APIC_ISR, frame->vector);
	level_mode = apic_bit(APIC_TMR, frame->vector);
	apic_eoi();
}

static void count_only(struct trap_frame *frame)
{
	(void)frame;
}

static void prepare(irq_handler_t *handler)
{
	apic_init();
	irq_set_handler(VECTOR, handler);
	irq_set_handler(HIGH_VECTOR, handler);
}

TEST(registers_are_plausible)
{
	prepare(0);
	CHECK_EQ(apic_read(APIC_VERSION) & 0xff, 0x14);
	CHECK((apic_read(APIC_VERSION) >> 16 & 0xff) >= 4, "%x", apic_read(APIC_VERSION));
	CHECK_EQ(apic_id(), cpuid(1, 0).b >> 24);
	CHECK_EQ(apic_read(APIC_SPURIOUS), APIC_SPURIOUS_ENABLE | 0xff);
	apic_write(APIC_TPR, 0x20);
	CHECK_EQ(apic_read(APIC_TPR), 0x20);
	CHECK_EQ(apic_read(APIC_PPR), 0x20);
	apic_write(APIC_TPR, 0);
	CHECK(rdmsr(MSR_APIC_BASE) & 1 << 8, "not the boot CPU: %lx", rdmsr(MSR_APIC_BASE));
	CHECK_EQ(rdmsr(MSR_APIC_BASE) >> 12, 0xfee00);
}

TEST(ipi_to_self_arrives)
{
	prepare(count_and_eoi);
	irq_enable();
	apic_send(apic_id(), APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "by id: %u", irq_count(VECTOR));
	CHECK(in_service, "not in service in the handler");
	CHECK(!level_mode, "an IPI is edge-triggered");
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 2, 500), "by shorthand: %u", irq_count(VECTOR));
	irq_disable();
	CHECK(!apic_bit(APIC_ISR, VECTOR), "still in service after EOI");
}

TEST(interrupt_waits_in_irr)
{
	prepare(count_and_eoi);
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	CHECK(apic_bit(APIC_IRR, VECTOR), "not requested");
	CHECK_EQ(irq_count(VECTOR), 0);
	irq_enable();
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "never delivered");
	irq_disable();
	CHECK(!apic_bit(APIC_IRR, VECTOR), "still requested");
}

TEST(task_priority_holds_back)
{
	prepare(count_and_eoi);
	apic_write(APIC_TPR, 0x60);
	irq_enable();
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	PAUSE(20);
	CHECK_EQ(irq_count(VECTOR), 0);
	apic_write(APIC_TPR, 0);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "not delivered when the priority fell");
	irq_disable();
}

/* With no exit between that and STI, on AMD-V. */
TEST(raised_priority_holds_back_what_is_pending)
{
	if (cpuid(0, 0).b == 0x68747541)
		test_skip("QEMU 7.2 ends itself at a write to CR8 while an interrupt waits");
	prepare(count_and_eoi);
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	asm volatile("mov %0, %%cr8; sti" : : "r"(0xfUL) : "memory");
	PAUSE(20);
	CHECK_EQ(irq_count(VECTOR), 0);
	asm volatile("mov %0, %%cr8" : : "r"(0UL) : "memory");
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "not delivered when the priority fell");
	irq_disable();
}

TEST(cr8_is_the_task_priority)
{
	uint64_t cr8 = 6;

	prepare(count_and_eoi);
	asm volatile("mov %0, %%cr8" ::"r"(cr8));
	CHECK_EQ(apic_read(APIC_TPR), 0x60);
	apic_write(APIC_TPR, 0x30);
	asm volatile("mov %%cr8, %0" : "=r"(cr8));
	CHECK_EQ(cr8, 3);
	asm volatile("mov %0, %%cr8" ::"r"(0UL));
	CHECK_EQ(apic_read(APIC_TPR), 0);
}

TEST(no_second_interrupt_before_eoi)
{
	prepare(count_only);
	irq_enable();
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "%u", irq_count(VECTOR));
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	PAUSE(20);
	CHECK_EQ(irq_count(VECTOR), 1);
	apic_eoi();
	CHECK(WAIT_FOR(irq_count(VECTOR) == 2, 500), "%u after EOI", irq_count(VECTOR));
	irq_disable();
	apic_eoi();
}

static void note_order(struct trap_frame *frame)
{
	*(frame->vector == HIGH_VECTOR ? &high_order : &low_order) = ++order;
	apic_eoi();
}

TEST(higher_vector_first)
{
	prepare(note_order);
	order = 0;
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | VECTOR);
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | HIGH_VECTOR);
	irq_enable();
	CHECK(WAIT_FOR(order == 2, 500), "%u of 2", order);
	irq_disable();
	CHECK_EQ(high_order, 1);
	CHECK_EQ(low_order, 2);
}

TEST(timer_fires_once)
{
	prepare(count_and_eoi);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR);
	irq_enable();
	apic_write(APIC_TIMER_INITIAL, 1000000);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 2000), "no interrupt; current count %u",
	      apic_read(APIC_TIMER_CURRENT));
	PAUSE(50);
	irq_disable();
	CHECK_EQ(irq_count(VECTOR), 1);
	CHECK_EQ(apic_read(APIC_TIMER_CURRENT), 0);
}

TEST(timer_counts_down)
{
	uint32_t first, second;

	prepare(count_and_eoi);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | VECTOR);
	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	first = apic_read(APIC_TIMER_CURRENT);
	PAUSE(5);
	second = apic_read(APIC_TIMER_CURRENT);
	apic_write(APIC_TIMER_INITIAL, 0);
	CHECK(second < first && first, "%u, later %u", first, second);
	CHECK_EQ(irq_count(VECTOR), 0);
}

TEST(timer_repeats)
{
	unsigned count;

	prepare(count_and_eoi);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, APIC_TIMER_PERIODIC | VECTOR);
	irq_enable();
	apic_write(APIC_TIMER_INITIAL, 5000000);
	CHECK(WAIT_FOR(irq_count(VECTOR) >= 4, 5000), "%u ticks", irq_count(VECTOR));
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | VECTOR);
	apic_write(APIC_TIMER_INITIAL, 0);
	count = irq_count(VECTOR);
	PAUSE(50);
	irq_disable();
	CHECK(irq_count(VECTOR) <= count + 1, "ticks after it was stopped");
}

TEST(halt_wakes_for_an_interrupt)
{
	prepare(count_and_eoi);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR);
	apic_write(APIC_TIMER_INITIAL, 20000000);
	while (!irq_count(VECTOR))
		irq_enable_and_halt();
	irq_disable();
	CHECK_EQ(irq_count(VECTOR), 1);
}

TEST(disabled_apic_takes_nothing)
{
	prepare(count_and_eoi);
	apic_write(APIC_SPURIOUS, 0xff);
	irq_enable();
	apic_write(APIC_LVT_TIMER, VECTOR);
	CHECK(apic_read(APIC_LVT_TIMER) & APIC_LVT_MASKED, "LVT can be unmasked while disabled");
	PAUSE(10);
	irq_disable();
	CHECK_EQ(irq_count(VECTOR), 0);
}

/* From here on the APIC is in x2APIC mode. */
TEST(x2apic_works)
{
	uint32_t id = cpuid(1, 0).b >> 24;

	if (!apic_has_x2apic())
		test_skip("CPUID offers none");
	apic_use_x2apic();
	prepare(count_and_eoi);
	CHECK_EQ(apic_id(), id);
	CHECK_EQ(apic_read(APIC_LDR), (id >> 4) << 16 | 1u << (id & 15));
	irq_enable();
	apic_send(id, APIC_ICR_FIXED | APIC_ICR_ASSERT | VECTOR);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "by id: %u", irq_count(VECTOR));
	wrmsr(0x83f, VECTOR);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 2, 500), "by SELF IPI: %u", irq_count(VECTOR));
	irq_disable();
	CHECK_EQ(FAULTS("rdmsr", : : "c"(0x80e) : "eax", "edx", "memory"), TRAP_GP);
	CHECK_EQ(FAULTS("wrmsr", : : "c"(0x803), "a"(0), "d"(0) : "memory"), TRAP_GP);
}

TEST(x2apic_timer_fires)
{
	if (!apic_has_x2apic())
		test_skip("CPUID offers none");
	prepare(count_and_eoi);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR);
	irq_enable();
	apic_write(APIC_TIMER_INITIAL, 1000000);
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 2000), "no interrupt");
	irq_disable();
}
