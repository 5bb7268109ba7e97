// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's framebuffer, mapped to be read, and the picture that is made of it: memory that the
 * viewers can read, pixels of 32 bits (blue first) without gaps between the lines. Only what has
 * really changed is copied and told of.
 */
#ifndef SCREEN_PICTURE_H
#define SCREEN_PICTURE_H

#include "screen/changes.h"
#include "screen/fb.h"

struct picture {
	uint32_t domid;
	int privcmd;      /* lib/foreign_map.h */
	uint32_t *pixels; /* limit bytes */
	uint32_t limit;
	uint32_t width, height; /* of what is in pixels */

	void *page; /* shared with the guest; NULL: there is no framebuffer */
	bool updates;
	const uint8_t *guest; /* its pixels */
	struct fb_memory memory;
};

/* The framebuffer whose page has this number. Returns -1 with the reason. */
int picture_map(struct picture *p, uint64_t page, bool wide, bool updates, struct reason *why);
/* What was seen last stays in pixels. */
void picture_unmap(struct picture *p);
/*
 * Copies a part of the guest's picture, which lies in its shape. changed: gets what is different
 * now.
 */
void picture_copy(struct picture *p, const struct view_rect *r, struct changes *changed);
/* All of it, in the size that it has now. */
void picture_copy_all(struct picture *p, struct changes *changed);

#endif
