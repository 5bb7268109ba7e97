// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real local APIC of each CPU, as xAPIC or, when the firmware or the CPU count asks for it,
 * x2APIC: its set-up, inter-processor interrupts, and the timer that wakes this CPU at a given time
 * (SDM vol. 3, chapter 10; APM vol. 2, chapter 16). No locks: a CPU touches its own APIC only.
 */
#include "atomic.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

#define APIC_ID            0x20
#define APIC_TPR           0x80
#define APIC_EOI           0xb0
#define APIC_SVR           0xf0
#define APIC_ESR           0x280
#define APIC_ICR           0x300
#define APIC_ICR_HIGH      0x310
#define APIC_LVT_TIMER     0x320
#define APIC_LVT_LINT0     0x350
#define APIC_LVT_LINT1     0x360
#define APIC_LVT_ERROR     0x370
#define APIC_TIMER_INITIAL 0x380
#define APIC_TIMER_CURRENT 0x390
#define APIC_TIMER_DIVIDE  0x3e0

#define LVT_MASKED         (1u << 16)
#define LVT_TIMER_DEADLINE (2u << 17)
#define ICR_PENDING        (1u << 12)
#define ICR_ASSERT         (1u << 14)
#define CPUID_1_X2APIC     BIT(21) /* ecx */
#define CPUID_1_DEADLINE   BIT(24)

static volatile uint32_t *xapic; /* NULL: x2APIC mode */
static bool has_deadline;
static uint64_t timer_hz; /* after the divider */

static uint32_t apic_read(unsigned reg)
{
	return xapic ? xapic[reg / 4] : (uint32_t)rdmsr(0x800 + (reg >> 4));
}

static void apic_write(unsigned reg, uint32_t value)
{
	if (xapic)
		xapic[reg / 4] = value;
	else
		wrmsr(0x800 + (reg >> 4), value);
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/*
 * QEMU 7.2 can lose sight of an interrupt that arrives just as its CPU enters a guest: it waits in
 * the APIC, and a CPU that halts then halts until the next one. A write of the priority makes the
 * APIC look again at what waits.
 */
void apic_look_again(void)
{
	apic_write(APIC_TPR, 0);
}

void apic_init_cpu(void)
{
	if (!xapic)
		wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE | APIC_BASE_EXTD);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SVR, 0x100 | VECTOR_SPURIOUS);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, 4u << 8); /* NMI */
	apic_write(APIC_ESR, 0);
	apic_write(APIC_LVT_ERROR, VECTOR_ERROR);
	apic_write(APIC_TIMER_DIVIDE, 0xb); /* by 1 */
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | (has_deadline ? LVT_TIMER_DEADLINE : 0));
	this_cpu()->apic_id = apic_read(APIC_ID) >> (xapic ? 24 : 0);
	this_cpu()->timer_programmed = TIME_NEVER;
}

void apic_init_bsp(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);
	uint32_t features = cpuid_reg(1, CPUID_ECX);
	bool big_ids = false;

	has_deadline = features & CPUID_1_DEADLINE;
	for (unsigned i = 0; i < acpi.nr_cpus; i++)
		big_ids |= acpi.cpu[i].apic_id > 254;
	/*
	 * Without interrupt remapping an IO-APIC reaches 8-bit IDs only, so xAPIC unless we must.
	 */
	if (!(base & APIC_BASE_EXTD) && !(big_ids && (features & CPUID_1_X2APIC)))
		xapic = paddr_to_virt(base & 0xffffffffff000UL);
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
	apic_init_cpu();
}

void apic_send(uint32_t dest, uint32_t command)
{
	command |= ICR_ASSERT;
	if (!xapic) {
		wrmsr(0x830, (uint64_t)dest << 32 | command);
		return;
	}
	while (apic_read(APIC_ICR) & ICR_PENDING)
		cpu_pause();
	apic_write(APIC_ICR_HIGH, dest << 24);
	apic_write(APIC_ICR, command);
}

void apic_send_ipi(uint32_t dest, uint8_t vector)
{
	memory_barrier();
	apic_send(dest, vector);
	/*
	 * Where one thread plays all CPUs in turn (QEMU), this ends our turn: the other's would
	 * begin when we idle.
	 */
	cpu_pause();
}

static uint32_t timer_count(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

void apic_timer_calibrate(void)
{
	uint64_t from = 0, to = 0;
	uint32_t first, last;

	if (has_deadline)
		return;
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	first = clock_sample(timer_count, &from);
	while (rdtsc() - from < time_scale.tsc_hz / 100)
		cpu_pause();
	last = clock_sample(timer_count, &to);
	apic_write(APIC_TIMER_INITIAL, 0);
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	timer_hz = mul_div(first - last, time_scale.tsc_hz, to - from);
	if (timer_hz < 1000000)
		panic("the local APIC timer counts %lu Hz; at least 1 MHz was expected", timer_hz);
	log_info("local APIC timer %lu.%03lu MHz, one-shot", timer_hz / 1000000,
		 timer_hz / 1000 % 1000);
}

void apic_timer_program(time_ns_t when)
{
	time_ns_t now = time_now();
	uint64_t ticks = when > now ? MIN(when - now, SECONDS(2)) : 1;

	if (has_deadline) {
		wrmsr(MSR_TSC_DEADLINE, rdtsc() + mul_div(ticks, time_scale.tsc_hz, SECONDS(1)));
	} else {
		ticks = mul_div(ticks, timer_hz, SECONDS(1));
		apic_write(APIC_TIMER_INITIAL, (uint32_t)MAX(MIN(ticks, 0xffffffffUL), 1UL));
	}
}
