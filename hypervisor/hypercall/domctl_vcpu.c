// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, what concerns single vCPUs: where and how much they run, and their registers. Serialised
 * by domctl.c, which also pauses the domain whose registers are touched.
 */
#include "private.h"

#include "hvm.h"
#include "hvm_context.h"

/* --- scheduling ------------------------------------------------------------------------------- */

/* Of CPUs that exist: the default is "all there can ever be". */
static int cpus_to_guest(const struct xenctl_bitmap *map, const struct cpu_mask *m)
{
	struct cpu_mask online;

	cpuset_all(&online);
	for (unsigned i = 0; i < ARRAY_SIZE(online.bits); i++)
		online.bits[i] &= m->bits[i];
	return bitmap_to_guest(map, &online);
}

/* Sets and gets: the caller learns what is in force now, in its own maps. */
long domctl_affinity(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
	const bool set = op->cmd == XEN_DOMCTL_setvcpuaffinity;
	const bool hard = a->flags & XEN_VCPUAFFINITY_HARD;
	const bool soft = a->flags & XEN_VCPUAFFINITY_SOFT;
	struct vcpu *v = domain_vcpu(d, a->vcpu);
	struct cpu_mask new_hard, new_soft;
	int rc = 0;

	if (!v)
		return -ESRCH;
	if (set && !hard && !soft)
		return -EINVAL;
	if (set && hard)
		rc = bitmap_from_guest(&a->cpumap_hard, &new_hard);
	if (!rc && set && soft)
		rc = bitmap_from_guest(&a->cpumap_soft, &new_soft);
	if (!rc && set)
		rc = sched_set_affinity(v, hard ? &new_hard : NULL, soft ? &new_soft : NULL);
	if (!rc && hard)
		rc = cpus_to_guest(&a->cpumap_hard, &v->sched.affinity_hard);
	if (!rc && soft)
		rc = cpus_to_guest(&a->cpumap_soft, &v->sched.affinity_soft);
	return rc;
}

long domctl_vcpu_info(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
	struct vcpu *v = domain_vcpu(d, info->vcpu);
	struct vcpu_runstate_info r;
	uint32_t pause;

	if (!v)
		return -ESRCH;
	pause = READ_ONCE(v->pause_flags);
	runstate_get(v, &r);
	info->online = !(pause & VCPU_PAUSE_DOWN);
	info->blocked = !!(pause & VCPU_PAUSE_BLOCKED);
	info->running = READ_ONCE(v->running);
	info->cpu_time = r.time[0 /* RUNSTATE_running */];
	info->cpu = v->processor;
	return 0;
}

long domctl_scheduler(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_scheduler_op *s = &op->u.scheduler_op;
	struct sched_params params = d->sched.params;

	if (s->sched_id != XEN_SCHEDULER_CREDIT)
		return -EINVAL;
	switch (s->cmd) {
	case XEN_DOMCTL_SCHEDOP_getinfo:
		s->u.credit.weight = params.weight;
		s->u.credit.cap = params.cap;
		return 0;
	case XEN_DOMCTL_SCHEDOP_putinfo:
		/* Weight 0 and cap ~0 mean: as it is. */
		if (s->u.credit.weight)
			params.weight = s->u.credit.weight;
		if (s->u.credit.cap != UINT16_MAX)
			params.cap = s->u.credit.cap;
		return sched_set_params(d, &params);
	default: return unsupported("domctl scheduler_op", s->cmd);
	}
}

/* --- registers -------------------------------------------------------------------------------- */

#define COPY(name) to->name = from->name

static void registers_pack(const struct cpu_regs *from, const struct hvm_state *s,
			   struct cpu_user_regs *to)
{
	FOR_EACH_CPU_REGISTER(COPY);
	to->cs = s->seg[SEG_CS].selector;
	to->ds = s->seg[SEG_DS].selector;
	to->es = s->seg[SEG_ES].selector;
	to->fs = s->seg[SEG_FS].selector;
	to->gs = s->seg[SEG_GS].selector;
	to->ss = s->seg[SEG_SS].selector;
}

static void context_pack(struct vcpu *v, struct vcpu_guest_context *c)
{
	struct hvm_state s;

	memset(c, 0, sizeof(*c));
	hvm->get_state(v, &s);
	registers_pack(&v->hvm.regs, &s, &c->user_regs);
	memcpy(&c->fpu_ctxt, v->hvm.xsave, sizeof(c->fpu_ctxt));
	c->flags = VGCF_i387_valid;
	if (!(READ_ONCE(v->pause_flags) & VCPU_PAUSE_DOWN))
		c->flags |= VGCF_online;
	c->ctrlreg[0] = s.cr0;
	c->ctrlreg[2] = s.cr2;
	c->ctrlreg[3] = s.cr3;
	c->ctrlreg[4] = s.cr4;
	for (unsigned i = 0; i < ARRAY_SIZE(s.dr); i++)
		c->debugreg[i] = s.dr[i];
	c->debugreg[6] = s.dr6;
	c->debugreg[7] = s.dr7;
	c->fs_base = s.seg[SEG_FS].base;
	c->gs_base_user = s.seg[SEG_GS].base;
	c->gs_base_kernel = s.kernel_gs_base;
}

long domctl_vcpu_context_get(struct domain *d, struct xen_domctl *op)
{
	struct vcpu *v = domain_vcpu(d, op->u.vcpucontext.vcpu);
	/* 5 KiB, too much for our stack; one domctl at a time. */
	static struct vcpu_guest_context c;

	if (!v)
		return -ESRCH;
	if (!v->initialised)
		return -ENODATA;
	context_pack(v, &c);
	return guest_copy_to(op->u.vcpucontext.ctxt, &c, sizeof(c)) ? -EFAULT : 0;
}

/* General registers, rip and rflags; what else a vCPU has is set through sethvmcontext. */
static void registers_unpack(const struct cpu_user_regs *from, struct cpu_regs *to)
{
	FOR_EACH_CPU_REGISTER(COPY);
	to->rflags |= 2;
}

long domctl_vcpu_context_set(struct domain *d, struct xen_domctl *op)
{
	struct vcpu *v = domain_vcpu(d, op->u.vcpucontext.vcpu);
	uint64_t from = op->u.vcpucontext.ctxt;
	struct cpu_user_regs u;
	struct cpu_regs regs;
	struct hvm_state s;
	uint64_t flags;
	int rc;

	if (!v)
		return -ESRCH;
	if (guest_copy_from(&u, from + offsetof(struct vcpu_guest_context, user_regs), sizeof(u)) ||
	    guest_copy_from(&flags, from + offsetof(struct vcpu_guest_context, flags),
			    sizeof(flags)))
		return -EFAULT;
	registers_unpack(&u, &regs);
	hvm->get_state(v, &s);
	rc = hvm_state_check(d, &s, &regs);
	if (!rc) {
		v->hvm.regs = regs;
		v->initialised = true;
		if (flags & VGCF_online)
			vcpu_up(v);
	}
	return rc;
}

long domctl_trigger(struct domain *d, struct xen_domctl *op)
{
	struct vcpu *v = domain_vcpu(d, op->u.sendtrigger.vcpu);

	if (!v)
		return -ESRCH;
	/* Power and sleep buttons would be ACPI events, and a PVH domain has no such device. */
	if (op->u.sendtrigger.trigger != XEN_DOMCTL_SENDTRIGGER_NMI)
		return unsupported("domctl sendtrigger", op->u.sendtrigger.trigger);
	vcpu_nmi(v);
	return 0;
}
