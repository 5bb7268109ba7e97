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

static long reservation_query(struct request *q)
{
	switch (q->cmd) {
	case XENMEM_current_reservation: return (long)q->d->tot_pages;
	case XENMEM_maximum_reservation: return (long)q->d->max_pages;
	default: return (long)q->d->p2m.max_gfn;
	}
}

/*
 * A toolstack makes sure that a domain's memory is there before it starts to take it. Domains are
 * built one after the other, so looking is enough: nothing is set aside.
 */
static long claim_pages(struct request *q)
{
	const struct xen_memory_reservation *r = q->arg;
	uint64_t has = q->d->tot_pages;

	if (r->extent_start || r->extent_order || r->mem_flags)
		return -EINVAL;
	/* 0 gives the rest of a claim back. */
	return r->nr_extents > has && r->nr_extents - has > heap_free_frames() ? -ENOMEM : 0;
}

/*
 * The target of memory that is populated on demand: nothing is, so there is nothing to change. But
 * libxl sets one for each change of a guest's size, and gives up where it cannot.
 */
static long pod_target(struct request *q)
{
	struct xen_pod_target *t = q->arg;

	t->tot_pages = q->d->tot_pages;
	t->pod_cache_pages = 0;
	t->pod_entries = 0;
	return 0;
}

/* Regions that an assigned device insists on. Without an IOMMU no device is assigned. */
static long reserved_device_memory(struct request *q)
{
	struct xen_reserved_device_memory_map *m = q->arg;

	m->nr_entries = 0;
	return 0;
}

#define WORDS(name)          TAKES(xen_##name), .fields = FIELDS_##name
#define NAMES_IN_WORDS(name) NAMES(xen_##name), .fields = FIELDS_##name

static const struct operation operations[] = {
	[XENMEM_increase_reservation] = { memory_reservation, OP_LIVE | OP_GOES_ON,
					  NAMES_IN_WORDS(memory_reservation) },
	[XENMEM_decrease_reservation] = { memory_reservation, OP_LIVE | OP_GOES_ON,
					  NAMES_IN_WORDS(memory_reservation) },
	[XENMEM_populate_physmap] = { memory_reservation, OP_LIVE | OP_GOES_ON,
				      NAMES_IN_WORDS(memory_reservation) },
	[XENMEM_add_to_physmap_batch] = { memory_add_to_physmap_batch, OP_LIVE | OP_GOES_ON,
					  NAMES_IN_WORDS(add_to_physmap_batch) },
	[XENMEM_add_to_physmap] = { memory_add_to_physmap, OP_LIVE,
				    NAMES_IN_WORDS(add_to_physmap) },
	[XENMEM_remove_from_physmap] = { memory_remove_from_physmap, OP_LIVE,
					 NAMES_IN_WORDS(remove_from_physmap) },
	[XENMEM_set_memory_map] = { memory_set_map, OP_LIVE, NAMES_IN_WORDS(foreign_memory_map) },
	[XENMEM_memory_map] = { memory_get_map, OP_ANSWERS, WORDS(memory_map) },
	[XENMEM_get_vnumainfo] = { memory_get_vnuma, OP_NAMED, NAMES(xen_vnuma_topology_info) },
	[XENMEM_current_reservation] = { reservation_query, OP_NAMED, NAMES(xen_memory_domain) },
	[XENMEM_maximum_reservation] = { reservation_query, OP_NAMED, NAMES(xen_memory_domain) },
	[XENMEM_maximum_gpfn] = { reservation_query, OP_NAMED, NAMES(xen_memory_domain) },

	/* Only from 64-bit mode, as control domains are: their words need no translation. */
	[XENMEM_acquire_resource] = { memory_acquire_resource, OP_CONTROL | OP_LIVE,
				      NAMES(xen_mem_acquire_resource) },
	[XENMEM_machine_memory_map] = { memory_get_machine_map, OP_CONTROL | OP_ANSWERS,
					TAKES(xen_memory_map) },
	[XENMEM_set_pod_target] = { pod_target, OP_CONTROL | OP_LIVE | OP_ANSWERS,
				    NAMES(xen_pod_target) },
	[XENMEM_get_pod_target] = { pod_target, OP_CONTROL | OP_LIVE | OP_ANSWERS,
				    NAMES(xen_pod_target) },
	[XENMEM_claim_pages] = { claim_pages, OP_CONTROL | OP_NAMED,
				 NAMES(xen_memory_reservation) },
	[XENMEM_reserved_device_memory_map] = { reserved_device_memory, OP_CONTROL | OP_ANSWERS,
						TAKES(xen_reserved_device_memory_map) },
};

long do_memory_op(unsigned cmd, uint64_t arg)
{
	struct request q = { .cmd = cmd & MEMOP_COMMAND_MASK,
			     .start = cmd >> MEMOP_PROGRESS_SHIFT,
			     .at = arg };

	switch (cmd) {
	case XENMEM_maximum_ram_page: return (long)host_max_mfn();
	case XENMEM_get_sharing_freed_pages:
	case XENMEM_get_sharing_shared_pages: return 0;
	default: return operation_run(operations, ARRAY_SIZE(operations), "memory_op", &q);
	}
}
