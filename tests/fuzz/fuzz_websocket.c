// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other end of a WebSocket, a client or a server: whatever it sends, and in whatever pieces, it
 * is taken or refused.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "transfer/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece = size ? 1 + data[0] : 1;
	uint8_t *copy = malloc(size + 1);
	struct websocket w = { .client = size && data[0] & 1 };
	struct websocket_event e;
	struct reason why = { "" };

	MUST(copy);
	memcpy(copy, data, size);
	for (size_t at = 1; at < size;) {
		size_t len = size - at < piece ? size - at : piece;
		long took = websocket_take(&w, copy + at, len, &e, &why);

		if (took < 0) {
			MUST(why.text[0]);
			break;
		}
		MUST(took > 0 && (size_t)took <= len);
		if (e.kind == WEBSOCKET_DATA)
			MUST(e.len && e.data >= copy && e.data + e.len <= copy + size);
		if (e.kind == WEBSOCKET_ASKED)
			MUST(e.len <= WEBSOCKET_CONTROL);
		at += (size_t)took;
	}
	free(copy);
	return 0;
}
