// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's physical memory map, as XENMEM_set_memory_map stored it for XENMEM_memory_map, and its
 * virtual NUMA nodes.
 */
#ifndef SOCLE_MEMORY_MAP_H
#define SOCLE_MEMORY_MAP_H

#include "abi/memory.h"
#include "domain.h"
#include "types.h"

#define E820_MAX_ENTRIES 128u

struct e820_entry {
	uint64_t addr, size;
	uint32_t type;
} __packed;
_Static_assert(sizeof(struct e820_entry) == 20, "as the BIOS has it");

/* One heap object; struct domain.e820. */
struct e820_map {
	uint32_t nr;
	struct e820_entry entry[E820_MAX_ENTRIES];
};

#define VNUMA_NODES  16u
#define VNUMA_RANGES 32u

/* One heap object; struct domain.vnuma. */
struct vnuma {
	uint32_t nr_nodes, nr_vcpus, nr_ranges;
	uint32_t distance[VNUMA_NODES * VNUMA_NODES];
	uint32_t node_of[MAX_VCPUS];
	struct xen_vmemrange range[VNUMA_RANGES];
};

/* A copy replaces what d had. -EINVAL: an entry wraps around; -E2BIG; -ENOMEM. */
int domain_set_memory_map(struct domain *d, const struct e820_entry *entries, unsigned nr);
/* On destruction. */
void domain_free_memory_map(struct domain *d);

#endif
