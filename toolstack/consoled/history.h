// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last bytes of one console, for readers who come at any time and read at any speed.
 * Positions count up from the first byte ever; a reader keeps its own, and learns how much it has
 * missed.
 */
#ifndef CONSOLED_HISTORY_H
#define CONSOLED_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#define HISTORY_SIZE 32768 /* a power of two */

struct history {
	uint64_t end; /* position after the newest byte */
	char data[HISTORY_SIZE];
};

void history_add(struct history *h, const char *data, size_t len);
/* The position `back` bytes before the end, or the oldest one there is. */
uint64_t history_back(const struct history *h, uint64_t back);
/*
 * A contiguous piece from *at on; *at is moved up first if what was there is gone, and *missed
 * says by how much. Returns its length, 0 at the end. The caller adds to *at what it has used.
 */
size_t history_peek(const struct history *h, uint64_t *at, const char **data, uint64_t *missed);

#endif
