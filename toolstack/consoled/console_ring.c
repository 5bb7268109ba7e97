// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Barriers: the peer's index is read with acquire before the bytes it covers, ours is written
 * with release after them.
 */
#include "consoled/console_ring.h"

#include <string.h>

size_t console_ring_peek(const struct xencons_interface *ring, char out[2048], uint32_t *upto,
			 bool *lied)
{
	uint32_t prod = __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE);
	uint32_t cons = ring->out_cons;
	uint32_t len = prod - cons;
	uint32_t at = MASK_XENCONS_IDX(cons, ring->out);
	uint32_t first = sizeof(ring->out) - at;

	*lied = len > sizeof(ring->out);
	if (*lied)
		len = 0;
	if (first > len)
		first = len;
	memcpy(out, ring->out + at, first);
	memcpy(out + first, ring->out, len - first);
	*upto = prod;
	return len;
}

void console_ring_taken(struct xencons_interface *ring, uint32_t upto)
{
	__atomic_store_n(&ring->out_cons, upto, __ATOMIC_RELEASE);
}

size_t console_ring_give(struct xencons_interface *ring, const char *data, size_t len)
{
	uint32_t cons = __atomic_load_n(&ring->in_cons, __ATOMIC_ACQUIRE);
	uint32_t prod = ring->in_prod;
	uint32_t used = prod - cons;
	size_t done = 0;

	if (used > sizeof(ring->in))
		return 0;
	while (done < len && used + done < sizeof(ring->in)) {
		ring->in[MASK_XENCONS_IDX(prod + done, ring->in)] = data[done];
		done++;
	}
	__atomic_store_n(&ring->in_prod, prod + (uint32_t)done, __ATOMIC_RELEASE);
	return done;
}
