// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Giving a new guest its memory, and telling it what it has.
 */
#ifndef TOOLSTACK_DOMAIN_MEMORY_H
#define TOOLSTACK_DOMAIN_MEMORY_H

#include "builder/layout.h"
#include "lib/xencall.h"

/* Whether the host has enough for this plan: told before a domain is made, and in no time. */
int domain_memory_check(struct xencall *xc, const struct guest_layout *lay, struct reason *why);
/* Frames one after the other, in 2 MB extents where possible. Returns -1: out of memory. */
int domain_memory_populate_range(struct xencall *xc, domid_t domid, uint64_t gfn, uint64_t pages);
/* RAM, the ACPI pages, and the two special pages. Returns -1 with the reason. */
int domain_memory_populate(struct xencall *xc, domid_t domid, const struct guest_layout *lay,
			   struct reason *why);
/* Limits the domain to what it has. Returns -1 with the reason. */
int domain_memory_seal(struct xencall *xc, domid_t domid, struct reason *why);
/* The map that the guest's XENMEM_memory_map answers with. */
int domain_memory_set_map(struct xencall *xc, domid_t domid, const struct guest_layout *lay,
			  struct reason *why);

#endif
