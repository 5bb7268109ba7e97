// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events that a guest must take on its next entry, and the end of an instruction that was carried
 * out for it. One event at a time: one whose delivery an exit cut short goes first. v is the
 * current vCPU, or paused.
 */
#include "hvm.h"

#include "domain.h"
#include "processor.h"

uint32_t hvm_interrupted_event(uint32_t info)
{
	uint32_t type = info & EVENT_TYPE, vector = info & EVENT_VECTOR;

	if (!(info & EVENT_VALID) || type > EVENT_EXCEPTION || type == 1u << 8)
		return 0; /* INT n and its like run again */
	if (type == EVENT_EXCEPTION && (vector == EXCEPTION_BP || vector == EXCEPTION_OF))
		return 0; /* so do INT3 and INTO, as AMD-V tells of them */
	return info & (EVENT_VALID | EVENT_ERROR_VALID | EVENT_TYPE | EVENT_VECTOR);
}

/* A fault in the delivery of an event comes again when that is delivered again. */
void hvm_inject(struct vcpu *v, uint8_t vector, bool has_error, uint32_t error)
{
	uint64_t cr0, cr4, efer;

	if (v->hvm.event & EVENT_VALID)
		return;
	v->hvm.event = EVENT_VALID | EVENT_EXCEPTION | vector;
	hvm->get_cr3(v, &cr0, &cr4, &efer);
	if (has_error && (cr0 & CR0_PE)) /* in real mode there are none */
		v->hvm.event |= EVENT_ERROR_VALID;
	v->hvm.event_error = error;
}

void hvm_inject_gp(struct vcpu *v)
{
	hvm_inject(v, EXCEPTION_GP, true, 0);
}

void hvm_inject_ud(struct vcpu *v)
{
	hvm_inject(v, EXCEPTION_UD, false, 0);
}

void hvm_inject_pf(struct vcpu *v, uint64_t linear, uint32_t error)
{
	struct hvm_state s;

	hvm->get_state(v, &s);
	s.cr2 = linear;
	hvm->set_state(v, &s);
	hvm_inject(v, EXCEPTION_PF, true, error);
}

/* A guest that goes step by step has its trap after this instruction too. */
void hvm_skipped(struct vcpu *v)
{
	struct hvm_state s;

	v->hvm.shadow &= ~(SHADOW_STI | SHADOW_MOV_SS);
	if (likely(!(v->hvm.regs.rflags & RFLAGS_TF)))
		return;
	hvm->get_state(v, &s);
	s.dr6 |= DR6_STEP;
	hvm->set_state(v, &s);
	hvm_inject(v, EXCEPTION_DB, false, 0);
}

void hvm_skip(struct vcpu *v, unsigned length)
{
	uint64_t *rip = &v->hvm.regs.rip, next = *rip + length, cs_base;

	/* Outside 64-bit mode it wraps: only there is the mode worth asking for. */
	if (unlikely((*rip ^ next) >> 32) && hvm->get_mode(v, &cs_base) != CPU_MODE_64)
		next = (uint32_t)next;
	*rip = next;
	hvm_skipped(v);
}
