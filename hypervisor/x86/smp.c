// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other CPUs: found in the MADT, started one after another with INIT and start-up IPIs (SDM
 * vol. 3, 8.4), each on a stack of its own whose end holds its struct cpu. And the message that
 * makes one look up.
 */
#include "atomic.h"
#include "boot_info.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "machine.h"
#include "machine_check.h"
#include "microcode.h"
#include "mm.h"
#include "private.h"
#include "processor.h"
#include "speculation.h"

/* Start-up IPIs name a page below 1 MiB. The first ones hold what a BIOS left for its like. */
#define TRAMPOLINE_FIRST 8u
#define TRAMPOLINE_LAST  0x9fu

struct cpu *cpus[MAX_CPUS];
unsigned nr_cpus;

extern const char trampoline_start[], trampoline_end[];
void start_secondary(void);

unsigned cpu_this(void)
{
	return this_cpu()->id;
}

unsigned cpu_count(void)
{
	return nr_cpus;
}

struct vcpu *vcpu_current(void)
{
	return this_cpu()->current;
}

void cpu_tickle(unsigned cpu)
{
	struct cpu *c = cpus[cpu];

	WRITE_ONCE(c->need_resched, true);
	if (c != this_cpu())
		apic_send_ipi(c->apic_id, VECTOR_KICK);
}

static void delay(time_ns_t ns)
{
	time_ns_t end = time_now() + ns;

	while (time_now() < end)
		cpu_pause();
}

/* C code of a new CPU, on its own stack; interrupts are off. */
void start_secondary(void)
{
	struct cpu *c = this_cpu();

	/* The boot CPU's tables: without the low identity map, and nothing writable runs. */
	write_cr3(virt_to_paddr(kernel_pml4()));
	traps_init_cpu();
	microcode_init_cpu();
	cpu_harden();
	apic_init_cpu();
	timers_init_cpu();
	fpu_init_cpu();
	machine_check_init_cpu();
	speculation_init_cpu();
	if (hvm->cpu_enable()) {
		log_err("CPU %u stays off: %s cannot be enabled", c->id, hvm->name);
		machine_halt();
	}
	sched_cpu_online(c->id);
	atomic_set(&c->online, true);
	cpu_run();
}

/* On UEFI any of them may be the firmware's own, for ever. */
static unsigned trampoline_page(void)
{
	for (unsigned page = TRAMPOLINE_FIRST; page <= TRAMPOLINE_LAST; page++)
		if (boot_info_is_ram(&boot_info, (paddr_t)page << PAGE_SHIFT, PAGE_SIZE))
			return page;
	panic("the firmware's memory map has no RAM below 640 KB, where other CPUs start");
}

static bool start_one(unsigned id, uint32_t apic, unsigned at)
{
	char *page = paddr_to_virt((paddr_t)at << PAGE_SHIFT);
	char *stack = heap_alloc(3);
	struct cpu *c;

	if (!stack)
		panic("no memory for the stack of CPU %u", id);
	if (!page_hide(stack + STACK_GUARD_LOW) || !page_hide(stack + STACK_GUARD_HIGH))
		panic("no memory for the guard pages of CPU %u", id);
	c = (struct cpu *)(stack + STACK_SIZE - sizeof(*c));
	c->id = id;
	c->apic_id = apic;
	cpus[id] = c;
	memcpy(page, trampoline_start, (size_t)(trampoline_end - trampoline_start));
	*(uint64_t *)(page + PAGE_SIZE - 8) = ((uint64_t)c & ~63UL) - 64;

	apic_send(apic, APIC_INIT);
	delay(MS(1));
	for (unsigned tries = 0; tries < 2 && !atomic_read(&c->online); tries++) {
		apic_send(apic, APIC_STARTUP | at);
		for (unsigned i = 0; i < 1000 && !atomic_read(&c->online); i++)
			delay(US(200));
	}
	if (!atomic_read(&c->online)) {
		log_warn("CPU with APIC ID %u did not start within 400 ms; going on without it",
			 apic);
		cpus[id] = NULL;
		return false;
	}
	return true;
}

void smp_start_all(void)
{
	unsigned limit = cmdline.maxcpus ? cmdline.maxcpus : MAX_CPUS;
	unsigned page = trampoline_page();

	for (unsigned i = 0; i < acpi.nr_cpus && nr_cpus < limit && nr_cpus < MAX_CPUS; i++) {
		if (!acpi.cpu[i].enabled || acpi.cpu[i].apic_id == this_cpu()->apic_id)
			continue;
		/* Counted before it starts: it may run vCPUs at once. */
		nr_cpus++;
		if (!start_one(nr_cpus - 1, acpi.cpu[i].apic_id, page))
			nr_cpus--;
	}
	log_info("%u CPU%s online", nr_cpus, nr_cpus == 1 ? "" : "s");
}
