// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A ring without readers: they carry their own positions, so a slow one costs nothing.
 */
#include "consoled/history.h"

#include <string.h>

void history_add(struct history *h, const char *data, size_t len)
{
	while (len) {
		size_t at = h->end % HISTORY_SIZE;
		size_t part = HISTORY_SIZE - at < len ? HISTORY_SIZE - at : len;

		memcpy(h->data + at, data, part);
		h->end += part;
		data += part;
		len -= part;
	}
}

uint64_t history_back(const struct history *h, uint64_t back)
{
	uint64_t kept = h->end < HISTORY_SIZE ? h->end : HISTORY_SIZE;

	return h->end - (back < kept ? back : kept);
}

size_t history_peek(const struct history *h, uint64_t *at, const char **data, uint64_t *missed)
{
	uint64_t oldest = history_back(h, HISTORY_SIZE);
	size_t offset, len;

	*missed = 0;
	if (*at < oldest) {
		*missed = oldest - *at;
		*at = oldest;
	}
	offset = *at % HISTORY_SIZE;
	len = h->end - *at;
	*data = h->data + offset;
	return len < HISTORY_SIZE - offset ? len : HISTORY_SIZE - offset;
}
