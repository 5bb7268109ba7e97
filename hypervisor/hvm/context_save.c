// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Saving the state of a domain's vCPUs as records; context.c reads them. The caller has paused the
 * domain; no locks are taken here.
 */
#include "hvm_context.h"

#include "abi/errno.h"
#include "abi/hvm_save.h"
#include "context_private.h"
#include "cpuid.h"
#include "domain.h"
#include "host.h"
#include "hvm.h"
#include "lib.h"
#include "vlapic_private.h"

/* MTRRcap: eight variable ranges, fixed ranges, write combining. */
#define MTRR_CAP 0x508u

/* Where records go. A NULL buffer counts. */
struct out {
	uint8_t *data;
	size_t size, used;
};

static int put_bytes(struct out *o, const void *bytes, size_t len)
{
	if (o->size - o->used < len)
		return -ENOSPC;
	memcpy(o->data + o->used, bytes, len);
	o->used += len;
	return 0;
}

/* --- bodies ----------------------------------------------------------------------------------- */

static int header_save(const struct domain *d, struct out *o)
{
	struct hvm_save_header h = {
		.magic = HVM_FILE_MAGIC,
		.version = HVM_FILE_VERSION,
		.cpuid = d->hvm.cpuid->basic[1].a,
		.gtsc_khz = host_tsc_khz(),
	};

	return put_bytes(o, &h, sizeof(h));
}

static void cpu_pack(struct vcpu *v, struct hvm_hw_cpu *c)
{
	const struct cpu_regs *r = &v->hvm.regs;
	struct hvm_state s;

	memset(c, 0, sizeof(*c));
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
	c->flags = XEN_X86_FPU_INITIALISED;
	c->pending_event = v->hvm.event;
	c->error_code = v->hvm.event & EVENT_ERROR_VALID ? v->hvm.event_error : 0;
	if (v->hvm.shadow & (SHADOW_STI | SHADOW_MOV_SS))
		c->flags |= SAVED_SHADOW;
	if (v->hvm.shadow & SHADOW_NMI)
		c->flags |= SAVED_NMI_BLOCKED;
	if (v->hvm.nmi_pending)
		c->flags |= SAVED_NMI_PENDING;
}

static bool is_up(const struct vcpu *v)
{
	return v->initialised && !(READ_ONCE(v->pause_flags) & VCPU_PAUSE_DOWN);
}

/* -ENOENT: this vCPU has no such record now. */
static int cpu_save(struct vcpu *v, struct out *o)
{
	struct hvm_hw_cpu c;

	if (!is_up(v))
		return -ENOENT;
	cpu_pack(v, &c);
	return put_bytes(o, &c, sizeof(c));
}

static int xsave_save(struct vcpu *v, struct out *o)
{
	uint32_t area = cpuid_xsave_size(v->domain->hvm.cpuid, v->hvm.xcr0, false);
	struct hvm_hw_cpu_xsave x = {
		.xfeature_mask = v->domain->hvm.cpuid->xstate[0].a,
		.xcr0 = v->hvm.xcr0,
		.xcr0_accum = v->hvm.xcr0,
	};
	int rc;

	/* Only a vCPU that has turned XSAVE on has more than the CPU record holds. */
	if (!is_up(v) || v->hvm.xcr0 == 1 || !cpuid_xcr0_allowed(v->domain->hvm.cpuid, v->hvm.xcr0))
		return -ENOENT;
	rc = put_bytes(o, &x, offsetof(struct hvm_hw_cpu_xsave, save_area));
	return rc ? rc : put_bytes(o, v->hvm.xsave, area);
}

static int lapic_save(struct vcpu *v, struct out *o)
{
	const struct vlapic *a = vcpu_vlapic(v);
	struct hvm_hw_lapic l = {
		.apic_base_msr = a->base_msr,
		.disabled = (vlapic_is_on(a) ? 0 : 1) | (a->regs[APIC_SVR] & SVR_ENABLE ? 0 : 2),
		.timer_divisor = a->regs[APIC_TDCR],
		.tdt_msr = a->tsc_deadline,
	};

	return put_bytes(o, &l, sizeof(l));
}

static int lapic_regs_save(struct vcpu *v, struct out *o)
{
	const struct vlapic *a = vcpu_vlapic(v);
	struct hvm_hw_lapic_regs l = { 0 };

	for (unsigned i = 0; i < ARRAY_SIZE(a->regs); i++)
		memcpy(&l.data[i * 16], &a->regs[i], sizeof(a->regs[i]));
	return put_bytes(o, &l, sizeof(l));
}

static int mtrr_save(struct vcpu *v, struct out *o)
{
	struct hvm_hw_mtrr m = {
		.msr_mtrr_cap = MTRR_CAP,
		.msr_mtrr_def_type = v->hvm.mtrr_def,
	};
	struct hvm_state s;

	hvm->get_state(v, &s);
	m.msr_pat_cr = s.pat;
	memcpy(m.msr_mtrr_fixed, v->hvm.mtrr_fixed, sizeof(m.msr_mtrr_fixed));
	memcpy(m.msr_mtrr_var, v->hvm.mtrr_var, sizeof(m.msr_mtrr_var));
	return put_bytes(o, &m, sizeof(m));
}

/* In the order in which they are written for all vCPUs. */
static const struct saver {
	uint16_t code;
	int (*save)(struct vcpu *v, struct out *o);
} savers[] = {
	{ HVM_SAVE_CODE_CPU, cpu_save },     { CPU_XSAVE_CODE, xsave_save },
	{ HVM_SAVE_CODE_LAPIC, lapic_save }, { HVM_SAVE_CODE_LAPIC_REGS, lapic_regs_save },
	{ HVM_SAVE_CODE_MTRR, mtrr_save },
};

/* --- the stream ------------------------------------------------------------------------------- */

size_t hvm_context_size(const struct domain *d)
{
	size_t vcpu = sizeof(struct hvm_hw_cpu) + sizeof(struct hvm_hw_cpu_xsave) +
		      d->hvm.cpuid->xstate[0].c + sizeof(struct hvm_hw_lapic) +
		      sizeof(struct hvm_hw_lapic_regs) + sizeof(struct hvm_hw_mtrr) +
		      ARRAY_SIZE(savers) * sizeof(struct hvm_save_descriptor);

	return 2 * sizeof(struct hvm_save_descriptor) + sizeof(struct hvm_save_header) +
	       d->max_vcpus * vcpu;
}

/* Descriptor, body, and the body's length into the descriptor. */
static int record_save(const struct saver *saver, struct vcpu *v, struct out *o)
{
	struct hvm_save_descriptor head = { .typecode = saver->code, .instance = (uint16_t)v->id };
	size_t start = o->used;
	int rc = put_bytes(o, &head, sizeof(head));

	if (!rc)
		rc = saver->save(v, o);
	if (rc) {
		o->used = start;
		return rc == -ENOENT ? 0 : rc;
	}
	head.length = (uint32_t)(o->used - start - sizeof(head));
	memcpy(o->data + start, &head, sizeof(head));
	return 0;
}

int hvm_context_save(struct domain *d, uint8_t *data, size_t size, size_t *used)
{
	struct hvm_save_descriptor head = {
		.typecode = HVM_SAVE_CODE_HEADER,
		.length = sizeof(struct hvm_save_header),
	};
	struct hvm_save_descriptor end = { .typecode = HVM_SAVE_CODE_END };
	struct out o = { .data = data, .size = size };
	struct vcpu *v;
	int rc;

	rc = put_bytes(&o, &head, sizeof(head));
	if (!rc)
		rc = header_save(d, &o);
	for (unsigned i = 0; i < ARRAY_SIZE(savers); i++)
		for_each_vcpu(d, v)
			if (!rc)
				rc = record_save(&savers[i], v, &o);
	if (!rc)
		rc = put_bytes(&o, &end, sizeof(end));
	*used = o.used;
	return rc;
}

int hvm_context_save_one(struct domain *d, unsigned code, unsigned instance, uint8_t *data,
			 size_t size, size_t *used)
{
	struct vcpu *v = domain_vcpu(d, instance);
	struct out o = { .data = data, .size = size };
	int rc = -EOPNOTSUPP;

	if (code == HVM_SAVE_CODE_HEADER)
		rc = header_save(d, &o);
	for (unsigned i = 0; i < ARRAY_SIZE(savers); i++)
		if (savers[i].code == code)
			rc = v ? savers[i].save(v, &o) : -ENOENT;
	*used = o.used;
	return rc;
}
