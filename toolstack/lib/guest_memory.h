// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filling the memory of a guest that is being built. Two ways, chosen once per guest: the hypervisor copies
 * from our buffer (XEN_DOMCTL_gdbsx_guestmemio, one hypercall for any length), or, where it does not offer
 * that, we map the guest's pages (two hypercalls a page) and copy ourselves.
 */
#ifndef TOOLSTACK_GUEST_MEMORY_H
#define TOOLSTACK_GUEST_MEMORY_H

#include <stdbool.h>

#include "lib/log.h"
#include "lib/xencall.h"

#define GUEST_MEMORY_WINDOW (2UL * 1024 * 1024)

struct guest_memory {
	struct xencall *xc;
	domid_t domid;
	bool bulk; /* the hypervisor copies */
	uint8_t *bounce; /* GUEST_MEMORY_WINDOW bytes, for what does not come from memory */
};

/* Needs vCPU 0 to exist and the guest's first page to be populated. Returns -1 with errno. */
int guest_memory_open(struct guest_memory *gm, struct xencall *xc, domid_t domid);
void guest_memory_close(struct guest_memory *gm);

/* Guest-physical addresses. The pages must be populated. All return -1 with the reason. */
int guest_memory_write(struct guest_memory *gm, uint64_t at, const void *data, size_t len,
		       struct reason *why);
int guest_memory_zero(struct guest_memory *gm, uint64_t at, size_t len, struct reason *why);
/* The next len bytes of a file. A file that ends early is an error. */
int guest_memory_read_file(struct guest_memory *gm, uint64_t at, int fd, size_t len,
			   struct reason *why);

#endif
