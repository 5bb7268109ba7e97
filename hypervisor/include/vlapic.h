// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The emulated local APIC of a vCPU, xAPIC and x2APIC (SDM vol. 3, chapter 10; APM vol. 2, chapter
 * 16). A model without hardware knowledge: it acts through vcpu_kick, timer_set and the functions
 * named at the end, and is unit-tested on the host.
 */
#ifndef SOCLE_VLAPIC_H
#define SOCLE_VLAPIC_H

#include "timer.h"
#include "types.h"

struct vcpu;
struct domain;

#define VLAPIC_DEFAULT_BASE 0xfee00000UL

#define VLAPIC_REGISTERS    64u

/* As they lie in the APIC's page, of which a processor with APICv makes use itself. */
struct vlapic_register {
	uint32_t value, reserved[3];
};

struct vlapic {
	uint64_t base_msr;            /* IA32_APIC_BASE */
	struct vlapic_register *regs; /* VLAPIC_REGISTERS, at the start of a page */
	/*
	 * What others want in IRR, level-triggered or not, and which words may have any: atomic,
	 * set in this order. The vCPU takes it over (vlapic_accept).
	 */
	uint32_t level[8], requests[8], request_words;
	uint32_t irr_words, isr_words; /* which words may have bits */
	uint32_t esr_pending;          /* errors since the last write of ESR; atomic */
	bool changed;                  /* what vlapic_summary tells of */
	uint64_t tsc_deadline;         /* IA32_TSC_DEADLINE */
	struct timer timer;
	time_ns_t timer_start; /* when the current count began */
	time_ns_t timer_period;
};

/* The processor moves what waits in IRR to ISR, and ends it: APICv. Set at boot. */
extern bool vlapic_in_hardware;

int vlapic_init(struct vcpu *v);   /* the power-on state, APIC ID = 2 * id; -ENOMEM */
void vlapic_reset(struct vcpu *v); /* INIT: all but ID and base; v does not run */
void vlapic_destroy(struct vcpu *v);
/* base_msr, regs and tsc_deadline were written from outside (saved state): counts on from there. */
void vlapic_restored(struct vcpu *v);

/* MMIO at base + offset, 4-byte aligned accesses do something, others are ignored (read 0). */
uint32_t vlapic_mmio_read(struct vcpu *v, unsigned offset);
void vlapic_mmio_write(struct vcpu *v, unsigned offset, uint32_t value);
/* MSRs 0x800-0x8ff, 0x1b (APIC_BASE) and 0x6e0 (TSC_DEADLINE). false: #GP. */
bool vlapic_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
bool vlapic_msr_write(struct vcpu *v, uint32_t msr, uint64_t value);

/* Asks for the vector and kicks. level: TMR is set, an EOI is told to the IO-APIC. */
void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool level);
/* What was asked for goes to IRR. v is the current vCPU, or paused; so below. */
void vlapic_accept(struct vcpu *v);
/* The vector that would be delivered now (priority over PPR), or -1. */
int vlapic_pending(struct vcpu *v);
/* The guest has taken it: from IRR to ISR. Another one may have been asked for meanwhile. */
void vlapic_taken(struct vcpu *v, uint8_t vector);
/* What a processor with APICv keeps besides the registers. */
struct vlapic_summary {
	bool x2apic;                   /* reads and writes of MSRs may go to the registers */
	uint8_t requested, in_service; /* the highest vectors, 0: none */
	uint64_t level[4];             /* those whose EOI is told to the IO-APIC */
};
/* Accepts first. False: still what it was, or what the processor has made of it. */
bool vlapic_summarise(struct vcpu *v, struct vlapic_summary *s);
/* A processor with APICv has changed registers. */
void vlapic_ran(struct vcpu *v);
/* Registers that can be read in x2APIC mode without asking here, by bit. */
extern const uint64_t vlapic_plain_registers;
/* The task priority register, all 8 bits; CR8 is the upper four. */
uint8_t vlapic_get_tpr(const struct vcpu *v);
void vlapic_set_tpr(struct vcpu *v, uint8_t tpr);
/* An MSI or IO-APIC message: address/data decoded, destinations found, delivered. */
void vlapic_deliver(struct domain *d, uint32_t dest, bool logical, uint8_t delivery_mode,
		    uint8_t vector, bool level);
void vlapic_deliver_msi(struct domain *d, uint64_t address, uint32_t data);
/*
 * The first vCPU that a message with this destination reaches, NULL if none (to steer real IRQs).
 */
struct vcpu *vlapic_target(struct domain *d, uint32_t dest, bool logical);
/*
 * XEN_DOMCTL_{get,set}hvmcontext: after vlapic_accept through v->hvm.vlapic.regs, then
 * vlapic_restored.
 */

/* --- what the model needs from others --- */
void vioapic_eoi(struct domain *d, uint8_t vector); /* hvm/vioapic.c */
/* domain/: if it has been stopped (or never ran), vlapic_reset and start at vector << 12. */
void vcpu_sipi(struct vcpu *v, uint8_t vector);
void vcpu_nmi(struct vcpu *v);           /* domain/ */
uint64_t vcpu_tsc(const struct vcpu *v); /* the guest's TSC now */
/* The system time when the guest's TSC reaches it. */
time_ns_t vcpu_tsc_to_time(const struct vcpu *v, uint64_t tsc);

#endif
