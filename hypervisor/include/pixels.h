// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows of text on a screen of pixels (lib/pixels.c, lib/font.c). For one user at a time: the
 * screen's driver, under the log lock.
 */
#ifndef SOCLE_PIXELS_H
#define SOCLE_PIXELS_H

#include "types.h"

struct boot_screen;

#define FONT_COLUMNS 5u
#define FONT_ROWS    8u
#define FONT_LETTERS ('~' - ' ' + 1)
extern const uint64_t font[FONT_LETTERS]; /* a byte for each column, the last one lowest */

/*
 * Blackens the screen, whose memory is at base, and makes the letters as large as so many fit.
 * False, with nothing written, when they do not.
 */
bool pixels_open(const struct boot_screen *s, void *base, unsigned columns, unsigned rows);
/* Row n, of as many characters as columns were asked for; each is in the low byte of its cell. */
void pixels_draw_row(unsigned n, const uint16_t *cells);

#endif
