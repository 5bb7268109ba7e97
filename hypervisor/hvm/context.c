// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading the saved state of vCPUs. A toolstack's bytes are hostile: the whole stream is walked
 * twice over our own copy, first to check every record, then to apply them. Saving: context_save.c.
 * The caller has paused the domain; no locks are taken here.
 */
#include "hvm_context.h"

#include "abi/errno.h"
#include "abi/hvm_save.h"
#include "context_private.h"
#include "cpuid.h"
#include "domain.h"
#include "hvm.h"
#include "lib.h"
#include "log.h"
#include "processor.h"
#include "vlapic_private.h"

struct record {
	struct hvm_save_descriptor head;
	const uint8_t *body;
	struct vcpu *v; /* NULL for records that are the domain's */
};

/* check: complain or agree, change nothing. apply: what was agreed to. */
struct handler {
	bool per_vcpu;
	uint32_t min, max; /* length of the body */
	int (*check)(const struct domain *d, const struct record *r);
	void (*apply)(struct domain *d, const struct record *r);
};

static int refuse(const struct domain *d, const struct record *r, const char *why)
{
	log_domain(d, LOG_WARN, "saved state, record %u of vCPU %u: %s", r->head.typecode,
		   r->head.instance, why);
	return -EINVAL;
}

/* --- HEADER ----------------------------------------------------------------------------------- */

static int header_check(const struct domain *d, const struct record *r)
{
	struct hvm_save_header h;

	memcpy(&h, r->body, sizeof(h));
	if (h.magic != HVM_FILE_MAGIC)
		return refuse(d, r, "not the magic number");
	return h.version == HVM_FILE_VERSION ? 0 : refuse(d, r, "not version 1");
}

static void nothing_to_apply(struct domain *d, const struct record *r)
{
	(void)d;
	(void)r;
}

/* --- CPU -------------------------------------------------------------------------------------- */

static void cpu_unpack(const struct hvm_hw_cpu *c, struct hvm_state *s, struct cpu_regs *r)
{
	memset(s, 0, sizeof(*s));
#define REGISTER(name) r->name = c->name
	FOR_EACH_CPU_REGISTER(REGISTER);
#undef REGISTER
	r->rflags |= BIT(1); /* always reads as one; builders leave it out */
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
static bool fpu_image_ok(const uint8_t *image)
{
	uint32_t mxcsr;

	memcpy(&mxcsr, image + FXSAVE_MXCSR, sizeof(mxcsr));
	return !(mxcsr & ~0xffffu);
}

static int cpu_check(const struct domain *d, const struct record *r)
{
	struct cpu_regs regs;
	struct hvm_state s;
	struct hvm_hw_cpu c;

	memcpy(&c, r->body, sizeof(c));
	if (c.pad0 || (c.flags & ~(XEN_X86_FPU_INITIALISED | SAVED_EXTRA)) || c.msr_flags)
		return refuse(d, r, "unknown flags");
	if (!event_supported(c.pending_event))
		return refuse(d, r, "a pending event of a kind that is not supported");
	if ((c.flags & XEN_X86_FPU_INITIALISED) && !fpu_image_ok(c.fpu_regs))
		return refuse(d, r, "reserved bits in MXCSR");
	if (c.msr_tsc_aux >> 32)
		return refuse(d, r, "reserved bits in TSC_AUX");
	cpu_unpack(&c, &s, &regs);
	return hvm_state_check(d, &s, &regs);
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
}

/*
 * 0 is what a domain builder says: then the vCPUs keep the offset that they have in common. Else
 * the guest's counter goes on from where it was saved.
 */
static void tsc_apply(struct vcpu *v, uint64_t tsc)
{
	uint64_t host_tsc = vcpu_tsc(v) - v->hvm.tsc_offset;

	if (!tsc)
		return;
	v->hvm.tsc_offset = tsc - host_tsc;
	hvm->set_tsc_offset(v, v->hvm.tsc_offset);
}

static void fpu_apply(struct vcpu *v, const uint8_t *image)
{
	uint64_t *header = (uint64_t *)((uint8_t *)v->hvm.xsave + XSAVE_HEADER);

	memcpy(v->hvm.xsave, image, FXSAVE_SIZE);
	/* Else XRSTOR takes the initial state instead of what stands there. */
	header[0] |= 3;
}

static void cpu_apply(struct domain *d, const struct record *r)
{
	struct vcpu *v = r->v;
	struct hvm_state s, now;
	struct hvm_hw_cpu c;

	(void)d;
	memcpy(&c, r->body, sizeof(c));
	cpu_unpack(&c, &s, &v->hvm.regs);
	hvm->get_state(v, &now);
	s.pat = now.pat; /* comes with the MTRR record */
	hvm->set_state(v, &s);
	if (c.flags & XEN_X86_FPU_INITIALISED)
		fpu_apply(v, c.fpu_regs);
	v->hvm.tsc_aux = c.msr_tsc_aux;
	tsc_apply(v, c.tsc);
	events_apply(v, &c);
	v->hvm.ioreq.again = false; /* what waited for a device model was another instruction */
	v->initialised = true;
	vcpu_up(v);
}

/* --- XSAVE ------------------------------------------------------------------------------------ */

static int xsave_check(const struct domain *d, const struct record *r)
{
	const struct cpuid_policy *p = d->hvm.cpuid;
	size_t area = r->head.length - offsetof(struct hvm_hw_cpu_xsave, save_area);
	struct hvm_hw_cpu_xsave x;

	memcpy(&x, r->body, sizeof(x));
	if (!cpuid_xcr0_allowed(p, x.xcr0) || !cpuid_xcr0_allowed(p, x.xcr0_accum) ||
	    (x.xcr0 & ~x.xcr0_accum))
		return refuse(d, r, "XCR0 beyond the domain's CPUID");
	if (x.save_area.xsave_hdr.xstate_bv & ~x.xcr0_accum)
		return refuse(d, r, "state components that are not enabled");
	if (x.save_area.xsave_hdr.xcomp_bv)
		return refuse(d, r, "an XSAVE area in compacted form");
	for (unsigned i = 0; i < ARRAY_SIZE(x.save_area.xsave_hdr.reserved); i++)
		if (x.save_area.xsave_hdr.reserved[i])
			return refuse(d, r, "reserved bits in the XSAVE header");
	if (!fpu_image_ok((const uint8_t *)x.save_area.fpu_sse.x))
		return refuse(d, r, "reserved bits in MXCSR");
	/* Long enough for what it says that it holds, and not longer than our area. */
	if (area < cpuid_xsave_size(p, x.save_area.xsave_hdr.xstate_bv, false) ||
	    area > p->xstate[0].c)
		return refuse(d, r, "an XSAVE area of a wrong size");
	return 0;
}

static void xsave_apply(struct domain *d, const struct record *r)
{
	size_t at = offsetof(struct hvm_hw_cpu_xsave, save_area);
	struct hvm_hw_cpu_xsave x;

	(void)d;
	memcpy(&x, r->body, sizeof(x));
	memcpy(r->v->hvm.xsave, r->body + at, r->head.length - at);
	r->v->hvm.xcr0 = x.xcr0;
}

/* --- LAPIC, LAPIC_REGS ------------------------------------------------------------------------ */

static int lapic_check(const struct domain *d, const struct record *r)
{
	struct hvm_hw_lapic l;

	memcpy(&l, r->body, sizeof(l));
	if ((l.apic_base_msr & ~(APIC_BASE_BSP | APIC_BASE_EXTD | APIC_BASE_ENABLE)) !=
	    VLAPIC_DEFAULT_BASE)
		return refuse(d, r, "a local APIC that is not at its usual address");
	if ((l.apic_base_msr & APIC_BASE_EXTD) && !(l.apic_base_msr & APIC_BASE_ENABLE))
		return refuse(d, r, "x2APIC mode of a local APIC that is off");
	return 0;
}

static void lapic_apply(struct domain *d, const struct record *r)
{
	struct vlapic *a = vcpu_vlapic(r->v);
	struct hvm_hw_lapic l;

	(void)d;
	memcpy(&l, r->body, sizeof(l));
	a->base_msr = l.apic_base_msr & ~APIC_BASE_BSP;
	if (!r->v->id)
		a->base_msr |= APIC_BASE_BSP;
	a->tsc_deadline = l.tdt_msr;
}

static int lapic_regs_check(const struct domain *d, const struct record *r)
{
	(void)d;
	(void)r;
	return 0; /* any value is one that a guest could have written */
}

static void lapic_regs_apply(struct domain *d, const struct record *r)
{
	struct vlapic *a = vcpu_vlapic(r->v);
	uint32_t version = a->regs[APIC_VERSION];

	(void)d;
	for (unsigned i = 0; i < ARRAY_SIZE(a->regs); i++)
		memcpy(&a->regs[i], r->body + i * 16, sizeof(a->regs[i]));
	a->regs[APIC_VERSION] = version;
	/* Vectors below 16 are exceptions: no APIC ever holds them. */
	a->regs[APIC_ISR] &= 0xffff0000u;
	a->regs[APIC_TMR] &= 0xffff0000u;
	a->regs[APIC_IRR] &= 0xffff0000u;
	a->regs[APIC_SVR] &= 0x1ff;
	a->regs[APIC_TDCR] &= 0xb;
}

/* --- MTRR, with PAT --------------------------------------------------------------------------- */

static int mtrr_check(const struct domain *d, const struct record *r)
{
	struct hvm_hw_mtrr m;

	memcpy(&m, r->body, sizeof(m));
	if (!hvm_memory_types_valid(m.msr_pat_cr, MEMORY_TYPE_PAT))
		return refuse(d, r, "a memory type in PAT that does not exist");
	for (unsigned i = 0; i < NUM_FIXED_MSR; i++)
		if (!hvm_memory_types_valid(m.msr_mtrr_fixed[i], MEMORY_TYPE_MTRR))
			return refuse(d, r, "a memory type in a fixed MTRR that does not exist");
	for (unsigned i = 0; i < 2 * MTRR_VCNT; i += 2)
		if (!hvm_memory_types_valid(m.msr_mtrr_var[i] & 0xff, MEMORY_TYPE_MTRR))
			return refuse(d, r, "a memory type in a variable MTRR that does not exist");
	if (!hvm_memory_types_valid(m.msr_mtrr_def_type & 0xff, MEMORY_TYPE_MTRR) ||
	    (m.msr_mtrr_def_type & ~0xcffUL))
		return refuse(d, r, "a default memory type that does not exist");
	return 0;
}

static void mtrr_apply(struct domain *d, const struct record *r)
{
	struct hvm_vcpu *h = &r->v->hvm;
	struct hvm_hw_mtrr m;
	struct hvm_state s;

	(void)d;
	memcpy(&m, r->body, sizeof(m));
	h->mtrr_def = m.msr_mtrr_def_type;
	memcpy(h->mtrr_fixed, m.msr_mtrr_fixed, sizeof(h->mtrr_fixed));
	memcpy(h->mtrr_var, m.msr_mtrr_var, sizeof(h->mtrr_var));
	hvm->get_state(r->v, &s);
	s.pat = m.msr_pat_cr ? m.msr_pat_cr : PAT_POWER_ON;
	hvm->set_state(r->v, &s);
}

/* --- what other hypervisors also write -------------------------------------------------------- */

static int vmce_check(const struct domain *d, const struct record *r)
{
	struct hvm_vmce_vcpu m;

	/* caps may name banks that the guest then finds not to be there: it asks CPUID first. */
	memcpy(&m, r->body, sizeof(m));
	return m.mcg_ext_ctl ? refuse(d, r, "local machine checks are not supported") : 0;
}

static int tsc_adjust_check(const struct domain *d, const struct record *r)
{
	struct hvm_tsc_adjust t;

	memcpy(&t, r->body, sizeof(t));
	return t.tsc_adjust ? refuse(d, r, "TSC_ADJUST is not supported") : 0;
}

/* A list of MSRs: those kept here take their value, others must be at rest. */
static int msrs_check(const struct domain *d, const struct record *r)
{
	struct hvm_msr head;
	struct hvm_one_msr one;

	memcpy(&head, r->body, sizeof(head));
	if (r->head.length - sizeof(head) != (uint64_t)head.count * sizeof(one))
		return refuse(d, r, "a list of MSRs that is not as long as it says");
	for (uint32_t i = 0; i < head.count; i++) {
		memcpy(&one, r->body + sizeof(head) + i * sizeof(one), sizeof(one));
		if (one._rsvd || (one.index == MSR_TSC_AUX && one.val >> 32))
			return refuse(d, r, "reserved bits");
		if (one.index != MSR_TSC_AUX && one.val)
			return refuse(d, r, "an MSR that is not supported");
	}
	return 0;
}

static void msrs_apply(struct domain *d, const struct record *r)
{
	struct hvm_msr head;
	struct hvm_one_msr one;

	(void)d;
	memcpy(&head, r->body, sizeof(head));
	for (uint32_t i = 0; i < head.count; i++) {
		memcpy(&one, r->body + sizeof(head) + i * sizeof(one), sizeof(one));
		if (one.index == MSR_TSC_AUX)
			r->v->hvm.tsc_aux = one.val;
	}
}

/* --- the stream ------------------------------------------------------------------------------- */

#define FIXED(type) sizeof(type), sizeof(type)

static const struct handler handlers[HVM_SAVE_CODE_MAX + 1] = {
	[HVM_SAVE_CODE_HEADER] = { false, FIXED(struct hvm_save_header), header_check,
				   nothing_to_apply },
	[HVM_SAVE_CODE_CPU] = { true, FIXED(struct hvm_hw_cpu), cpu_check, cpu_apply },
	[HVM_SAVE_CODE_LAPIC] = { true, FIXED(struct hvm_hw_lapic), lapic_check, lapic_apply },
	[HVM_SAVE_CODE_LAPIC_REGS] = { true, FIXED(struct hvm_hw_lapic_regs), lapic_regs_check,
				       lapic_regs_apply },
	[HVM_SAVE_CODE_MTRR] = { true, FIXED(struct hvm_hw_mtrr), mtrr_check, mtrr_apply },
	[CPU_XSAVE_CODE] = { true, sizeof(struct hvm_hw_cpu_xsave), 16384, xsave_check,
			     xsave_apply },
	[HVM_SAVE_CODE_VMCE_VCPU] = { true, FIXED(struct hvm_vmce_vcpu), vmce_check,
				      nothing_to_apply },
	[HVM_SAVE_CODE_TSC_ADJUST] = { true, FIXED(struct hvm_tsc_adjust), tsc_adjust_check,
				       nothing_to_apply },
	[CPU_MSR_CODE] = { true, sizeof(struct hvm_msr), 4096, msrs_check, msrs_apply },
};

/* Reads the record at *at and moves on. 1: the END record; 0; negative: what is wrong. */
static int record_next(struct domain *d, const uint8_t *data, size_t size, size_t *at,
		       struct record *r)
{
	const struct handler *h;

	if (size - *at < sizeof(r->head))
		return -ENODATA;
	memcpy(&r->head, data + *at, sizeof(r->head));
	r->body = data + *at + sizeof(r->head);
	if (size - *at - sizeof(r->head) < r->head.length)
		return -ENODATA;
	*at += sizeof(r->head) + r->head.length;
	if (r->head.typecode == HVM_SAVE_CODE_END)
		return 1;
	h = r->head.typecode < ARRAY_SIZE(handlers) ? &handlers[r->head.typecode] : NULL;
	if (!h || !h->check) {
		log_domain(d, LOG_WARN, "saved state: record %u is not supported",
			   r->head.typecode);
		return -EOPNOTSUPP;
	}
	if (r->head.length < h->min || r->head.length > h->max)
		return refuse(d, r, "a wrong length");
	r->v = h->per_vcpu ? domain_vcpu(d, r->head.instance) : NULL;
	return h->per_vcpu && !r->v ? -ENOENT : 0;
}

static int stream_check(struct domain *d, const uint8_t *data, size_t size)
{
	struct record r;
	size_t at = 0;
	int rc;

	for (bool first = true;; first = false) {
		rc = record_next(d, data, size, &at, &r);
		if (rc)
			return rc < 0 ? rc : first ? -EINVAL : 0;
		if (first != (r.head.typecode == HVM_SAVE_CODE_HEADER))
			return refuse(d, &r,
				      "the header is not the first record, or not the only one");
		rc = handlers[r.head.typecode].check(d, &r);
		if (rc)
			return rc;
	}
}

int hvm_context_load(struct domain *d, const uint8_t *data, size_t size)
{
	struct record r;
	struct vcpu *v;
	size_t at = 0;
	int rc = stream_check(d, data, size);

	if (rc)
		return rc;
	while (!record_next(d, data, size, &at, &r))
		handlers[r.head.typecode].apply(d, &r);
	for_each_vcpu(d, v)
		vlapic_restored(v); /* after both of its records, in whichever order */
	return 0;
}
