// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the three parts of the local APIC share: registers (vlapic.c), its timer (vlapic_timer.c),
 * and messages between APICs (vlapic_ipi.c). Register numbers are offsets in the page divided by
 * 16.
 */
#ifndef HVM_VLAPIC_PRIVATE_H
#define HVM_VLAPIC_PRIVATE_H

#include "domain.h"
#include "processor.h"
#include "vlapic.h"

enum apic_register {
	APIC_ID = 0x02,
	APIC_VERSION = 0x03,
	APIC_TPR = 0x08,
	APIC_APR = 0x09,
	APIC_PPR = 0x0a,
	APIC_EOI = 0x0b,
	APIC_LDR = 0x0d,
	APIC_DFR = 0x0e,
	APIC_SVR = 0x0f,
	APIC_ISR = 0x10, /* eight registers each */
	APIC_TMR = 0x18,
	APIC_IRR = 0x20,
	APIC_ESR = 0x28,
	APIC_ICR = 0x30,
	APIC_ICR2 = 0x31,
	APIC_LVT_TIMER = 0x32,
	APIC_LVT_THERMAL = 0x33,
	APIC_LVT_PERF = 0x34,
	APIC_LVT_LINT0 = 0x35,
	APIC_LVT_LINT1 = 0x36,
	APIC_LVT_ERROR = 0x37,
	APIC_TMICT = 0x38,
	APIC_TMCCT = 0x39,
	APIC_TDCR = 0x3e,
	APIC_SELF_IPI = 0x3f,
};

#define SVR_ENABLE         0x100u
#define LVT_MASKED         0x10000u
#define DFR_FLAT           0xffffffffu

#define ESR_SEND_VECTOR    0x20u
#define ESR_RECEIVE_VECTOR 0x40u
#define ESR_REGISTER       0x80u

/* Fields of the interrupt command register, the LVT and messages. */
enum delivery_mode {
	DELIVER_FIXED = 0,
	DELIVER_LOWEST = 1,
	DELIVER_SMI = 2,
	DELIVER_NMI = 4,
	DELIVER_INIT = 5,
	DELIVER_SIPI = 6,
	DELIVER_EXTINT = 7,
};

#define ICR_LOGICAL        0x800u
#define ICR_BUSY           0x1000u
#define ICR_ASSERT         0x4000u
#define ICR_LEVEL          0x8000u
#define ICR_MODE(icr)      ((icr) >> 8 & 7)
#define ICR_SHORTHAND(icr) ((icr) >> 18 & 3)

/* Everybody: a destination of the widest form. Narrower senders' 0xff is turned into it. */
#define DEST_BROADCAST 0xffffffffu

#define FIRST_VECTOR   16u /* lower ones are exceptions' */

static inline struct vlapic *vcpu_vlapic(struct vcpu *v)
{
	return &v->hvm.vlapic;
}
static inline bool vlapic_is_on(const struct vlapic *a)
{
	return a->base_msr & APIC_BASE_ENABLE;
}
static inline bool vlapic_is_x2apic(const struct vlapic *a)
{
	return a->base_msr & APIC_BASE_EXTD;
}
/* Takes interrupts: enabled by hardware (APIC_BASE) and software (SVR). */
static inline bool vlapic_is_enabled(const struct vlapic *a)
{
	return vlapic_is_on(a) && READ_ONCE(a->regs[APIC_SVR].value) & SVR_ENABLE;
}
static inline uint32_t vlapic_id(const struct vlapic *a)
{
	return vlapic_is_x2apic(a) ? a->regs[APIC_ID].value : a->regs[APIC_ID].value >> 24;
}

/* Notes errors (ESR_*) and raises the error interrupt. The APIC may be another CPU's. */
void vlapic_error(struct vcpu *v, uint32_t errors);
/* The priority that an interrupt must be above: of the task and of what is in service. */
uint8_t vlapic_ppr(const struct vlapic *a);

/* --- vlapic_timer.c --- */
void vlapic_timer_init(struct vcpu *v);
/* Stops it and forgets the count. */
void vlapic_timer_clear(struct vcpu *v);
void vlapic_timer_set_count(struct vcpu *v, uint32_t count);
void vlapic_timer_set_divide(struct vcpu *v, uint32_t value);
void vlapic_timer_set_lvt(struct vcpu *v, uint32_t value);
uint32_t vlapic_timer_current(const struct vlapic *a);
void vlapic_timer_set_deadline(struct vcpu *v, uint64_t tsc);

/* --- vlapic_ipi.c --- */
/* A write of the interrupt command register. dest: as wide as the sender's mode has it. */
void vlapic_send_ipi(struct vcpu *from, uint32_t icr, uint32_t dest);

#endif
