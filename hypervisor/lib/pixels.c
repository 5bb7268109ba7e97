// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows of text on a screen of pixels. A line of pixels is made in memory of ours and copied out as
 * often as a letter's points are high: video memory is slow, and never read. Under the log lock.
 */
#include "pixels.h"

#include "boot_info.h"
#include "lib.h"

#define CELL_WIDTH  (FONT_COLUMNS + 1u) /* in points of the font */
#define CELL_HEIGHT 9u
#define LINE_MAX    32768u
#define GREY        0xaau

static const struct boot_screen *screen;
static uint8_t *start; /* of the first letter */
static unsigned columns, point_width, point_height, pixel_bytes;
static uint32_t colour;
static uint8_t line[LINE_MAX];

static uint32_t shade(unsigned at, unsigned bits)
{
	return (GREY >> (8 - bits)) << at;
}

bool pixels_open(const struct boot_screen *s, void *base, unsigned nr_columns, unsigned rows)
{
	unsigned cell_row = nr_columns * CELL_WIDTH, cell_column = rows * CELL_HEIGHT;

	pixel_bytes = (s->bits + 7u) / 8;
	point_width = MIN(s->width, LINE_MAX / pixel_bytes) / cell_row;
	/* Points are at most twice as high as they are wide. */
	point_height = MIN(s->height / cell_column, 2 * point_width);
	if (!point_width || !point_height)
		return false;
	screen = s;
	columns = nr_columns;
	colour = shade(s->red.at, s->red.bits) | shade(s->green.at, s->green.bits) |
		 shade(s->blue.at, s->blue.bits);
	for (unsigned y = 0; y < s->height; y++)
		memset((uint8_t *)base + (size_t)y * s->pitch, 0, (size_t)s->width * pixel_bytes);
	start = (uint8_t *)base +
		(size_t)((s->height - cell_column * point_height) / 2) * s->pitch +
		(size_t)((s->width - cell_row * point_width) / 2) * pixel_bytes;
	return true;
}

static bool point_is_set(uint16_t cell, unsigned x, unsigned y)
{
	unsigned c = cell & 0xff;

	if (c < ' ' || c > '~')
		c = '?';
	return x < FONT_COLUMNS && y < FONT_ROWS &&
	       (font[c - ' '] >> (8 * (FONT_COLUMNS - 1 - x) + y) & 1);
}

/* Line y of the font's points, for all letters of a row; the bytes that it has. */
static size_t line_make(const uint16_t *cells, unsigned y)
{
	uint8_t *to = line;

	for (unsigned x = 0; x < columns * CELL_WIDTH; x++) {
		uint32_t pixel = 0;

		if (point_is_set(cells[x / CELL_WIDTH], x % CELL_WIDTH, y))
			pixel = colour;
		for (unsigned i = 0; i < point_width; i++) {
			for (unsigned byte = 0; byte < pixel_bytes; byte++)
				*to++ = (uint8_t)(pixel >> 8 * byte);
		}
	}
	return (size_t)(to - line);
}

void pixels_draw_row(unsigned n, const uint16_t *cells)
{
	uint8_t *to = start + (size_t)n * CELL_HEIGHT * point_height * screen->pitch;

	for (unsigned y = 0; y < CELL_HEIGHT; y++) {
		size_t len = line_make(cells, y);

		for (unsigned i = 0; i < point_height; i++, to += screen->pitch)
			memcpy(to, line, len);
	}
}
