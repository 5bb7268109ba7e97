// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which parts of a picture have changed since somebody was told: for each band of lines the columns
 * from the first to the last that did. Small, of one size whatever happens, and good enough for
 * text.
 */
#ifndef SCREEN_CHANGES_H
#define SCREEN_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/wire.h"

#define BAND_LINES 16
#define NR_BANDS   (SCREEN_SIDE_MAX / BAND_LINES)

struct changes {
	struct {
		uint16_t from, upto; /* columns; upto 0: none */
	} bands[NR_BANDS];
};

/* The rectangle lies within SCREEN_SIDE_MAX in both directions. */
void changes_add(struct changes *c, uint32_t x, uint32_t y, uint32_t width, uint32_t height);
void changes_merge(struct changes *c, const struct changes *more);
bool changes_any(const struct changes *c);
void changes_clear(struct changes *c);
/*
 * As rectangles of a picture of this size, the last of which takes all that is left when there are
 * too many. Returns how many, and clears.
 */
size_t changes_take(struct changes *c, uint32_t width, uint32_t height, struct view_rect *rects,
		    size_t max);

#endif
