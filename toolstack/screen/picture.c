// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's page lists pages that list pages: each is read once, into memory of ours, and what is
 * mapped in the end is what was checked.
 */
#include "screen/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/foreign_map.h"

/* The frames of the framebuffer, out of its directory. */
static int frames_read(const struct picture *p, bool wide, uint64_t *frames, struct reason *why)
{
	size_t nr = fb_directories(&p->memory, wide), done = 0;

	for (size_t i = 0; i < nr; i++) {
		uint64_t gfn = fb_directory(p->page, wide, i);
		void *list = foreign_map(p->privcmd, p->domid, &gfn, 1, false);

		if (!list)
			return reason_errno(why,
					    "page %zu of the framebuffer's directory, frame %#llx",
					    i, (unsigned long long)gfn);
		for (size_t k = 0; k < fb_numbers(wide) && done < p->memory.pages; k++)
			frames[done++] = fb_number(list, wide, k);
		foreign_unmap(list, 1);
	}
	return 0;
}

static int guest_map(struct picture *p, bool wide, struct reason *why)
{
	uint64_t *frames = calloc(p->memory.pages, sizeof(*frames));
	int rc = frames ? frames_read(p, wide, frames, why) : reason_set(why, "out of memory");

	if (rc == 0) {
		p->guest = foreign_map(p->privcmd, p->domid, frames, p->memory.pages, false);
		if (!p->guest)
			rc = reason_errno(why, "mapping %u pages of the framebuffer",
					  p->memory.pages);
	}
	free(frames);
	return rc;
}

int picture_map(struct picture *p, uint64_t page, bool wide, bool updates, struct reason *why)
{
	picture_unmap(p);
	p->page = foreign_map(p->privcmd, p->domid, &page, 1, true);
	if (!p->page)
		return reason_errno(why, "the framebuffer's page, frame %#llx",
				    (unsigned long long)page);
	p->updates = updates;
	if (fb_read(p->page, p->limit, &p->memory, why) == 0 && guest_map(p, wide, why) == 0)
		return 0;
	picture_unmap(p);
	return -1;
}

void picture_unmap(struct picture *p)
{
	if (p->guest)
		foreign_unmap((void *)p->guest, p->memory.pages);
	if (p->page)
		foreign_unmap(p->page, 1);
	p->guest = NULL;
	p->page = NULL;
}

/* One line's columns [from, upto): copies what differs; false if nothing does. */
static bool line_copy(uint32_t *to, const uint32_t *guest, uint32_t *from, uint32_t *upto)
{
	while (*from < *upto && to[*from] == guest[*from])
		++*from;
	while (*upto > *from && to[*upto - 1] == guest[*upto - 1])
		--*upto;
	if (*from == *upto)
		return false;
	memcpy(to + *from, guest + *from, (*upto - *from) * FB_PIXEL);
	return true;
}

void picture_copy(struct picture *p, const struct view_rect *r, struct changes *changed)
{
	const struct fb_shape *shape = &p->memory.shape;

	for (uint32_t y = r->y; y < (uint32_t)r->y + r->height; y++) {
		const uint8_t *line = p->guest + shape->offset + (size_t)y * shape->stride;
		uint32_t from = r->x, upto = (uint32_t)r->x + r->width;

		if (line_copy(p->pixels + (size_t)y * p->width, (const uint32_t *)line, &from,
			      &upto))
			changes_add(changed, from, y, upto - from, 1);
	}
}

void picture_copy_all(struct picture *p, struct changes *changed)
{
	const struct fb_shape *shape = &p->memory.shape;
	struct view_rect all = { 0, 0, (uint16_t)shape->width, (uint16_t)shape->height };

	p->width = shape->width;
	p->height = shape->height;
	picture_copy(p, &all, changed);
}
