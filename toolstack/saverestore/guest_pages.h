// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory of a guest as it stands: which frames it has, and what is in them. Socle copies
 * megabytes in one hypercall; on Xen the frames are mapped.
 */
#ifndef SAVERESTORE_GUEST_PAGES_H
#define SAVERESTORE_GUEST_PAGES_H

#include <stdbool.h>

#include "lib/log.h"
#include "lib/xencall.h"
#include "saverestore/stream_format.h"

struct guest_pages {
	struct xencall *xc;
	domid_t domid;
	uint8_t *buffer; /* STREAM_WINDOW frames */
	bool bulk;       /* Socle's way */
};

/* Returns -1 with the reason. */
int guest_pages_open(struct guest_pages *g, struct xencall *xc, domid_t domid, struct reason *why);
void guest_pages_close(struct guest_pages *g);

/* The highest frame number that the guest has ever had. */
int guest_pages_last(struct guest_pages *g, uint64_t *last, struct reason *why);
/*
 * Looks at STREAM_WINDOW frames from first on: which of them are the guest's own memory. Returns
 * how many.
 */
int guest_pages_look(struct guest_pages *g, uint64_t first, bool present[STREAM_WINDOW],
		     struct reason *why);
/* Reads frame first + i to buffer + i * 4096, for each that is present. */
int guest_pages_read(struct guest_pages *g, uint64_t first, const bool present[STREAM_WINDOW],
		     struct reason *why);

#endif
