// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One reader of the out ring, one writer of the in ring. All arithmetic on the guest's numbers is
 * done in 64 bits, in which none of it can overflow.
 */
#include "screen/fb.h"

#include <string.h>

#define DEPTH 32

static int shape_check(struct fb_shape *shape, const struct xenfb_resize *r, uint32_t bytes,
		       struct reason *why)
{
	int64_t line = (int64_t)r->width * FB_PIXEL, end;

	if (r->depth != DEPTH)
		return reason_set(why, "a depth of %d, expected %d", r->depth, DEPTH);
	if (r->width < 1 || r->height < 1 || r->width > SCREEN_SIDE_MAX ||
	    r->height > SCREEN_SIDE_MAX)
		return reason_set(why, "%dx%d pixels, expected 1 to %d each way", r->width,
				  r->height, SCREEN_SIDE_MAX);
	if (r->stride < line || r->stride % 4 || r->offset < 0 || r->offset % 4)
		return reason_set(
			why, "lines of %d bytes from %d on, expected %lld or more, whole pixels",
			r->stride, r->offset, (long long)line);
	/* Of the last line no more than the picture's part. */
	end = r->offset + (int64_t)r->stride * (r->height - 1) + line;
	if (end > bytes)
		return reason_set(why, "a picture that ends at byte %lld of %u", (long long)end,
				  bytes);
	*shape = (struct fb_shape){
		.width = (uint32_t)r->width,
		.height = (uint32_t)r->height,
		.stride = (uint32_t)r->stride,
		.offset = (uint32_t)r->offset,
	};
	return 0;
}

int fb_read(const void *page, uint32_t limit, struct fb_memory *m, struct reason *why)
{
	struct xenfb_page head;
	struct xenfb_resize first;

	memcpy(&head, page, offsetof(struct xenfb_page, pd));
	first = (struct xenfb_resize){
		.width = head.width,
		.height = head.height,
		.stride = head.line_length > INT32_MAX ? -1 : (int32_t)head.line_length,
		.depth = head.depth,
	};
	if (head.mem_length > limit)
		return reason_set(why, "a framebuffer of %u bytes, the screen has %u (videoram)",
				  head.mem_length, limit);
	m->bytes = head.mem_length;
	m->pages = (uint32_t)(((uint64_t)head.mem_length + FB_PAGE - 1) / FB_PAGE);
	return shape_check(&m->shape, &first, m->bytes, why);
}

size_t fb_numbers(bool wide)
{
	return FB_PAGE / (wide ? 8 : 4);
}

size_t fb_directories(const struct fb_memory *m, bool wide)
{
	return (m->pages + fb_numbers(wide) - 1) / fb_numbers(wide);
}

uint64_t fb_number(const void *directory, bool wide, size_t i)
{
	uint32_t narrow;
	uint64_t number;

	if (!wide) {
		memcpy(&narrow, (const char *)directory + i * sizeof(narrow), sizeof(narrow));
		return narrow;
	}
	memcpy(&number, (const char *)directory + i * sizeof(number), sizeof(number));
	return number;
}

uint64_t fb_directory(const void *page, bool wide, size_t i)
{
	/* The structure has no hole before numbers of 32 bits. */
	size_t at = wide ? offsetof(struct xenfb_page, pd) : 36;

	return fb_number((const char *)page + at, wide, i);
}

/* The part of [at, at + len) that is below end; 64 bits, so that nothing wraps. */
static bool clip(int64_t at, int64_t len, uint32_t end, uint16_t *from, uint16_t *size)
{
	int64_t upto = at + len < end ? at + len : end;

	if (at < 0)
		at = 0;
	if (upto <= at)
		return false;
	*from = (uint16_t)at;
	*size = (uint16_t)(upto - at);
	return true;
}

static void take_update(const struct xenfb_update *u, const struct fb_memory *m,
			struct fb_news *news)
{
	struct view_rect *r = &news->rects[news->nr];

	if (clip(u->x, u->width, m->shape.width, &r->x, &r->width) &&
	    clip(u->y, u->height, m->shape.height, &r->y, &r->height))
		news->nr++;
}

static void take_event(const union xenfb_out_event *e, struct fb_memory *m, struct fb_news *news)
{
	if (e->type == XENFB_TYPE_UPDATE) {
		take_update(&e->update, m, news);
	} else if (e->type != XENFB_TYPE_RESIZE) {
		news->lied = true;
		reason_put(&news->why, "an event of type %u", e->type);
	} else if (shape_check(&m->shape, &e->resize, m->bytes, &news->why) < 0) {
		news->lied = true;
	} else {
		news->resized = true;
		news->nr = 0;
	}
}

void fb_take(void *page, struct fb_memory *m, struct fb_news *news)
{
	struct xenfb_page *shared = page;
	const char *ring = (const char *)page + XENFB_OUT_RING_OFFS;
	uint32_t cons = __atomic_load_n(&shared->out_cons, __ATOMIC_RELAXED);
	uint32_t prod = __atomic_load_n(&shared->out_prod, __ATOMIC_ACQUIRE);

	news->nr = 0;
	news->any = prod != cons;
	news->resized = news->lied = false;
	if (prod - cons > XENFB_OUT_RING_LEN) {
		news->lied = news->resized = true;
		reason_put(&news->why, "a ring of %u events", prod - cons);
		cons = prod;
	}
	for (; cons != prod; cons++) {
		union xenfb_out_event e;

		memcpy(&e, ring + cons % XENFB_OUT_RING_LEN * sizeof(e), sizeof(e));
		take_event(&e, m, news);
	}
	__atomic_store_n(&shared->out_cons, cons, __ATOMIC_RELEASE);
}

void fb_advise(void *page, uint32_t period)
{
	struct xenfb_page *shared = page;
	char *ring = (char *)page + XENFB_IN_RING_OFFS;
	uint32_t prod = __atomic_load_n(&shared->in_prod, __ATOMIC_RELAXED);
	uint32_t cons = __atomic_load_n(&shared->in_cons, __ATOMIC_ACQUIRE);
	union xenfb_in_event e = {
		.refresh_period = { .type = XENFB_TYPE_REFRESH_PERIOD, .period = period },
	};

	if (prod - cons >= XENFB_IN_RING_LEN)
		return;
	memcpy(ring + prod % XENFB_IN_RING_LEN * sizeof(e), &e, sizeof(e));
	__atomic_store_n(&shared->in_prod, prod + 1, __ATOMIC_RELEASE);
}
