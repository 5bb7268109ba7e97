// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screen, 80 by 25, as a console: the VGA's text, or letters drawn in pixels, whichever the
 * firmware left. Drawn in a copy first, of which the rows that changed are copied out once per
 * write: video memory is slow, and reading it back to scroll is slower. All of it under the log
 * lock.
 */
#include "boot_info.h"
#include "console.h"
#include "io.h"
#include "lib.h"
#include "mm.h"
#include "pixels.h"

#define COLUMNS    80u
#define ROWS       25u
#define TEXT_BASE  0xb8000UL
#define ATTRIBUTE  0x0700u /* light grey on black */
#define CRTC_INDEX 0x3d4
#define CRTC_DATA  0x3d5
#define MAPPED     (4UL << 30) /* at the time when a console is wanted */

static uint16_t screen[ROWS][COLUMNS];
static unsigned row, column;
static bool changed[ROWS];
static enum { TEXT, ESCAPE, SEQUENCE } state; /* of skipping terminal sequences */
static bool in_pixels;

static void clear_row(unsigned r)
{
	for (unsigned c = 0; c < COLUMNS; c++)
		screen[r][c] = ATTRIBUTE | ' ';
	changed[r] = true;
}

static void line_feed(void)
{
	if (++row < ROWS)
		return;
	row = ROWS - 1;
	memmove(screen[0], screen[1], sizeof(screen) - sizeof(screen[0]));
	clear_row(row);
	memset(changed, true, sizeof(changed));
}

static void put(char c)
{
	/* Colours and cursor movements (ESC [ ... letter) are left out, not shown as rubbish. */
	if (state == ESCAPE) {
		state = c == '[' ? SEQUENCE : TEXT;
		return;
	}
	if (state == SEQUENCE) {
		if (c >= '@' && c <= '~')
			state = TEXT;
		return;
	}
	switch (c) {
	case '\033': state = ESCAPE; return;
	case '\n':
		column = 0;
		line_feed();
		return;
	case '\r': column = 0; return;
	case '\b': column -= column > 0; return;
	case '\t': column = (column + 8) & ~7u; break;
	default:
		if ((unsigned char)c < ' ')
			return;
		screen[row][column++] = (uint16_t)(ATTRIBUTE | (unsigned char)c);
		changed[row] = true;
	}
	if (column >= COLUMNS) {
		column = 0;
		line_feed();
	}
}

static void move_cursor(void)
{
	unsigned at = row * COLUMNS + column;

	out8(CRTC_INDEX, 0x0e);
	out8(CRTC_DATA, (uint8_t)(at >> 8));
	out8(CRTC_INDEX, 0x0f);
	out8(CRTC_DATA, (uint8_t)at);
}

static void show_row(unsigned r)
{
	if (in_pixels)
		pixels_draw_row(r, screen[r]);
	else
		memcpy(paddr_to_virt(TEXT_BASE + r * sizeof(screen[r])), screen[r],
		       sizeof(screen[r]));
	changed[r] = false;
}

static void screen_write(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		put(s[i]);
	for (unsigned r = 0; r < ROWS; r++)
		if (changed[r])
			show_row(r);
	if (!in_pixels)
		move_cursor();
}

static struct console_sink screen_sink = { .write = screen_write };

/* True when there are pixels, and letters on them; they may lie where nothing is mapped yet. */
static bool pixels_usable(const struct boot_screen *s)
{
	return s->address + (uint64_t)s->pitch * s->height <= MAPPED &&
	       pixels_open(s, paddr_to_virt(s->address), COLUMNS, ROWS);
}

void screen_init(const struct boot_screen *s)
{
	in_pixels = s->kind == SCREEN_PIXELS;
	if (s->kind == SCREEN_NONE || (in_pixels && !pixels_usable(s)))
		return;
	for (unsigned r = 0; r < ROWS; r++)
		clear_row(r);
	row = column = 0;
	state = TEXT;
	console_register(&screen_sink);
}

void screen_release(void)
{
	console_unregister(&screen_sink);
}
