// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_domctl: checks who asks and in which version, finds the domain, and calls the function
 * of the operation (domctl_*.c, by family). One domctl runs at a time: a second caller's is
 * restarted until it is its turn, rather than spinning with interrupts off.
 */
#include "private.h"

#include "atomic.h"

static uint32_t domctl_busy; /* atomic: a domctl is running on some CPU */

/* How an operation is called. */
#define SELF      1u  /* also on the caller's own domain */
#define DYING     2u  /* also on one that is being destroyed */
#define NO_DOMAIN 4u  /* with a null domain: it looks for one, or makes it */
#define PAUSED    8u  /* while the domain does not run */
#define ANSWERS   16u /* and the structure goes back to the caller, whatever came of it */

/* Operations of no more than a line or two. */
static long domctl_simple(struct domain *d, struct xen_domctl *op)
{
	switch (op->cmd) {
	case XEN_DOMCTL_destroydomain: return domain_destroy(d);
	case XEN_DOMCTL_resumedomain: return domain_resume(d);
	case XEN_DOMCTL_soft_reset: return domain_soft_reset(d);
	case XEN_DOMCTL_hypercall_init:
		return hypercall_page_install(d, GFN(op->u.hypercall_init.gmfn));
	/* The width of a PV guest's interface. Others have whatever mode they are in. */
	case XEN_DOMCTL_set_address_size: return op->u.address_size.size == 64 ? 0 : -EINVAL;
	case XEN_DOMCTL_get_address_size: op->u.address_size.size = 64; return 0;
	/* Nested page tables come from the heap as they are needed: there is no pool to size. */
	case XEN_DOMCTL_set_paging_mempool_size:
		return op->u.paging_mempool.size & ~PAGE_MASK ? -EINVAL : 0;
	case XEN_DOMCTL_get_paging_mempool_size:
		op->u.paging_mempool.size = d->p2m.table_frames << PAGE_SHIFT;
		return 0;
	/* Parts of CPUs' caches: libxl 4.20 asks for each domain, and bears no other refusal. */
	case XEN_DOMCTL_set_llc_colors:
	default: return -EOPNOTSUPP;
	}
}

static const struct control {
	uint32_t cmd;
	domctl_fn *fn;
	unsigned how;
} operations[] = {
	{ XEN_DOMCTL_createdomain, domctl_createdomain, NO_DOMAIN | ANSWERS },
	{ XEN_DOMCTL_getdomaininfo, domctl_info, NO_DOMAIN | ANSWERS },
	{ XEN_DOMCTL_destroydomain, domctl_simple, DYING },
	{ XEN_DOMCTL_resumedomain, domctl_simple, 0 },
	{ XEN_DOMCTL_soft_reset, domctl_simple, PAUSED },
	{ XEN_DOMCTL_hypercall_init, domctl_simple, 0 },
	{ XEN_DOMCTL_set_address_size, domctl_simple, 0 },
	{ XEN_DOMCTL_get_address_size, domctl_simple, SELF | ANSWERS },
	{ XEN_DOMCTL_set_paging_mempool_size, domctl_simple, 0 },
	{ XEN_DOMCTL_get_paging_mempool_size, domctl_simple, SELF | ANSWERS },
	{ XEN_DOMCTL_set_llc_colors, domctl_simple, 0 },

	{ XEN_DOMCTL_pausedomain, domctl_pause, 0 },
	{ XEN_DOMCTL_unpausedomain, domctl_pause, 0 },
	{ XEN_DOMCTL_max_vcpus, domctl_max_vcpus, 0 },
	{ XEN_DOMCTL_max_mem, domctl_max_mem, SELF },
	{ XEN_DOMCTL_setdomainhandle, domctl_set_handle, SELF },
	{ XEN_DOMCTL_settimeoffset, domctl_time_offset, SELF },
	{ XEN_DOMCTL_setnodeaffinity, domctl_node_affinity, SELF },
	{ XEN_DOMCTL_getnodeaffinity, domctl_node_affinity, SELF },

	{ XEN_DOMCTL_setvcpuaffinity, domctl_affinity, SELF },
	{ XEN_DOMCTL_getvcpuaffinity, domctl_affinity, SELF },
	{ XEN_DOMCTL_getvcpuinfo, domctl_vcpu_info, SELF | ANSWERS },
	{ XEN_DOMCTL_setvcpucontext, domctl_vcpu_context_set, PAUSED },
	{ XEN_DOMCTL_getvcpucontext, domctl_vcpu_context_get, PAUSED },
	{ XEN_DOMCTL_sendtrigger, domctl_trigger, SELF },
	{ XEN_DOMCTL_scheduler_op, domctl_scheduler, SELF | ANSWERS },

	{ XEN_DOMCTL_sethvmcontext, domctl_hvm_context_set, PAUSED },
	{ XEN_DOMCTL_gethvmcontext, domctl_hvm_context_get, PAUSED | ANSWERS },
	{ XEN_DOMCTL_gethvmcontext_partial, domctl_hvm_context_get, PAUSED | ANSWERS },
	{ XEN_DOMCTL_set_cpu_policy, domctl_policy_set, ANSWERS },
	{ XEN_DOMCTL_get_cpu_policy, domctl_policy_get, SELF | ANSWERS },
	{ XEN_DOMCTL_settscinfo, domctl_tsc_set, 0 },
	{ XEN_DOMCTL_gettscinfo, domctl_tsc_get, SELF | ANSWERS },

	{ XEN_DOMCTL_assign_device, domctl_device, 0 },
	{ XEN_DOMCTL_test_assign_device, domctl_device, SELF },
	{ XEN_DOMCTL_deassign_device, domctl_device, 0 },

	{ XEN_DOMCTL_gdbsx_guestmemio, domctl_guest_memory, ANSWERS },
	{ XEN_DOMCTL_getpageframeinfo3, domctl_page_types, 0 },
	{ XEN_DOMCTL_shadow_op, domctl_shadow, ANSWERS },
	{ XEN_DOMCTL_ioport_permission, domctl_permission, SELF },
	{ XEN_DOMCTL_iomem_permission, domctl_permission, SELF },
	{ XEN_DOMCTL_irq_permission, domctl_permission, SELF },
	{ XEN_DOMCTL_gsi_permission, domctl_permission, SELF },
	{ XEN_DOMCTL_setvnumainfo, domctl_vnuma_set, 0 },
};

static long paused_run(const struct control *o, struct domain *d, struct xen_domctl *op)
{
	long rc;

	domain_pause(d);
	rc = o->fn(d, op);
	domain_unpause(d);
	return rc;
}

static long control_run(const struct control *o, struct xen_domctl *op)
{
	struct domain *d;
	long rc;

	if (o->how & NO_DOMAIN)
		return o->fn(NULL, op);
	rc = target_get(op->domain, &d);
	if (rc)
		return rc;
	if (d == domain_current() && !(o->how & SELF))
		rc = -EINVAL;
	else if (d->is_dying && !(o->how & DYING))
		rc = -ESRCH;
	else
		rc = o->how & PAUSED ? paused_run(o, d, op) : o->fn(d, op);
	domain_put(d);
	return rc;
}

long do_domctl(uint64_t arg)
{
	const struct control *o = operations;
	struct xen_domctl op;
	long rc = control_fetch(&op, sizeof(op), arg, XEN_DOMCTL_INTERFACE_VERSION);

	if (rc)
		return rc;
	if (op._pad[0] | op._pad[1] | op._pad[2])
		return -EINVAL;
	while (o->cmd != op.cmd)
		if (++o == operations + ARRAY_SIZE(operations))
			return unknown("domctl", op.cmd);
	if (atomic_xchg(&domctl_busy, 1))
		return -ERESTART;
	rc = control_run(o, &op);
	atomic_set(&domctl_busy, 0);
	if ((o->how & ANSWERS) && guest_copy_to(arg, &op, sizeof(op)))
		rc = -EFAULT;
	return rc;
}
