// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VCPUOP_initialise: the state that a guest gives to another of its vCPUs before it brings it up.
 * The target is down, which makes its state ours to write. d->lock keeps two callers apart.
 */
#include "private.h"

#include "abi/vcpu.h"
#include "hvm.h"
#include "hvm_context.h"

#define DR6_RESET 0xffff0ff0u
#define DR7_RESET 0x400u

/* Both forms begin with them, in the processor's order. */
#define NR_REGS 8u

/* Flat segments of 64-bit mode, as a kernel has them after it switched. */
static const struct hvm_segment flat_code = { .attributes = 0xa9b, .limit = ~0u };
static const struct hvm_segment flat_data = { .attributes = 0xc93, .limit = ~0u };
static const struct hvm_segment busy_tss = { .attributes = 0x08b, .limit = 0xffff };

static int from_64bit(const struct vcpu_hvm_x86_64 *c, struct hvm_state *s, struct cpu_regs *r)
{
	r->rip = c->rip;
	r->rflags |= c->rflags;
	memcpy(r->gpr, c, NR_REGS * sizeof(r->gpr[0]));
	s->seg[SEG_CS] = flat_code;
	s->seg[SEG_DS] = s->seg[SEG_ES] = s->seg[SEG_SS] = flat_data;
	s->seg[SEG_TR] = busy_tss;
	s->cr0 = c->cr0;
	s->cr3 = c->cr3;
	s->cr4 = c->cr4;
	s->efer = c->efer;
	return 0;
}

/* base, limit and attributes of a segment; attributes wider than 12 bits are found by the check. */
static struct hvm_segment segment(uint32_t base, uint32_t limit, uint16_t ar)
{
	return (struct hvm_segment){ .attributes = ar, .limit = limit, .base = base };
}

static int from_32bit(const struct vcpu_hvm_x86_32 *c, struct hvm_state *s, struct cpu_regs *r)
{
	if (c->pad1 || c->pad2[0] || c->pad2[1] || c->pad2[2])
		return -EINVAL;
	r->rip = c->eip;
	r->rflags |= c->eflags;
	for (unsigned i = 0; i < NR_REGS; i++)
		r->gpr[i] = ((const uint32_t *)c)[i];
	s->seg[SEG_CS] = segment(c->cs_base, c->cs_limit, c->cs_ar);
	s->seg[SEG_DS] = segment(c->ds_base, c->ds_limit, c->ds_ar);
	s->seg[SEG_SS] = segment(c->ss_base, c->ss_limit, c->ss_ar);
	s->seg[SEG_ES] = segment(c->es_base, c->es_limit, c->es_ar);
	s->seg[SEG_TR] = segment(c->tr_base, c->tr_limit, c->tr_ar);
	s->cr0 = c->cr0;
	s->cr3 = c->cr3;
	s->cr4 = c->cr4;
	s->efer = c->efer;
	/* The guest need not know what follows from the rest. */
	if ((s->cr0 & 0x80000000u) && (s->efer & 0x100))
		s->efer |= 0x400;
	return 0;
}

long vcpu_initialise(struct request *q)
{
	const struct vcpu_hvm_context *ctxt = q->arg;
	struct domain *d = q->d;
	struct vcpu *v = q->v;
	struct cpu_regs regs = { .rflags = 2 };
	struct hvm_state s;
	int rc = -EINVAL;

	if (ctxt->pad || v == vcpu_current())
		return -EINVAL;

	spin_lock(&d->lock);
	if (v->initialised) {
		rc = -EEXIST;
		goto out;
	}
	hvm->get_state(v, &s); /* what is not given stays as after reset */
	memset(s.seg, 0, sizeof(s.seg));
	s.dr6 = DR6_RESET;
	s.dr7 = DR7_RESET;
	if (ctxt->mode == VCPU_HVM_MODE_32B)
		rc = from_32bit(&ctxt->cpu_regs.x86_32, &s, &regs);
	else if (ctxt->mode == VCPU_HVM_MODE_64B)
		rc = from_64bit(&ctxt->cpu_regs.x86_64, &s, &regs);
	if (!rc)
		rc = hvm_state_check(d, &s, &regs);
	if (rc)
		goto out;
	hvm->set_state(v, &s);
	v->hvm.regs = regs;
	v->initialised = true;
out:
	spin_unlock(&d->lock);
	return rc;
}
