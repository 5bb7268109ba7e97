// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The console ring, in a page that the guest fills as it likes. Input: indices, then bytes to send.
 */
#include "fuzz.h"

#include <string.h>

#include "consoled/console_ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xencons_interface *ring;
	uint32_t index[4], prod;
	char *out;
	size_t len;
	uint32_t upto;
	bool lied;

	if (size < sizeof(index))
		return 0;
	memcpy(index, data, sizeof(index));
	data += sizeof(index);
	size -= sizeof(index);
	/* From the heap and exactly as large as they are, so that a byte too far is seen. */
	ring = calloc(1, sizeof(*ring));
	out = malloc(2048);
	ring->in_cons = index[0];
	ring->in_prod = index[1];
	ring->out_cons = index[2];
	ring->out_prod = index[3];

	len = console_ring_peek(ring, out, &upto, &lied);
	console_ring_taken(ring, upto);
	MUST(len == (lied ? 0 : index[3] - index[2]) && len <= 2048);
	MUST(lied == (index[3] - index[2] > 2048));
	MUST(ring->out_cons == index[3]);

	prod = ring->in_prod;
	len = console_ring_give(ring, (const char *)data, size);
	MUST(len <= size && ring->in_prod == prod + (uint32_t)len);
	MUST(!len || ring->in_prod - ring->in_cons <= sizeof(ring->in));
	free(out);
	free(ring);
	return 0;
}
