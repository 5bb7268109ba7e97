// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filling the memory of a guest that is being built. The hypervisor does the copying; there are
 * two ways to ask for it, chosen once per guest:
 *
 * - lib/guest_copy.h: one hypercall for any length, on Socle.
 * - Grant copy: entries of the guest's own grant table are pointed at the pages to be written, 2
 *   MB at a time.
 *
 * Mapping the pages instead would cost two hypercalls for each of them.
 */
#ifndef TOOLSTACK_GUEST_MEMORY_H
#define TOOLSTACK_GUEST_MEMORY_H

#include <stdbool.h>

#include "lib/grant_table.h"
#include "lib/log.h"
#include "lib/xencall.h"

struct guest_memory {
	struct xencall *xc;
	domid_t domid;
	bool bulk;                    /* the first way */
	struct grant_entry_v1 *table; /* the caller's; for the second */
	int gntdev;                   /* for the second */
	uint8_t *bounce;              /* for what does not come from memory */
};

/* Needs vCPU 0 to exist, and page 0 of the guest to be populated. Returns -1 with errno. */
int guest_memory_open(struct guest_memory *gm, struct xencall *xc, domid_t domid,
		      struct grant_entry_v1 *table);
/* Leaves no grant behind. */
void guest_memory_close(struct guest_memory *gm);

/* Guest-physical addresses. The pages must be populated. All return -1 with the reason. */
int guest_memory_write(struct guest_memory *gm, uint64_t at, const void *data, size_t len,
		       struct reason *why);
int guest_memory_zero(struct guest_memory *gm, uint64_t at, size_t len, struct reason *why);
/* The next len bytes of a file. A file that ends early is an error. */
int guest_memory_read_file(struct guest_memory *gm, uint64_t at, int fd, size_t len,
			   struct reason *why);

#endif
