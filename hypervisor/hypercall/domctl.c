// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_domctl: checks who asks and in which version, finds the domain, and calls the function
 * of the operation (domctl_*.c, by family). One domctl runs at a time: a second caller's is
 * restarted until it is its turn, rather than spinning with interrupts off.
 */
#include "private.h"

#include "atomic.h"

static uint32_t domctl_busy; /* atomic: a domctl is running on some CPU */

/* Operations on an existing domain. may_self: also on the caller's own. */
static const struct operation {
	domctl_fn *fn;
	bool may_self;
} operations[XEN_DOMCTL_set_llc_colors + 1] = {
	[XEN_DOMCTL_destroydomain] = { domctl_destroy, false },
	[XEN_DOMCTL_pausedomain] = { domctl_pause, false },
	[XEN_DOMCTL_unpausedomain] = { domctl_unpause, false },
	[XEN_DOMCTL_max_vcpus] = { domctl_max_vcpus, false },
	[XEN_DOMCTL_max_mem] = { domctl_max_mem, true },
	[XEN_DOMCTL_setdomainhandle] = { domctl_set_handle, true },
	[XEN_DOMCTL_resumedomain] = { domctl_resume, false },
	[XEN_DOMCTL_settimeoffset] = { domctl_time_offset, true },
	[XEN_DOMCTL_setnodeaffinity] = { domctl_node_affinity_set, true },
	[XEN_DOMCTL_getnodeaffinity] = { domctl_node_affinity_get, true },

	[XEN_DOMCTL_setvcpuaffinity] = { domctl_affinity_set, true },
	[XEN_DOMCTL_getvcpuaffinity] = { domctl_affinity_get, true },
	[XEN_DOMCTL_getvcpuinfo] = { domctl_vcpu_info, true },
	[XEN_DOMCTL_setvcpucontext] = { domctl_vcpu_context_set, false },
	[XEN_DOMCTL_getvcpucontext] = { domctl_vcpu_context_get, false },
	[XEN_DOMCTL_get_vcpu_msrs] = { domctl_vcpu_msrs_get, false },
	[XEN_DOMCTL_set_vcpu_msrs] = { domctl_vcpu_msrs_set, false },
	[XEN_DOMCTL_sendtrigger] = { domctl_trigger, true },
	[XEN_DOMCTL_scheduler_op] = { domctl_scheduler, true },

	[XEN_DOMCTL_sethvmcontext] = { domctl_hvm_context_set, false },
	[XEN_DOMCTL_gethvmcontext] = { domctl_hvm_context_get, false },
	[XEN_DOMCTL_gethvmcontext_partial] = { domctl_hvm_context_part, false },
	[XEN_DOMCTL_set_cpu_policy] = { domctl_policy_set, false },
	[XEN_DOMCTL_get_cpu_policy] = { domctl_policy_get, true },
	[XEN_DOMCTL_settscinfo] = { domctl_tsc_set, false },
	[XEN_DOMCTL_gettscinfo] = { domctl_tsc_get, true },
	[XEN_DOMCTL_set_address_size] = { domctl_address_size_set, false },
	[XEN_DOMCTL_get_address_size] = { domctl_address_size_get, true },
	[XEN_DOMCTL_hypercall_init] = { domctl_hypercall_page, false },

	[XEN_DOMCTL_assign_device] = { domctl_assign_device, false },
	[XEN_DOMCTL_test_assign_device] = { domctl_test_assign_device, true },
	[XEN_DOMCTL_deassign_device] = { domctl_deassign_device, false },
	[XEN_DOMCTL_get_device_group] = { domctl_device_group, true },

	[XEN_DOMCTL_getpageframeinfo3] = { domctl_page_types, false },
	[XEN_DOMCTL_shadow_op] = { domctl_shadow, false },
	[XEN_DOMCTL_set_paging_mempool_size] = { domctl_mempool_set, false },
	[XEN_DOMCTL_get_paging_mempool_size] = { domctl_mempool_get, true },
	[XEN_DOMCTL_ioport_permission] = { domctl_ioport_permission, true },
	[XEN_DOMCTL_iomem_permission] = { domctl_iomem_permission, true },
	[XEN_DOMCTL_irq_permission] = { domctl_irq_permission, true },
	[XEN_DOMCTL_gsi_permission] = { domctl_gsi_permission, true },
	[XEN_DOMCTL_setvnumainfo] = { domctl_vnuma_set, false },
	[XEN_DOMCTL_set_llc_colors] = { domctl_llc_colors, false },
};
static const struct operation guest_memory = { domctl_guest_memory, false };

static const struct operation *operation_find(uint32_t cmd)
{
	if (cmd == XEN_DOMCTL_gdbsx_guestmemio)
		return &guest_memory;
	return cmd < ARRAY_SIZE(operations) && operations[cmd].fn ? &operations[cmd] : NULL;
}

/* The id is where the search begins: the answer is the first domain from there on. */
static long get_info(struct xen_domctl *op, bool *copyback)
{
	struct domain *d;

	if (op->domain == DOMID_SELF)
		d = domain_get(DOMID_SELF);
	else
		d = op->domain < DOMID_FIRST_RESERVED ? domain_next(op->domain) : NULL;
	if (!d)
		return -ESRCH;
	domain_info_fill(d, &op->u.getdomaininfo);
	op->domain = d->id;
	domain_put(d);
	*copyback = true;
	return 0;
}

static long run_on_domain(struct xen_domctl *op, bool *copyback)
{
	const struct operation *o = operation_find(op->cmd);
	struct domain *d;
	long rc;

	if (!o)
		return unknown("domctl", op->cmd);
	rc = target_get(op->domain, &d);
	if (rc)
		return rc;
	if (d == domain_current() && !o->may_self)
		rc = -EINVAL;
	else if (d->is_dying && o->fn != domctl_destroy)
		rc = -ESRCH;
	else
		rc = o->fn(d, op, copyback);
	domain_put(d);
	return rc;
}

static long domctl_run(struct xen_domctl *op, bool *copyback)
{
	switch (op->cmd) {
	case XEN_DOMCTL_createdomain: *copyback = true; return domctl_createdomain(op);
	case XEN_DOMCTL_getdomaininfo: return get_info(op, copyback);
	default: return run_on_domain(op, copyback);
	}
}

long do_domctl(uint64_t arg)
{
	struct xen_domctl op;
	bool copyback = false;
	long rc;

	if (!domain_current()->is_control)
		return -EPERM;
	if (guest_copy_from(&op, arg, sizeof(op)))
		return -EFAULT;
	if (op.interface_version != XEN_DOMCTL_INTERFACE_VERSION)
		return -EACCES;
	if (op._pad[0] | op._pad[1] | op._pad[2])
		return -EINVAL;
	if (atomic_xchg(&domctl_busy, 1))
		return -ERESTART;
	rc = domctl_run(&op, &copyback);
	atomic_set(&domctl_busy, 0);
	if (copyback && guest_copy_to(arg, &op, sizeof(op)))
		rc = -EFAULT;
	return rc;
}
