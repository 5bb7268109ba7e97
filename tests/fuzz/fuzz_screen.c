// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pages of a framebuffer and of a keyboard, which the guest fills as it likes, and the copy of
 * a picture out of its memory. Input: one byte of options, the page's head, then events for its
 * ring.
 */
#include "fuzz.h"

#include <string.h>

#include "screen/keys.h"
#include "screen/picture.h"

#define LIMIT (64u << 10)

void *foreign_map(int fd, uint32_t domid, const uint64_t *gfns, size_t nr, bool writable);
void foreign_unmap(void *p, size_t nr);

static const uint8_t *input;
static size_t left;
static uint8_t *page;

/* Whatever frame it says: the page, then lists of frames, then pixels, of exactly that size. */
void *foreign_map(int fd, uint32_t domid, const uint64_t *gfns, size_t nr, bool writable)
{
	uint8_t *p = malloc(nr * FB_PAGE);

	(void)fd;
	(void)domid;
	MUST(p && nr <= LIMIT / FB_PAGE);
	memset(p, (int)gfns[0], nr * FB_PAGE);
	if (writable) {
		size_t head = left < sizeof(struct xenfb_page) ? left : 100;

		memcpy(p, input, head);
		memcpy(p + XENFB_OUT_RING_OFFS, input + head,
		       left - head < XENFB_OUT_RING_SIZE ? left - head : XENFB_OUT_RING_SIZE);
		page = p;
	}
	return p;
}

void foreign_unmap(void *p, size_t nr)
{
	(void)nr;
	free(p);
}

static void look(struct picture *p, struct changes *changed)
{
	struct fb_news news;
	const struct fb_shape *shape = &p->memory.shape;

	fb_take(p->page, &p->memory, &news);
	MUST(shape->width && shape->width <= SCREEN_SIDE_MAX);
	MUST(shape->offset + (uint64_t)shape->stride * (shape->height - 1) + shape->width * 4ull <=
	     p->memory.bytes);
	if (news.resized || !p->updates)
		picture_copy_all(p, changed);
	else
		for (size_t i = 0; i < news.nr; i++)
			picture_copy(p, &news.rects[i], changed);
	fb_advise(p->page, 30);
}

static void keys(const uint8_t *data, size_t size)
{
	struct keys *k = calloc(1, sizeof(*k));
	struct hands hands = { .buttons = 0 };
	uint8_t *ring = calloc(1, FB_PAGE);

	memcpy(ring, data, size < 16 ? size : 16);
	for (size_t i = 0; i + 6 <= size; i += 6) {
		keys_key(k, &hands, (uint32_t)data[i] << (data[i + 1] & 31), data[i + 1] & 32);
		keys_pointer(k, &hands, data[i + 2], data[i + 3], data[i + 4], 100, 100,
			     data[i + 5] & 1);
		keys_flush(k, ring);
		MUST(k->nr <= KEYS_QUEUE);
	}
	keys_let_go(k, &hands);
	keys_flush(k, ring);
	free(ring);
	free(k);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct changes changed;
	struct picture p = { .limit = LIMIT };
	struct view_rect rects[4];
	struct reason why;

	if (size < 100)
		return 0;
	input = data + 1;
	left = size - 1;
	p.pixels = malloc(LIMIT);
	memset(p.pixels, 0, LIMIT);
	changes_clear(&changed);
	if (picture_map(&p, 1, data[0] & 1, data[0] & 2, &why) == 0) {
		picture_copy_all(&p, &changed);
		look(&p, &changed);
		/* It writes again, into a ring that has been read. */
		memcpy(page, input, 20);
		look(&p, &changed);
		MUST(changes_take(&changed, p.width, p.height, rects, 4) <= 4);
	}
	picture_unmap(&p);
	free(p.pixels);
	keys(input, left);
	return 0;
}
