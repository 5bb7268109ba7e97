// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPU 1. It is started once per image and then waits for work in a loop, so that each test can
 * use it.
 */
#include "smp.h"

#include "abi/start_info.h"
#include "abi/vcpu.h"
#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "print.h"
#include "test.h"
#include "trap.h"

#define MSR_GS_BASE 0xc0000101
#define TRAMPOLINE  0x8000UL
#define STACK_PAGES 4

extern char ap_start16[], ap_start16_end[];
extern uint64_t start_info_paddr, start64_target, ap_stack;
extern uint64_t pml4[];

static const unsigned cpu_numbers[] = { 0, 1 }; /* GS points at the CPU's own */
static volatile bool started, busy;
static smp_work_t *volatile work;
static void *volatile work_arg;

void smp_init(void)
{
	wrmsr(MSR_GS_BASE, (uint64_t)&cpu_numbers[0]);
}

unsigned smp_cpu(void)
{
	unsigned number;

	asm volatile("movl %%gs:0, %0" : "=r"(number));
	return number;
}

/* Walks RSDP, XSDT and MADT, whose layouts are ACPI's; multi-byte fields there may be unaligned. */
int smp_apic_id(unsigned cpu)
{
	const struct hvm_start_info *info = (const void *)start_info_paddr;
	const uint8_t *xsdt = *(const uint8_t **)(info->rsdp_paddr + 24);
	uint32_t length = *(const uint32_t *)(xsdt + 4);

	for (const uint8_t *p = xsdt + 36; p < xsdt + length; p += 8) {
		const uint8_t *table = *(const uint8_t *const *)p;

		if (memcmp(table, "APIC", 4))
			continue;
		length = *(const uint32_t *)(table + 4);
		for (const uint8_t *e = table + 44; e < table + length && e[1]; e += e[1]) {
			if (e[0] == 0 && (e[4] & 1) && !cpu--)
				return e[3];
			if (e[0] == 9 && (e[8] & 1) && !cpu--)
				return *(const uint32_t *)(e + 4);
		}
		return -1;
	}
	return -1;
}

static void ap_main(void)
{
	wrmsr(MSR_GS_BASE, (uint64_t)&cpu_numbers[1]);
	trap_load();
	started = true;
	for (;;) {
		while (!busy)
			cpu_relax();
		work(work_arg);
		irq_disable();
		busy = false;
	}
}

static void ap_prepare(void)
{
	start64_target = (uint64_t)ap_main;
	ap_stack = (uint64_t)page_alloc_many(STACK_PAGES) + STACK_PAGES * PAGE_SIZE;
}

bool smp_start_by_sipi(void)
{
	uint32_t id = smp_apic_id(1);

	started = busy = false;
	ap_prepare();
	memcpy((void *)TRAMPOLINE, ap_start16, ap_start16_end - ap_start16);
	apic_init();
	apic_send(id, APIC_ICR_INIT | APIC_ICR_ASSERT);
	PAUSE(10);
	apic_send(id, APIC_ICR_STARTUP | TRAMPOLINE >> 12);
	if (!WAIT_FOR(started, 200))
		apic_send(id, APIC_ICR_STARTUP | TRAMPOLINE >> 12);
	return WAIT_FOR(started, 1000);
}

bool smp_start_by_vcpuop(void)
{
	struct vcpu_hvm_context context = { .mode = VCPU_HVM_MODE_64B };

	ap_prepare();
	context.cpu_regs.x86_64 = (struct vcpu_hvm_x86_64){
		.rip = (uint64_t)ap_main,
		.rsp = ap_stack - 8, /* as after a call */
		.rflags = 2,
		.cr0 = 0x80000033,
		.cr3 = (uint64_t)pml4,
		.cr4 = 0x620,
		.efer = 0x500,
	};
	CHECK_EQ(vcpu_op(VCPUOP_initialise, 1, &context), 0);
	CHECK_EQ(vcpu_op(VCPUOP_up, 1, 0), 0);
	return WAIT_FOR(started, 1000);
}

bool smp_started(void)
{
	return started;
}

void smp_give(smp_work_t *function, void *arg)
{
	work = function;
	work_arg = arg;
	busy = true;
}

bool smp_done(void)
{
	return !busy;
}
