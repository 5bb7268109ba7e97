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

struct vlapic {
	uint64_t base_msr;  /* IA32_APIC_BASE */
	uint32_t regs[64];  /* one 32-bit register per 16 bytes of the page; atomic for IRR, TMR */
	uint32_t irr_words; /* which IRR words may have bits: set after, cleared before; atomic */
	uint32_t isr_words; /* which ISR words have bits */
	uint32_t esr_pending;  /* errors since the last write of ESR; atomic */
	uint64_t tsc_deadline; /* IA32_TSC_DEADLINE */
	struct timer timer;
	time_ns_t timer_start; /* when the current count began */
	time_ns_t timer_period;
};

void vlapic_init(struct vcpu *v);  /* the power-on state, APIC ID = 2 * id */
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

/* Sets the IRR bit and kicks. level: TMR set, an EOI is told to the IO-APIC. */
void vlapic_set_irq(struct vcpu *v, uint8_t vector, bool level);
/* The vector that would be delivered now (priority over PPR), or -1. */
int vlapic_pending(const struct vcpu *v);
/*
 * A pending vector leaves IRR while the guest may take it, without an exit, at any moment: one that
 * comes again during its service waits in IRR, as on a machine. Then it goes to ISR, or back.
 */
void vlapic_offer(struct vcpu *v, uint8_t vector);
void vlapic_offered(struct vcpu *v, uint8_t vector, bool taken);
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
 * XEN_DOMCTL_{get,set}hvmcontext keep registers through v->hvm.vlapic.regs, then vlapic_restored.
 */

/* --- what the model needs from others --- */
void vioapic_eoi(struct domain *d, uint8_t vector); /* hvm/vioapic.c */
void vcpu_init_signal(struct vcpu *v);              /* domain/: INIT: stop it */
/* domain/: if it has been stopped (or never ran), vlapic_reset and start at vector << 12. */
void vcpu_sipi(struct vcpu *v, uint8_t vector);
void vcpu_nmi(struct vcpu *v);           /* domain/ */
uint64_t vcpu_tsc(const struct vcpu *v); /* the guest's TSC now */
/* The system time when the guest's TSC reaches it. */
time_ns_t vcpu_tsc_to_time(const struct vcpu *v, uint64_t tsc);

#endif
