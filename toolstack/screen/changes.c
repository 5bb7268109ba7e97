// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bands of lines; neighbours that changed in the same columns become one rectangle.
 */
#include "screen/changes.h"

#include <string.h>

void changes_add(struct changes *c, uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
	if (!width || !height)
		return;
	for (uint32_t band = y / BAND_LINES; band <= (y + height - 1) / BAND_LINES; band++) {
		if (!c->bands[band].upto || x < c->bands[band].from)
			c->bands[band].from = (uint16_t)x;
		if (x + width > c->bands[band].upto)
			c->bands[band].upto = (uint16_t)(x + width);
	}
}

void changes_merge(struct changes *c, const struct changes *more)
{
	for (uint32_t i = 0; i < NR_BANDS; i++)
		if (more->bands[i].upto)
			changes_add(c, more->bands[i].from, i * BAND_LINES,
				    more->bands[i].upto - more->bands[i].from, 1);
}

bool changes_any(const struct changes *c)
{
	for (size_t i = 0; i < NR_BANDS; i++)
		if (c->bands[i].upto)
			return true;
	return false;
}

void changes_clear(struct changes *c)
{
	memset(c, 0, sizeof(*c));
}

static uint16_t least(uint32_t a, uint32_t b)
{
	return (uint16_t)(a < b ? a : b);
}

/* The rectangle of one band; false: nothing of it is in the picture. */
static bool band_rect(const struct changes *c, size_t band, uint32_t width, uint32_t height,
		      struct view_rect *r)
{
	uint32_t y = (uint32_t)band * BAND_LINES;
	uint16_t upto = least(c->bands[band].upto, width);

	if (upto <= c->bands[band].from || y >= height)
		return false;
	r->x = c->bands[band].from;
	r->y = (uint16_t)y;
	r->width = (uint16_t)(upto - r->x);
	r->height = least(BAND_LINES, height - y);
	return true;
}

/* Makes a into what holds both; b is below it. */
static void join(struct view_rect *a, const struct view_rect *b)
{
	uint16_t upto = (uint16_t)(a->x + a->width);

	if (b->x + b->width > upto)
		upto = (uint16_t)(b->x + b->width);
	a->x = least(a->x, b->x);
	a->width = (uint16_t)(upto - a->x);
	a->height = (uint16_t)(b->y + b->height - a->y);
}

size_t changes_take(struct changes *c, uint32_t width, uint32_t height, struct view_rect *rects,
		    size_t max)
{
	size_t nr = 0;

	for (size_t band = 0; band < NR_BANDS; band++) {
		struct view_rect r, *last = nr ? &rects[nr - 1] : NULL;

		if (!band_rect(c, band, width, height, &r))
			continue;
		if (last && (nr == max || (last->y + last->height == r.y && last->x == r.x &&
					   last->width == r.width)))
			join(last, &r);
		else
			rects[nr++] = r;
	}
	changes_clear(c);
	return nr;
}
