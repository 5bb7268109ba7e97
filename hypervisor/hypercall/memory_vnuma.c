// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's virtual NUMA nodes: XEN_DOMCTL_setvnumainfo stores them, XENMEM_get_vnumainfo tells
 * the domain of them. Set once, so that readers need no lock; gone with the domain.
 */
#include "private.h"

#include "abi/memory.h"
#include "atomic.h"
#include "memory_map.h"
#include "mm.h"

static bool plausible(const struct vnuma *n)
{
	for (unsigned i = 0; i < n->nr_vcpus; i++)
		if (n->node_of[i] >= n->nr_nodes)
			return false;
	for (unsigned i = 0; i < n->nr_ranges; i++)
		if (n->range[i].nid >= n->nr_nodes || n->range[i].flags ||
		    n->range[i].start >= n->range[i].end)
			return false;
	return true;
}

/* The machine's nodes behind them are not asked for: memory is taken from where it is. */
long domctl_vnuma_set(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_vnuma *u = &op->u.vnuma;
	struct vnuma *n;
	long rc = -EINVAL;

	if (u->pad || !u->nr_vnodes || u->nr_vnodes > VNUMA_NODES ||
	    u->nr_vmemranges > VNUMA_RANGES || u->nr_vcpus != d->max_vcpus)
		return -EINVAL;
	n = object_alloc(sizeof(*n));
	if (!n)
		return -ENOMEM;
	n->nr_nodes = u->nr_vnodes;
	n->nr_vcpus = u->nr_vcpus;
	n->nr_ranges = u->nr_vmemranges;
	if (guest_copy_from(n->distance, u->vdistance, n->nr_nodes * n->nr_nodes * 4) ||
	    guest_copy_from(n->node_of, u->vcpu_to_vnode, n->nr_vcpus * 4) ||
	    guest_copy_from(n->range, u->vmemrange, n->nr_ranges * sizeof(n->range[0])))
		rc = -EFAULT;
	else if (plausible(n))
		rc = atomic_cmpxchg(&d->vnuma, NULL, n) ? 0 : -EEXIST;
	if (rc)
		object_free(n, sizeof(*n));
	return rc;
}

/* Too little room: -ENOBUFS, and how much it takes. */
long memory_get_vnuma(struct request *q)
{
	struct xen_vnuma_topology_info *t = q->arg;
	const struct vnuma *n = atomic_read(&q->d->vnuma);
	bool fits;

	if (t->pad)
		return -EINVAL;
	if (!n)
		return -EOPNOTSUPP;
	fits = t->nr_vnodes >= n->nr_nodes && t->nr_vcpus >= n->nr_vcpus &&
	       t->nr_vmemranges >= n->nr_ranges;
	t->nr_vnodes = n->nr_nodes;
	t->nr_vcpus = n->nr_vcpus;
	t->nr_vmemranges = n->nr_ranges;
	if (request_answer(q))
		return -EFAULT;
	if (!fits)
		return -ENOBUFS;
	if (guest_copy_to(t->vdistance.h, n->distance, n->nr_nodes * n->nr_nodes * 4) ||
	    guest_copy_to(t->vcpu_to_vnode.h, n->node_of, n->nr_vcpus * 4) ||
	    guest_copy_to(t->vmemrange.h, n->range, n->nr_ranges * sizeof(n->range[0])))
		return -EFAULT;
	return 0;
}
