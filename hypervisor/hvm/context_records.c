// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the records of a saved vCPU hold, each in both directions: how it is checked and applied,
 * and how it is made. The domain is paused; no locks.
 */
#include "context_private.h"
#include "cpuid.h"
#include "domain.h"
#include "host.h"
#include "hvm.h"
#include "hvm_context.h"
#include "lib.h"
#include "processor.h"
#include "vlapic_private.h"

static int header_load(const struct record *r, bool apply)
{
	if (r->header.magic != HVM_FILE_MAGIC || r->header.version != HVM_FILE_VERSION)
		return record_refuse(r, "not the magic number, or not version 1");
	return 0;
}

static bool header_save(struct record *r)
{
	r->header = (struct hvm_save_header){
		.magic = HVM_FILE_MAGIC,
		.version = HVM_FILE_VERSION,
		.cpuid = r->d->hvm.cpuid->basic[1].a,
		.gtsc_khz = host_tsc_khz(),
	};
	return true;
}

/* --- CPU -------------------------------------------------------------------------------------- */

#define FXSAVE_MXCSR 24u

static void cpu_unpack(const struct hvm_hw_cpu *c, struct hvm_state *s, struct cpu_regs *r)
{
	memset(s, 0, sizeof(*s));
#define REGISTER(name) r->name = c->name
	FOR_EACH_CPU_REGISTER(REGISTER);
#undef REGISTER
	r->rflags |= RFLAGS_RESERVED1; /* always reads as one; builders leave it out */
	/* Attributes wider than the field must be seen by the check, not cut off. */
#define SEGMENT(index, name)                                             \
	s->seg[index] = (struct hvm_segment){                            \
		.selector = (uint16_t)c->name##_sel,                     \
		.attributes = (uint16_t)MIN(c->name##_arbytes, 0xffffu), \
		.limit = c->name##_limit,                                \
		.base = c->name##_base,                                  \
	}
	FOR_EACH_SAVED_SEGMENT(SEGMENT);
#undef SEGMENT
#define STATE(saved, name) s->name = c->saved
	FOR_EACH_SAVED_STATE(STATE);
#undef STATE
	/* Bits that read as ones on every processor; builders leave these registers 0. */
	s->dr6 = (s->dr6 & ~BIT(12)) | 0xffff0ff0UL;
	s->dr7 = (s->dr7 & ~(BIT(11) | BIT(12) | BIT(14) | BIT(15))) | BIT(10);
	s->sfmask = (uint32_t)s->sfmask;
}

static bool event_supported(uint32_t event)
{
	bool is_exception = (event & EVENT_TYPE) == EVENT_EXCEPTION;

	return !(event & EVENT_VALID) ||
	       (hvm_interrupted_event(event) && !(is_exception && (event & EVENT_VECTOR) > 31));
}

/* An FXRSTOR of reserved MXCSR bits would fault, in the hypervisor. */
static bool fpu_image_ok(const void *image)
{
	uint32_t mxcsr;

	memcpy(&mxcsr, (const char *)image + FXSAVE_MXCSR, sizeof(mxcsr));
	return !(mxcsr & ~0xffffu);
}

static void events_apply(struct vcpu *v, const struct hvm_hw_cpu *c)
{
	v->hvm.event = hvm_interrupted_event(c->pending_event);
	v->hvm.event_error = c->error_code;
	v->hvm.nmi_pending = c->flags & SAVED_NMI_PENDING;
	v->hvm.shadow = c->flags & SAVED_NMI_BLOCKED ? SHADOW_NMI : 0;
	/* What an entry takes: STI's needs interrupts on, neither goes with an event. */
	if ((c->flags & SAVED_SHADOW) && !v->hvm.event)
		v->hvm.shadow |= v->hvm.regs.rflags & RFLAGS_IF ? SHADOW_STI : SHADOW_MOV_SS;
	v->hvm.ioreq.again = false; /* what waited for a device model was another instruction */
}

static void cpu_apply(struct vcpu *v, const struct hvm_hw_cpu *c, struct hvm_state *s)
{
	struct hvm_state now;

	hvm->get_state(v, &now);
	s->pat = now.pat; /* comes with the MTRR record */
	hvm->set_state(v, s);
	if (c->flags & XEN_X86_FPU_INITIALISED) {
		memcpy(v->hvm.xsave, c->fpu_regs, sizeof(c->fpu_regs));
		/* Else XRSTOR takes the initial state instead of what stands there. */
		((uint64_t *)v->hvm.xsave)[sizeof(c->fpu_regs) / 8] |= 3;
	}
	v->hvm.tsc_aux = c->msr_tsc_aux;
	/* 0 is what a domain builder says: the vCPUs keep the offset that they have in common. */
	if (c->tsc) {
		v->hvm.tsc_offset += c->tsc - vcpu_tsc(v);
		hvm->set_tsc_offset(v, v->hvm.tsc_offset);
	}
	events_apply(v, c);
	v->initialised = true;
	vcpu_up(v);
}

static int cpu_load(const struct record *r, bool apply)
{
	const struct hvm_hw_cpu *c = &r->cpu;
	struct cpu_regs regs = { 0 };
	struct hvm_state s;
	int rc;

	if (c->pad0 || (c->flags & ~(XEN_X86_FPU_INITIALISED | SAVED_EXTRA)) || c->msr_flags)
		return record_refuse(r, "unknown flags");
	if (!event_supported(c->pending_event))
		return record_refuse(r, "a pending event of a kind that is not supported");
	if ((c->flags & XEN_X86_FPU_INITIALISED) && !fpu_image_ok(c->fpu_regs))
		return record_refuse(r, "reserved bits in MXCSR");
	if (c->msr_tsc_aux >> 32)
		return record_refuse(r, "reserved bits in TSC_AUX");
	cpu_unpack(c, &s, &regs);
	rc = hvm_state_check(r->d, &s, &regs);
	if (rc || !apply)
		return rc;
	r->v->hvm.regs = regs;
	cpu_apply(r->v, c, &s);
	return 0;
}

static bool is_up(const struct vcpu *v)
{
	return v->initialised && !(READ_ONCE(v->pause_flags) & VCPU_PAUSE_DOWN);
}

static bool cpu_save(struct record *record)
{
	struct vcpu *v = record->v;
	const struct cpu_regs *r = &v->hvm.regs;
	struct hvm_hw_cpu *c = &record->cpu;
	struct hvm_state s;

	if (!is_up(v))
		return false;
	hvm->get_state(v, &s);
#define REGISTER(name) c->name = r->name
	FOR_EACH_CPU_REGISTER(REGISTER);
#undef REGISTER
#define SEGMENT(index, name)                         \
	c->name##_sel = s.seg[index].selector;       \
	c->name##_arbytes = s.seg[index].attributes; \
	c->name##_limit = s.seg[index].limit;        \
	c->name##_base = s.seg[index].base
	FOR_EACH_SAVED_SEGMENT(SEGMENT);
#undef SEGMENT
#define STATE(saved, name) c->saved = s.name
	FOR_EACH_SAVED_STATE(STATE);
#undef STATE
	c->msr_tsc_aux = v->hvm.tsc_aux;
	c->tsc = vcpu_tsc(v);
	memcpy(c->fpu_regs, v->hvm.xsave, sizeof(c->fpu_regs));
	c->pending_event = v->hvm.event;
	c->error_code = v->hvm.event & EVENT_ERROR_VALID ? v->hvm.event_error : 0;
	c->flags = XEN_X86_FPU_INITIALISED |
		   (v->hvm.shadow & (SHADOW_STI | SHADOW_MOV_SS) ? SAVED_SHADOW : 0) |
		   (v->hvm.shadow & SHADOW_NMI ? SAVED_NMI_BLOCKED : 0) |
		   (v->hvm.nmi_pending ? SAVED_NMI_PENDING : 0);
	return true;
}

/* --- XSAVE ------------------------------------------------------------------------------------ */

static int xsave_load(const struct record *r, bool apply)
{
	const struct cpuid_policy *p = r->d->hvm.cpuid;
	const struct hvm_hw_cpu_xsave *x = &r->xsave;
	const struct hvm_hw_cpu_xsave_hdr *head = &x->save_area.xsave_hdr;
	size_t area = r->head.length - offsetof(struct hvm_hw_cpu_xsave, save_area);

	if (!cpuid_xcr0_allowed(p, x->xcr0) || !cpuid_xcr0_allowed(p, x->xcr0_accum) ||
	    (x->xcr0 & ~x->xcr0_accum))
		return record_refuse(r, "XCR0 beyond the domain's CPUID");
	if (head->xstate_bv & ~x->xcr0_accum)
		return record_refuse(r, "state components that are not enabled");
	if (head->xcomp_bv)
		return record_refuse(r, "an XSAVE area in compacted form");
	for (unsigned i = 0; i < ARRAY_SIZE(head->reserved); i++)
		if (head->reserved[i])
			return record_refuse(r, "reserved bits in the XSAVE header");
	if (!fpu_image_ok(&x->save_area))
		return record_refuse(r, "reserved bits in MXCSR");
	/* Long enough for what it says that it holds, and not longer than our area. */
	if (area < cpuid_xsave_size(p, head->xstate_bv, false) || area > p->xstate[0].c)
		return record_refuse(r, "an XSAVE area of a wrong size");
	if (apply) {
		memcpy(r->v->hvm.xsave, &x->save_area, sizeof(x->save_area));
		memcpy((char *)r->v->hvm.xsave + sizeof(x->save_area), r->rest,
		       area - sizeof(x->save_area));
		r->v->hvm.xcr0 = x->xcr0;
	}
	return 0;
}

static bool xsave_save(struct record *r)
{
	const struct cpuid_policy *p = r->d->hvm.cpuid;
	const struct hvm_vcpu *h = &r->v->hvm;

	/* Only a vCPU that has turned XSAVE on has more than the CPU record holds. */
	if (!is_up(r->v) || h->xcr0 == 1 || !cpuid_xcr0_allowed(p, h->xcr0))
		return false;
	r->xsave.xfeature_mask = p->xstate[0].a;
	r->xsave.xcr0 = r->xsave.xcr0_accum = h->xcr0;
	memcpy(&r->xsave.save_area, h->xsave, sizeof(r->xsave.save_area));
	/* What it had and has turned off in XCR0 again is still in the area. */
	r->xsave.save_area.xsave_hdr.xstate_bv &= h->xcr0;
	r->rest = (const uint8_t *)h->xsave + sizeof(r->xsave.save_area);
	r->head.length = (uint32_t)offsetof(struct hvm_hw_cpu_xsave, save_area) +
			 cpuid_xsave_size(p, h->xcr0, false);
	return true;
}

/* --- LAPIC, LAPIC_REGS ------------------------------------------------------------------------ */

static int lapic_load(const struct record *r, bool apply)
{
	const uint64_t flags = APIC_BASE_BSP | APIC_BASE_EXTD | APIC_BASE_ENABLE;
	uint64_t base = r->lapic.apic_base_msr;

	if ((base & ~flags) != VLAPIC_DEFAULT_BASE)
		return record_refuse(r, "a local APIC that is not at its usual address");
	if ((base & APIC_BASE_EXTD) && !(base & APIC_BASE_ENABLE))
		return record_refuse(r, "x2APIC mode of a local APIC that is off");
	if (apply) {
		vcpu_vlapic(r->v)->base_msr = (base & ~APIC_BASE_BSP) |
					      (r->v->id ? 0 : APIC_BASE_BSP);
		vcpu_vlapic(r->v)->tsc_deadline = r->lapic.tdt_msr;
	}
	return 0;
}

static bool lapic_save(struct record *r)
{
	const struct vlapic *a = vcpu_vlapic(r->v);

	r->lapic = (struct hvm_hw_lapic){
		.apic_base_msr = a->base_msr,
		.disabled = (vlapic_is_on(a) ? 0 : 1) |
			    (a->regs[APIC_SVR].value & SVR_ENABLE ? 0 : 2),
		.timer_divisor = a->regs[APIC_TDCR].value,
		.tdt_msr = a->tsc_deadline,
	};
	return true;
}

/* Any value is one that a guest could have written. */
static int lapic_regs_load(const struct record *r, bool apply)
{
	struct vlapic *a = vcpu_vlapic(r->v);

	if (!apply)
		return 0;
	vlapic_accept(r->v); /* what was asked for so far goes, too */
	for (unsigned i = 0; i < VLAPIC_REGISTERS; i++)
		if (i != APIC_VERSION)
			memcpy(&a->regs[i].value, r->lapic_regs.data + i * 16,
			       sizeof(a->regs[i].value));
	/* Vectors below 16 are exceptions: no APIC ever holds them. */
	a->regs[APIC_ISR].value &= 0xffff0000u;
	a->regs[APIC_TMR].value &= 0xffff0000u;
	a->regs[APIC_IRR].value &= 0xffff0000u;
	a->regs[APIC_SVR].value &= 0x1ff;
	a->regs[APIC_TDCR].value &= 0xb;
	return 0;
}

static bool lapic_regs_save(struct record *r)
{
	const struct vlapic *a = vcpu_vlapic(r->v);

	vlapic_accept(r->v);
	for (unsigned i = 0; i < VLAPIC_REGISTERS; i++)
		memcpy(r->lapic_regs.data + i * 16, &a->regs[i].value, sizeof(a->regs[i].value));
	return true;
}

/* --- MTRR, with PAT --------------------------------------------------------------------------- */

/* MTRRcap: eight variable ranges, fixed ranges, write combining. */
#define MTRR_CAP 0x508u

static int mtrr_load(const struct record *r, bool apply)
{
	const struct hvm_hw_mtrr *m = &r->mtrr;
	bool valid = hvm_memory_types_valid(m->msr_mtrr_def_type & 0xff, MEMORY_TYPE_MTRR) &&
		     !(m->msr_mtrr_def_type & ~0xcffUL);
	struct hvm_vcpu *h = &r->v->hvm;
	struct hvm_state s;

	for (unsigned i = 0; i < NUM_FIXED_MSR; i++)
		valid = valid && hvm_memory_types_valid(m->msr_mtrr_fixed[i], MEMORY_TYPE_MTRR);
	for (unsigned i = 0; i < 2 * MTRR_VCNT; i += 2)
		valid = valid &&
			hvm_memory_types_valid(m->msr_mtrr_var[i] & 0xff, MEMORY_TYPE_MTRR);
	if (!valid || !hvm_memory_types_valid(m->msr_pat_cr, MEMORY_TYPE_PAT))
		return record_refuse(r, "a memory type in an MTRR or PAT that does not exist");
	if (!apply)
		return 0;
	h->mtrr_def = m->msr_mtrr_def_type;
	memcpy(h->mtrr_fixed, m->msr_mtrr_fixed, sizeof(h->mtrr_fixed));
	memcpy(h->mtrr_var, m->msr_mtrr_var, sizeof(h->mtrr_var));
	hvm->get_state(r->v, &s);
	s.pat = m->msr_pat_cr;
	hvm->set_state(r->v, &s);
	return 0;
}

static bool mtrr_save(struct record *r)
{
	const struct hvm_vcpu *h = &r->v->hvm;
	struct hvm_state s;

	hvm->get_state(r->v, &s);
	r->mtrr.msr_pat_cr = s.pat;
	r->mtrr.msr_mtrr_cap = MTRR_CAP;
	r->mtrr.msr_mtrr_def_type = h->mtrr_def;
	memcpy(r->mtrr.msr_mtrr_fixed, h->mtrr_fixed, sizeof(h->mtrr_fixed));
	memcpy(r->mtrr.msr_mtrr_var, h->mtrr_var, sizeof(h->mtrr_var));
	return true;
}

/* --- what other hypervisors also write -------------------------------------------------------- */

static int vmce_load(const struct record *r, bool apply)
{
	/* caps may name banks that the guest then finds not to be there: it asks CPUID first. */
	return r->vmce.mcg_ext_ctl ? record_refuse(r, "local machine checks are not supported") : 0;
}

static int tsc_adjust_load(const struct record *r, bool apply)
{
	return r->tsc_adjust.tsc_adjust ? record_refuse(r, "TSC_ADJUST is not supported") : 0;
}

/* A list of MSRs: those kept here take their value, others must be at rest. */
static int msrs_load(const struct record *r, bool apply)
{
	struct hvm_one_msr one;

	if (r->head.length - sizeof(r->msrs) != (uint64_t)r->msrs.count * sizeof(one))
		return record_refuse(r, "a list of MSRs that is not as long as it says");
	for (uint32_t i = 0; i < r->msrs.count; i++) {
		memcpy(&one, r->rest + i * sizeof(one), sizeof(one));
		if (one._rsvd || (one.index == MSR_TSC_AUX && one.val >> 32))
			return record_refuse(r, "reserved bits");
		if (one.index != MSR_TSC_AUX && one.val)
			return record_refuse(r, "an MSR that is not supported");
		if (apply && one.index == MSR_TSC_AUX)
			r->v->hvm.tsc_aux = one.val;
	}
	return 0;
}

#define FIXED(type) sizeof(type), sizeof(type)

const struct record_kind record_kinds[HVM_SAVE_CODE_MAX + 1] = {
	[HVM_SAVE_CODE_HEADER] = { false, FIXED(struct hvm_save_header), header_load, header_save },
	[HVM_SAVE_CODE_CPU] = { true, FIXED(struct hvm_hw_cpu), cpu_load, cpu_save },
	[HVM_SAVE_CODE_LAPIC] = { true, FIXED(struct hvm_hw_lapic), lapic_load, lapic_save },
	[HVM_SAVE_CODE_LAPIC_REGS] = { true, FIXED(struct hvm_hw_lapic_regs), lapic_regs_load,
				       lapic_regs_save },
	[HVM_SAVE_CODE_MTRR] = { true, FIXED(struct hvm_hw_mtrr), mtrr_load, mtrr_save },
	[CPU_XSAVE_CODE] = { true, sizeof(struct hvm_hw_cpu_xsave), 16384, xsave_load, xsave_save },
	[HVM_SAVE_CODE_VMCE_VCPU] = { true, FIXED(struct hvm_vmce_vcpu), vmce_load, NULL },
	[HVM_SAVE_CODE_TSC_ADJUST] = { true, FIXED(struct hvm_tsc_adjust), tsc_adjust_load, NULL },
	[CPU_MSR_CODE] = { true, sizeof(struct hvm_msr), 4096, msrs_load, NULL },
};
