// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Local APIC access. Which of the two ways is in use is a fact of the CPU (APIC base MSR), kept
 * here as one flag since all CPUs of a test use the same.
 */
#include "apic.h"

#include "cpu.h"

#define APIC_PAGE   0xfee00000UL
#define X2APIC_MSR  0x800
#define BASE_ENABLE (1 << 11)
#define BASE_X2APIC (1 << 10)

static bool x2apic;

uint32_t apic_read(unsigned reg)
{
	if (x2apic)
		return rdmsr(X2APIC_MSR + reg / 16);
	return *(volatile uint32_t *)(APIC_PAGE + reg);
}

void apic_write(unsigned reg, uint32_t value)
{
	if (x2apic)
		wrmsr(X2APIC_MSR + reg / 16, value);
	else
		*(volatile uint32_t *)(APIC_PAGE + reg) = value;
}

bool apic_has_x2apic(void)
{
	return cpuid(1, 0).c >> 21 & 1;
}

void apic_use_x2apic(void)
{
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | BASE_ENABLE | BASE_X2APIC);
	x2apic = true;
}

void apic_init(void)
{
	x2apic = rdmsr(MSR_APIC_BASE) & BASE_X2APIC;
	apic_write(APIC_SPURIOUS, APIC_SPURIOUS_ENABLE | 0xff);
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | 0xfe);
	apic_write(APIC_TPR, 0);
}

uint32_t apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_send(uint32_t destination, uint32_t command)
{
	if (x2apic) {
		wrmsr(X2APIC_MSR + APIC_ICR / 16, (uint64_t)destination << 32 | command);
		return;
	}
	apic_write(APIC_ICR_HIGH, destination << 24);
	apic_write(APIC_ICR, command);
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

bool apic_bit(unsigned reg, uint8_t vector)
{
	return apic_read(reg + vector / 32 * 16) >> vector % 32 & 1;
}
