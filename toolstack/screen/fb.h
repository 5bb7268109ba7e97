// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page that a guest's framebuffer shares with us: what is in it is the guest's, changes under
 * our hands, and is read once and checked. Knows no mapping. Fuzz entry points: all of it, with any
 * page.
 */
#ifndef SCREEN_FB_H
#define SCREEN_FB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/fbif.h"
#include "lib/log.h"
#include "screen/wire.h"

#define FB_PAGE  4096u
#define FB_PIXEL 4u

/* A picture in the guest's memory: every pixel of it lies below bytes. */
struct fb_shape {
	uint32_t width, height;
	uint32_t stride, offset;
};

struct fb_memory {
	struct fb_shape shape;
	uint32_t bytes;
	uint32_t pages;
};

/* What the guest says of its framebuffer, of at most limit bytes. Returns -1 with the reason. */
int fb_read(const void *page, uint32_t limit, struct fb_memory *m, struct reason *why);
/* How many pages list the pages, and the number of one of them. wide: numbers of 64 bits. */
size_t fb_directories(const struct fb_memory *m, bool wide);
uint64_t fb_directory(const void *page, bool wide, size_t i);
/* Number i of a page of numbers. */
uint64_t fb_number(const void *directory, bool wide, size_t i);
size_t fb_numbers(bool wide);

struct fb_news {
	struct view_rect rects[XENFB_OUT_RING_LEN]; /* within the shape */
	size_t nr;
	bool any;     /* the guest has written something */
	bool resized; /* all is new */
	bool lied;    /* an impossible index, shape or event: what it was is in why */
	struct reason why;
};

/* Takes what is in the ring; m gets the last good shape of a resize. */
void fb_take(void *page, struct fb_memory *m, struct fb_news *news);
/* How often it is looked at, in ms; 0: not at all. Nothing is said if there is no room to. */
void fb_advise(void *page, uint32_t period);

#endif
