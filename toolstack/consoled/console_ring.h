// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ring in the page that a guest's console shares with us. The guest owns half of the indices
 * and may lie about them; each is read once. Fuzz entry points: peek and give, with any page.
 */
#ifndef CONSOLED_CONSOLE_RING_H
#define CONSOLED_CONSOLE_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/console.h"

/*
 * Copies what the guest has written, at most sizeof(ring->out) bytes into out; it stays in the ring
 * until console_ring_taken() is called with the index that comes back in *upto. *lied is set when
 * the guest's index was impossible; everything is then skipped. Returns how many bytes.
 */
size_t console_ring_peek(const struct xencons_interface *ring, char out[2048], uint32_t *upto,
			 bool *lied);
void console_ring_taken(struct xencons_interface *ring, uint32_t upto);
/* Offers len bytes to the guest; returns how many fitted. */
size_t console_ring_give(struct xencons_interface *ring, const char *data, size_t len);

#endif
