// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's io/console.h: the page that a guest's console shares with the console daemon. "in"
 * runs to the guest, "out" from it. Indices count up for ever; mask them with the size of their
 * ring.
 */
#ifndef ABI_CONSOLE_H
#define ABI_CONSOLE_H

#include "assert.h"

typedef uint32_t XENCONS_RING_IDX;

#define MASK_XENCONS_IDX(idx, ring) ((idx) & (sizeof(ring) - 1))

struct xencons_interface {
	char in[1024];
	char out[2048];
	XENCONS_RING_IDX in_cons;
	XENCONS_RING_IDX in_prod;
	XENCONS_RING_IDX out_cons;
	XENCONS_RING_IDX out_prod;
};

ABI_SIZE(struct xencons_interface, 3088);
ABI_OFFSET(struct xencons_interface, out_prod, 3084);

#endif
