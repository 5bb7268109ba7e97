// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_memory_op: dispatch, and the questions that need no more than a line. Frames given and
 * taken: memory_reservation.c; frames placed: memory_physmap.c; memory maps: memory_map.c.
 */
#include "private.h"

#include "abi/memory.h"
#include "host.h"
#include "mm.h"
#include "p2m.h"

static long reservation_query(unsigned op, uint64_t arg)
{
	struct xen_memory_domain m;
	struct domain *d;
	long rc;

	if (guest_copy_from(&m, arg, sizeof(m)))
		return -EFAULT;
	rc = target_get(m.domid, &d);
	if (rc)
		return rc;
	switch (op) {
	case XENMEM_current_reservation: rc = (long)d->tot_pages; break;
	case XENMEM_maximum_reservation: rc = (long)d->max_pages; break;
	case XENMEM_maximum_gpfn: rc = (long)d->p2m.max_gfn; break;
	}
	domain_put(d);
	return rc;
}

/*
 * A toolstack makes sure that a domain's memory is there before it starts to take it. Domains are
 * built one after the other, so looking is enough: nothing is set aside.
 */
static long claim_pages(uint64_t arg)
{
	struct xen_memory_reservation r;
	struct domain *d;
	long rc;

	if (!domain_current()->is_control)
		return -EPERM;
	if (guest_copy_from(&r, arg, sizeof(r)))
		return -EFAULT;
	if (r.extent_start || r.extent_order || r.mem_flags)
		return -EINVAL;
	rc = target_get(r.domid, &d);
	if (rc)
		return rc;
	/* 0 gives the rest of a claim back. */
	if (r.nr_extents > d->tot_pages && r.nr_extents - d->tot_pages > heap_free_frames())
		rc = -ENOMEM;
	domain_put(d);
	return rc;
}

/*
 * The target of memory that is populated on demand: nothing is, so there is nothing to change. But
 * libxl sets one for each change of a guest's size, and gives up where it cannot.
 */
static long pod_target(uint64_t arg)
{
	struct xen_pod_target t;
	struct domain *d;
	long rc;

	if (!domain_current()->is_control)
		return -EPERM;
	if (guest_copy_from(&t, arg, sizeof(t)))
		return -EFAULT;
	rc = target_get_live(t.domid, &d);
	if (rc)
		return rc;
	t.tot_pages = d->tot_pages;
	t.pod_cache_pages = 0;
	t.pod_entries = 0;
	domain_put(d);
	return guest_copy_to(arg, &t, sizeof(t));
}

/* Regions that an assigned device insists on. Without an IOMMU no device is assigned. */
static long reserved_device_memory(uint64_t arg)
{
	struct xen_reserved_device_memory_map m;

	if (!domain_current()->is_control)
		return -EPERM;
	if (guest_copy_from(&m, arg, sizeof(m)))
		return -EFAULT;
	m.nr_entries = 0;
	return guest_copy_to(arg, &m, sizeof(m));
}

long do_memory_op(unsigned cmd, uint64_t arg)
{
	unsigned op = cmd & MEMOP_COMMAND_MASK;
	uint64_t start = cmd >> MEMOP_PROGRESS_SHIFT;

	switch (op) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap: return memory_reservation(op, arg, start);
	case XENMEM_add_to_physmap_batch: return memory_add_to_physmap_batch(arg, start);
	}
	if (start)
		return -EINVAL;
	switch (op) {
	case XENMEM_maximum_ram_page: return (long)host_max_mfn();
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn: return reservation_query(op, arg);
	case XENMEM_add_to_physmap: return memory_add_to_physmap(arg);
	case XENMEM_remove_from_physmap: return memory_remove_from_physmap(arg);
	case XENMEM_acquire_resource: return memory_acquire_resource(arg);
	case XENMEM_memory_map: return memory_get_map(arg);
	case XENMEM_set_memory_map: return memory_set_map(arg);
	case XENMEM_machine_memory_map: return memory_get_machine_map(arg);
	case XENMEM_set_pod_target:
	case XENMEM_get_pod_target: return pod_target(arg);
	case XENMEM_claim_pages: return claim_pages(arg);
	case XENMEM_reserved_device_memory_map: return reserved_device_memory(arg);
	case XENMEM_get_vnumainfo: return memory_get_vnuma(arg);
	case XENMEM_get_sharing_freed_pages:
	case XENMEM_get_sharing_shared_pages: return 0;
	default: return unknown("memory_op", op);
	}
}
