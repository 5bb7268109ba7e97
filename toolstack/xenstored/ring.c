// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The domain's index is read once, with acquire; ours is written with release, after the bytes.
 */
#include "xenstored/ring.h"

#include <string.h>

size_t ring_peek(const struct xenstore_domain_interface *ring, uint32_t cons, char *to, size_t room,
		 bool *lied)
{
	uint32_t prod = __atomic_load_n(&ring->req_prod, __ATOMIC_ACQUIRE);
	uint32_t len = prod - cons;
	uint32_t at = MASK_XENSTORE_IDX(cons);
	uint32_t first = XENSTORE_RING_SIZE - at;

	*lied = len > XENSTORE_RING_SIZE;
	if (*lied)
		return 0;
	if (len > room)
		len = (uint32_t)room;
	if (first > len)
		first = len;
	memcpy(to, ring->req + at, first);
	memcpy(to + first, ring->req, len - first);
	return len;
}

void ring_taken(struct xenstore_domain_interface *ring, uint32_t cons)
{
	__atomic_store_n(&ring->req_cons, cons, __ATOMIC_RELEASE);
	/* Whoever writes now sees that, or else we see what it has written. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

size_t ring_give(struct xenstore_domain_interface *ring, uint32_t *prod, const void *data,
		 size_t len, bool *lied)
{
	uint32_t cons = __atomic_load_n(&ring->rsp_cons, __ATOMIC_ACQUIRE);
	uint32_t used = *prod - cons;
	uint32_t at = MASK_XENSTORE_IDX(*prod);
	uint32_t first = XENSTORE_RING_SIZE - at;

	*lied = used > XENSTORE_RING_SIZE;
	if (*lied)
		return 0;
	if (len > XENSTORE_RING_SIZE - used)
		len = XENSTORE_RING_SIZE - used;
	if (first > len)
		first = (uint32_t)len;
	memcpy(ring->rsp + at, data, first);
	memcpy(ring->rsp, (const char *)data + first, len - first);
	*prod += (uint32_t)len;
	__atomic_store_n(&ring->rsp_prod, *prod, __ATOMIC_RELEASE);
	return len;
}
