// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The local APIC in x2APIC mode where the processor may carry it out by itself (Intel's APICv):
 * what must not exit then is counted, and what a processor decides behaves as it does where the
 * hypervisor decides it.
 */
#include "abi/sysctl.h"
#include "abi/vcpu.h"
#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "domain.h"
#include "hypercall.h"
#include "print.h"
#include "test.h"
#include "trap.h"

#define VECTOR      0x50
#define SAME_CLASS  0x5f
#define HIGH_VECTOR 0x80
#define MSR_TPR     0x808
#define MSR_EOI     0x80b
#define MSR_SELF    0x83f
#define ROUNDS      1000U

static char text[16384];

/* The end of the hypervisor's log. */
static unsigned log_read(void)
{
	struct xen_sysctl op = { .u.readconsole = { .buffer = (uint64_t)text,
						    .count = sizeof(text) - 1 } };

	CHECK_EQ(sysctl(XEN_SYSCTL_readconsole, &op), 0);
	text[op.u.readconsole.count] = 0;
	return op.u.readconsole.count;
}

/* What stands behind the last such words, 0: nowhere. */
static const char *log_last(const char *words)
{
	for (unsigned at = log_read(); at--;)
		if (string_starts(text + at, words))
			return text + at + strlen(words);
	return 0;
}

/* All of our vCPU's until now. */
static uint64_t exits(void)
{
	char key = 'x';
	struct xen_sysctl op = { .u.debug_keys = { .keys = (uint64_t)&key, .nr_keys = 1 } };
	const char *digit;
	uint64_t n = 0;

	CHECK_EQ(sysctl(XEN_SYSCTL_debug_keys, &op), 0);
	digit = log_last("d0v0: ");
	CHECK(digit, "nothing counted in the log");
	for (; *digit >= '0' && *digit <= '9'; digit++)
		n = n * 10 + (uint64_t)(*digit - '0');
	return n;
}

static bool has_apicv(void)
{
	return log_last("delivered without exits (APICv)");
}

static void prepare(irq_handler_t *handler)
{
	if (!apic_has_x2apic())
		test_skip("CPUID offers no x2APIC");
	apic_use_x2apic();
	apic_init();
	irq_set_handler(VECTOR, handler);
	irq_set_handler(SAME_CLASS, handler);
	irq_set_handler(HIGH_VECTOR, handler);
}

static void end(struct trap_frame *frame)
{
	(void)frame;
	wrmsr(MSR_EOI, 0);
}

TEST(exits_of_interrupts)
{
	uint64_t start, taken;

	if (!log_last("VT-x: "))
		test_skip("not this hypervisor on VT-x");
	prepare(end);
	irq_enable();
	start = exits();
	for (unsigned i = 0; i < ROUNDS; i++) {
		wrmsr(MSR_TPR, 0x90);
		wrmsr(MSR_SELF, VECTOR);
		CHECK_EQ(irq_count(VECTOR), i);
		wrmsr(MSR_TPR, 0);
		CHECK_EQ(irq_count(VECTOR), i + 1);
	}
	taken = exits() - start;
	irq_disable();
	print("%u interrupts to oneself, held back by TPR: %lu exits\n", ROUNDS, taken);
	if (has_apicv())
		CHECK(taken < ROUNDS / 4, "%lu exits for %u interrupts", taken, ROUNDS);
	else
		CHECK(taken >= 4 * ROUNDS, "%lu exits: does the machine answer?", taken);
}

TEST(a_closed_guest_takes_nothing)
{
	struct vcpu_set_singleshot_timer soon;

	prepare(end);
	soon.timeout_abs_ns = clock_now() + 5 * MS;
	soon.flags = 0;
	vcpu_op(VCPUOP_set_singleshot_timer, 0, &soon); /* an interrupt of the machine's */
	irq_enable();
	irq_disable();
	wrmsr(MSR_SELF, VECTOR);
	PAUSE(50);
	CHECK_EQ(irq_count(VECTOR), 0);
	CHECK(apic_bit(APIC_IRR, VECTOR), "not requested any more");
	irq_enable();
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "never delivered");
	irq_disable();
}

static volatile unsigned nested_same, nested_high;

static void let_others_in(struct trap_frame *frame)
{
	if (frame->vector == VECTOR) {
		wrmsr(MSR_SELF, SAME_CLASS);
		wrmsr(MSR_SELF, HIGH_VECTOR);
		irq_enable();
		PAUSE(5);
		irq_disable();
		nested_same = irq_count(SAME_CLASS);
		nested_high = irq_count(HIGH_VECTOR);
	}
	wrmsr(MSR_EOI, 0);
}

TEST(only_a_higher_class_interrupts)
{
	prepare(let_others_in);
	irq_enable();
	wrmsr(MSR_SELF, VECTOR);
	CHECK(WAIT_FOR(irq_count(SAME_CLASS) == 1, 500), "not delivered after the EOI");
	irq_disable();
	CHECK_EQ(nested_same, 0);
	CHECK_EQ(nested_high, 1);
	for (unsigned vector = 32; vector < 256; vector++)
		CHECK(!apic_bit(APIC_ISR, vector) && !apic_bit(APIC_IRR, vector), "%u is left",
		      vector);
}

TEST(registers_are_the_same_by_either_way)
{
	uint64_t cr8;

	prepare(end);
	wrmsr(MSR_TPR, 0x6f);
	CHECK_EQ(rdmsr(MSR_TPR), 0x6f);
	CHECK_EQ(apic_read(APIC_PPR), 0x6f);
	asm volatile("mov %%cr8, %0" : "=r"(cr8));
	CHECK_EQ(cr8, 6);
	asm volatile("mov %0, %%cr8" : : "r"(0UL));
	CHECK_EQ(rdmsr(MSR_TPR), is_ours() ? 0 : 0xf); /* Xen keeps the lower half on AMD-V */
	CHECK_EQ(apic_read(APIC_ID), cpuid(1, 0).b >> 24);
	CHECK_EQ(apic_read(APIC_SPURIOUS), APIC_SPURIOUS_ENABLE | 0xff);
	apic_send(apic_id(), APIC_ICR_FIXED | VECTOR);
	CHECK_EQ(rdmsr(0x830), (uint64_t)apic_id() << 32 | VECTOR);
	CHECK(apic_bit(APIC_IRR, VECTOR), "not requested");
	irq_enable();
	CHECK(WAIT_FOR(irq_count(VECTOR) == 1, 500), "never delivered");
	irq_disable();
}

TEST(bad_values_fault)
{
	static const struct {
		uint32_t msr, value;
	} bad[] = { { MSR_TPR, 0x100 }, { MSR_EOI, 1 }, { MSR_SELF, 0x150 },
		    { 0x802, 0 },       { 0x810, 0 },   { 0x80e, 0 } };

	prepare(end);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(FAULTS("wrmsr",
			     :
			     : "c"(bad[i].msr), "a"(bad[i].value), "d"(0)
			     : "memory") == TRAP_GP,
		      "%x takes %x", bad[i].msr, bad[i].value);
	CHECK_EQ(FAULTS("rdmsr", : : "c"(MSR_EOI) : "eax", "edx", "memory"), TRAP_GP);
	CHECK_EQ(FAULTS("rdmsr", : : "c"(MSR_SELF) : "eax", "edx", "memory"), TRAP_GP);
	CHECK_EQ(FAULTS("rdmsr", : : "c"(0x840) : "eax", "edx", "memory"), TRAP_GP);
	apic_write(APIC_ESR, 0);
	wrmsr(MSR_SELF, 5); /* an exception's vector: told in another way */
	apic_write(APIC_ESR, 0);
	CHECK_EQ(apic_read(APIC_ESR), 0x20);
}

TEST(a_disabled_one_takes_nothing)
{
	prepare(end);
	irq_enable();
	apic_write(APIC_SPURIOUS, 0xff);
	wrmsr(MSR_SELF, VECTOR);
	apic_write(APIC_SPURIOUS, APIC_SPURIOUS_ENABLE | 0xff);
	PAUSE(5);
	irq_disable();
	CHECK_EQ(irq_count(VECTOR), 0);
}

TEST(a_halt_ends)
{
	prepare(end);
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR);
	for (unsigned i = 1; i <= 5; i++) {
		apic_write(APIC_TIMER_INITIAL, 3000000);
		do {
			irq_enable_and_halt();
			irq_disable();
		} while (irq_count(VECTOR) < i);
	}
	need_ours();                  /* Xen in QEMU sleeps for good on what comes now */
	wrmsr(MSR_SELF, HIGH_VECTOR); /* closed until the very HLT */
	do {
		irq_enable_and_halt();
		irq_disable();
	} while (!irq_count(HIGH_VECTOR));
}

/* --- a level-triggered line: the clock's, which is up until its register C is read ------------ */

#define IOAPIC       0xfec00000UL
#define RTC_PIN      8
#define RTE_LEVEL    (1u << 15)
#define RTE_MASKED   (1u << 16)
#define RTC_PERIODIC 0x40

static void ioapic_write(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)IOAPIC = reg;
	*(volatile uint32_t *)(IOAPIC + 0x10) = value;
}

static uint8_t rtc_read(uint8_t reg)
{
	out8(0x70, reg);
	return in8(0x71);
}

static void rtc_write(uint8_t reg, uint8_t value)
{
	out8(0x70, reg);
	out8(0x71, value);
}

static volatile unsigned level_seen;

static void rtc_tick(struct trap_frame *frame)
{
	level_seen += apic_bit(APIC_TMR, frame->vector);
	rtc_read(0xc);
	wrmsr(MSR_EOI, 0);
}

/* The IO-APIC sends none after the first unless it hears of each EOI. */
TEST(level_interrupts_come_again)
{
	prepare(rtc_tick);
	ioapic_write(0x10 + 2 * RTC_PIN + 1, apic_id() << 24);
	ioapic_write(0x10 + 2 * RTC_PIN, RTE_LEVEL | VECTOR);
	rtc_write(0xb, rtc_read(0xb) | RTC_PERIODIC);
	rtc_read(0xc);
	irq_enable();
	WAIT_FOR(irq_count(VECTOR) >= 5, 2000);
	irq_disable();
	rtc_write(0xb, rtc_read(0xb) & ~RTC_PERIODIC);
	rtc_read(0xc);
	ioapic_write(0x10 + 2 * RTC_PIN, RTE_MASKED);
	CHECK(irq_count(VECTOR) >= 5, "%u ticks", irq_count(VECTOR));
	CHECK_EQ(level_seen, irq_count(VECTOR));
}
