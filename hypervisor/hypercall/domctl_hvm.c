// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, what a hardware-assisted domain starts with or is saved as: HVM context, CPUID policy,
 * TSC mode. Serialised by domctl.c, which also pauses the domain whose context is touched.
 */
#include "private.h"

#include "abi/cpuid.h"
#include "cpuid.h"
#include "host.h"
#include "hvm.h"
#include "hvm_context.h"
#include "mm.h"

/* --- context ---------------------------------------------------------------------------------- */

long domctl_hvm_context_set(struct domain *d, struct xen_domctl *op)
{
	uint32_t size = op->u.hvmcontext.size;
	uint8_t *data;
	int rc;

	if (!size || size > HVM_CONTEXT_MAX)
		return -EINVAL;
	data = object_alloc(size);
	if (!data)
		return -ENOMEM;
	rc = guest_copy_from(data, op->u.hvmcontext.buffer, size);
	if (!rc)
		rc = hvm_context_load(d, data, size);
	object_free(data, size);
	return rc;
}

/* The whole, or one record without its descriptor. Null buffer: just the room that it takes. */
long domctl_hvm_context_get(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_hvmcontext_partial *part = &op->u.hvmcontext_partial;
	struct xen_domctl_hvmcontext *whole = &op->u.hvmcontext;
	const bool one = op->cmd == XEN_DOMCTL_gethvmcontext_partial;
	const uint64_t to = one ? part->buffer : whole->buffer;
	size_t room = hvm_context_size(d), used = room;
	uint8_t *data = object_alloc(room);
	int rc = 0;

	if (!data)
		return -ENOMEM;
	if (one)
		rc = hvm_context_save_one(d, part->type, part->instance, data, room, &used);
	else if (to)
		rc = hvm_context_save(d, data, room, &used);
	if (!rc && to && used > (one ? part->bufsz : whole->size))
		rc = -ENOSPC;
	else if (!rc && to)
		rc = guest_copy_to(to, data, used);
	if (one)
		part->bufsz = used;
	else
		whole->size = (uint32_t)used;
	object_free(data, room);
	return rc;
}

/* --- CPUID policy ----------------------------------------------------------------------------- */

/* The model-specific registers that belong to a policy; each guest reads 0 from them. */
static const uint32_t policy_msrs[] = {
	0xce,  /* PLATFORM_INFO */
	0x10a, /* ARCH_CAPABILITIES */
};

struct leaf_sink {
	uint64_t to; /* guest-linear; 0: count only */
	unsigned room;
};

static int leaf_emit(void *ctx, unsigned index, const struct xen_cpuid_leaf *leaf)
{
	const struct leaf_sink *s = ctx;

	if (!s->to)
		return 0;
	if (index >= s->room)
		return -ENOBUFS;
	return guest_array_to(s->to, index, leaf) ? -EFAULT : 0;
}

int policy_to_guest(const struct cpuid_policy *p, uint64_t leaves, uint32_t *nr_leaves,
		    uint64_t msrs, uint32_t *nr_msrs)
{
	struct leaf_sink sink = { .to = leaves, .room = *nr_leaves };
	unsigned nr;
	int rc = cpuid_policy_serialise(p, leaf_emit, &sink, &nr);

	if (rc)
		return rc;
	*nr_leaves = nr;
	for (unsigned i = 0; msrs && i < ARRAY_SIZE(policy_msrs); i++) {
		struct xen_msr_entry e = { .idx = policy_msrs[i] };

		if (i >= *nr_msrs)
			return -ENOBUFS;
		if (guest_array_to(msrs, i, &e))
			return -EFAULT;
	}
	*nr_msrs = ARRAY_SIZE(policy_msrs);
	return 0;
}

long domctl_policy_get(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_cpu_policy *c = &op->u.cpu_policy;

	return policy_to_guest(d->hvm.cpuid, c->leaves, &c->nr_leaves, c->msrs, &c->nr_msrs);
}

static int leaves_take(struct cpuid_policy *p, struct xen_domctl_cpu_policy *c)
{
	struct xen_cpuid_leaf leaf;
	int rc;

	for (uint32_t i = 0; i < c->nr_leaves; i++) {
		if (guest_array_from(&leaf, c->leaves, i))
			return -EFAULT;
		rc = cpuid_policy_set_leaf(p, &leaf);
		if (rc) {
			c->err_leaf = leaf.leaf;
			c->err_subleaf = leaf.subleaf;
			return rc;
		}
	}
	return 0;
}

static int msrs_take(struct xen_domctl_cpu_policy *c)
{
	struct xen_msr_entry e;

	for (uint32_t i = 0; i < c->nr_msrs; i++) {
		bool known = false;

		if (guest_array_from(&e, c->msrs, i))
			return -EFAULT;
		for (unsigned k = 0; k < ARRAY_SIZE(policy_msrs); k++)
			known = known || policy_msrs[k] == e.idx;
		if (!known || e.flags || e.val) {
			c->err_msr = e.idx;
			return known ? -EINVAL : -ERANGE;
		}
	}
	return 0;
}

static bool has_run(const struct domain *d)
{
	struct vcpu *v;

	for_each_vcpu(d, v)
		if (v->runstate.time[0] || READ_ONCE(v->running))
			return true;
	return false;
}

long domctl_policy_set(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_cpu_policy *c = &op->u.cpu_policy;
	/* Too large for our stack; one domctl at a time. */
	static struct cpuid_policy changed, max;
	int rc;

	c->err_leaf = c->err_subleaf = XEN_CPUID_INPUT_UNUSED;
	c->err_msr = ~0u;
	if (c->nr_leaves > 1024 || c->nr_msrs > 64)
		return -E2BIG;
	/* The guest has seen it. */
	if (has_run(d))
		return -EEXIST;
	memcpy(&changed, d->hvm.cpuid, sizeof(changed));
	rc = leaves_take(&changed, c);
	if (!rc)
		rc = msrs_take(c);
	if (rc)
		return rc;
	cpuid_policy_fill(&max, CPUID_MAX);
	rc = cpuid_policy_check(&changed, &max, &c->err_leaf, &c->err_subleaf);
	if (rc)
		return rc;
	c->err_leaf = c->err_subleaf = XEN_CPUID_INPUT_UNUSED;
	memcpy(d->hvm.cpuid, &changed, sizeof(changed));
	return 0;
}

/* --- TSC -------------------------------------------------------------------------------------- */

/* The counter is the hardware's, with an offset. Elapsed time travels in the CPU record's tsc. */
long domctl_tsc_set(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_tsc_info *t = &op->u.tsc_info;

	if (t->pad)
		return -EINVAL;
	if (t->tsc_mode != XEN_CPUID_TSC_MODE_DEFAULT &&
	    t->tsc_mode != XEN_CPUID_TSC_MODE_NEVER_EMULATE)
		return unsupported("TSC mode", t->tsc_mode);
	/* Within a ten-thousandth it is the same clock; else it would need scaling. */
	if (t->gtsc_khz && (t->gtsc_khz < host_tsc_khz() - host_tsc_khz() / 10000 ||
			    t->gtsc_khz > host_tsc_khz() + host_tsc_khz() / 10000))
		log_domain(d, LOG_WARN, "its TSC ran at %u kHz, here it runs at %u kHz",
			   t->gtsc_khz, host_tsc_khz());
	return 0;
}

long domctl_tsc_get(struct domain *d, struct xen_domctl *op)
{
	op->u.tsc_info = (struct xen_domctl_tsc_info){
		.tsc_mode = XEN_CPUID_TSC_MODE_NEVER_EMULATE,
		.gtsc_khz = host_tsc_khz(),
		.elapsed_nsec = time_now(),
	};
	return 0;
}
