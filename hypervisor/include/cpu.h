// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One physical CPU: its record at the top of its stack, the record of all CPUs, messages between
 * them. Fields are written by their own CPU only, unless they say otherwise.
 */
#ifndef SOCLE_CPU_H
#define SOCLE_CPU_H

#include "domain.h"
#include "list.h"
#include "spinlock.h"
#include "timer.h"
#include "types.h"

/*
 * A CPU's stack area, aligned to its size: a guard page, the stack for double faults, a guard page,
 * and from STACK_BOTTOM on the stack with the struct cpu at its end. Nothing is mapped at the
 * guards.
 */
#define STACK_SIZE       32768UL
#define STACK_GUARD_LOW  0UL
#define STACK_EMERGENCY  12288UL /* its top */
#define STACK_GUARD_HIGH 12288UL
#define STACK_BOTTOM     16384UL

struct cpu {
	unsigned id;
	uint32_t apic_id;
	struct vcpu *current;  /* whose state is loaded; NULL while idle */
	struct vcpu *in_guest; /* set just before entry, cleared after exit; read by all */
	uint64_t entries;      /* guest entries so far; read by all */
	uint64_t passes;       /* of cpu_run; read by all */
	uint64_t stuck_at;     /* where the watchdog lost patience; x86/watchdog.c */
	bool need_resched;     /* set by this CPU's interrupts */
	bool online;
	struct timer slice_timer; /* when `current` has to be looked at again */
	struct spinlock timer_lock;
	struct list timers; /* sorted by expiry; timer_lock */
	struct timer *timer_running;
	time_ns_t timer_programmed; /* what the local APIC timer is set for, or TIME_NEVER */
	uint64_t asid_generation;   /* hvm/svm; VPIDs in hvm/vmx */
	uint32_t asid_next;
	struct vcpu *vmcs_loaded; /* hvm/vmx: whose VMCS is active here */
	void *vendor_page;        /* host save area or VMXON region */
	domid_t predicts;         /* whose branches this CPU has learnt last */
	uint64_t idle_ns;
	uint32_t nmis, nmis_told; /* counted where they arrive, told where it is safe */
	time_ns_t idle_since;
};

extern struct cpu *cpus[MAX_CPUS]; /* NULL beyond those found */
extern unsigned nr_cpus;           /* online; CPUs 0..nr_cpus-1 */

#ifdef SOCLE_HOST_TEST
struct cpu *this_cpu(void);
#else
static inline struct cpu *this_cpu(void)
{
	uintptr_t sp;

	__asm__("mov %%rsp, %0" : "=r"(sp));
	return (struct cpu *)(((sp | (STACK_SIZE - 1)) + 1) - sizeof(struct cpu));
}
#endif

/* Host interrupt vectors. Devices have VECTOR_DEVICE_FIRST..LAST. */
enum {
	VECTOR_DEVICE_FIRST = 0x30,
	VECTOR_DEVICE_LAST = 0xdf,
	VECTOR_KICK = 0xf0, /* leave the guest, look at need_resched */
	VECTOR_TIMER = 0xf1,
	VECTOR_ERROR = 0xfe,
	VECTOR_SPURIOUS = 0xff,
};

/* --- x86/apic.c --- */
void apic_init_bsp(void);
void apic_init_cpu(void);
void apic_eoi(void);
void apic_look_again(void); /* before a HLT */
void apic_send_ipi(uint32_t apic_id, uint8_t vector);
/* What is no ordinary interrupt; with the start goes the number of the page where it begins. */
enum { APIC_NMI = 4u << 8, APIC_INIT = 5u << 8, APIC_STARTUP = 6u << 8 };
void apic_send(uint32_t apic_id, uint32_t command);
void apic_timer_calibrate(void);
/* Interrupts this CPU at the given time, or as soon after as it can, or some seconds before. */
void apic_timer_program(time_ns_t when);

/* --- x86/: start-up, in the order of boot/start.c --- */
void stack_guard_init(void);
void traps_init_cpu(void);
void traps_lose_tss(void); /* hvm/svm: guests' TSSs will be loaded here */
void cpu_harden(void);
void time_init(void);
/* Seconds since 1970 by the CMOS clock, taken as UTC. */
uint64_t cmos_time(void);
void timers_init_cpu(void);
void timers_run(void);
/* The local APIC timer's interrupt came: it is set for nothing. */
void timer_fired(void);
void irq_init(void);
void irq_handle(uint8_t vector);
/* The hypervisor's own use of a legacy interrupt line (the serial port). False: there is no way. */
bool irq_host_bind(uint32_t isa_irq, void (*fn)(void));
void ioapics_init(void);
void smp_start_all(void);
void fpu_init_cpu(void);
void *fpu_area_alloc(void);
void fpu_area_free(void *area);
void fpu_save(struct vcpu *v);
void fpu_restore(struct vcpu *v);
uint64_t fpu_xcr0_supported(void);

/* CPUs look after each other from now on; where watchdog= asks for that. */
void watchdog_start(void);

/* The loop that each CPU ends up in; never returns. */
noreturn_fn void cpu_run(void);

/* pvclock's parameters: ns = ((tsc - stamp) << shift or >> -shift) * mul >> 32, + system_time. */
struct time_scale {
	uint64_t tsc_base;
	uint32_t mul;
	int8_t shift;
	uint64_t tsc_hz;
};
extern struct time_scale time_scale;
time_ns_t tsc_to_time(uint64_t tsc);

#endif
