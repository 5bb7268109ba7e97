// SPDX-License-Identifier: GPL-2.0-or-later
/* The page of a framebuffer, of guests that tell the truth and of guests that do not. */
#include "test.h"

#include "screen/fb.h"

#define LIMIT (4u << 20)

static union {
	struct xenfb_page head;
	uint8_t bytes[FB_PAGE];
} page;
static struct fb_memory memory;
static struct reason why;
static struct fb_news news;

static int make(void **state)
{
	(void)state;
	memset(&page, 0, sizeof(page));
	page.head.width = 800;
	page.head.height = 600;
	page.head.line_length = 3200;
	page.head.mem_length = LIMIT;
	page.head.depth = 32;
	assert_int_equal(fb_read(&page, LIMIT, &memory, &why), 0);
	return 0;
}

static void test_read(void **state)
{
	(void)state;
	assert_int_equal(memory.shape.width, 800);
	assert_int_equal(memory.shape.height, 600);
	assert_int_equal(memory.shape.stride, 3200);
	assert_int_equal(memory.pages, 1024);
	assert_int_equal(fb_directories(&memory, true), 2);
	assert_int_equal(fb_directories(&memory, false), 1);
	page.head.pd[1] = 0x123456789;
	assert_int_equal(fb_directory(&page, true, 1), 0x123456789);
	memcpy(page.bytes + 36 + 4, &(uint32_t){ 0xfedcba98 }, 4);
	assert_int_equal(fb_directory(&page, false, 1), 0xfedcba98);
}

static void refused(const char *part)
{
	assert_int_equal(fb_read(&page, LIMIT, &memory, &why), -1);
	assert_reason(why, part);
	make(NULL);
}

static void test_refused(void **state)
{
	(void)state;
	page.head.depth = 8;
	refused("a depth of 8");
	page.head.mem_length = LIMIT + 1;
	refused("videoram");
	page.head.mem_length = 0;
	refused("of 0");
	page.head.width = 0;
	refused("0x600 pixels");
	page.head.height = -1;
	refused("800x-1 pixels");
	page.head.width = INT32_MAX;
	refused("pixels");
	page.head.line_length = 3196;
	refused("lines of 3196");
	page.head.line_length = 3202;
	refused("whole pixels");
	page.head.line_length = UINT32_MAX;
	refused("lines of -1");
	page.head.line_length = INT32_MAX & ~3;
	refused("ends at byte");
	/* To the byte. */
	page.head.mem_length = 600 * 3200 - 1;
	refused("ends at byte 1920000 of 1919999");
	page.head.mem_length = 600 * 3200;
	assert_int_equal(fb_read(&page, LIMIT, &memory, &why), 0);
	assert_int_equal(memory.pages, 469);
}

static union xenfb_out_event *next_event(void)
{
	return (union xenfb_out_event *)(page.bytes + XENFB_OUT_RING_OFFS) +
	       page.head.out_prod++ % XENFB_OUT_RING_LEN;
}

static void update(int32_t x, int32_t y, int32_t width, int32_t height)
{
	next_event()->update = (struct xenfb_update){ XENFB_TYPE_UPDATE, x, y, width, height };
}

static void resize(int32_t width, int32_t height, int32_t stride, int32_t offset)
{
	next_event()->resize =
		(struct xenfb_resize){ XENFB_TYPE_RESIZE, width, height, stride, 32, offset };
}

static void take(void)
{
	fb_take(&page, &memory, &news);
	assert_int_equal(page.head.out_cons, page.head.out_prod);
}

static void assert_rect(size_t i, int x, int y, int width, int height)
{
	assert_int_equal(news.rects[i].x, x);
	assert_int_equal(news.rects[i].y, y);
	assert_int_equal(news.rects[i].width, width);
	assert_int_equal(news.rects[i].height, height);
}

static void test_updates(void **state)
{
	(void)state;
	take();
	assert_false(news.any);
	page.head.out_cons = page.head.out_prod = 5 * XENFB_OUT_RING_LEN - 1;
	update(1, 2, 3, 4);
	update(-10, -10, 20, 20);
	update(799, 599, INT32_MAX, INT32_MAX);
	update(INT32_MIN, 0, INT32_MAX, 10);
	update(800, 0, 1, 1);
	update(0, 0, 0, 10);
	update(0, 0, -5, 10);
	update(INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX);
	take();
	assert_true(news.any);
	assert_false(news.lied);
	assert_false(news.resized);
	assert_int_equal(news.nr, 3);
	assert_rect(0, 1, 2, 3, 4);
	assert_rect(1, 0, 0, 10, 10);
	assert_rect(2, 799, 599, 1, 1);
}

static void test_a_full_ring(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < XENFB_OUT_RING_LEN; i++)
		update((int32_t)i, 0, 1, 1);
	take();
	assert_int_equal(news.nr, XENFB_OUT_RING_LEN);
	assert_false(news.lied);
	page.head.out_prod += XENFB_OUT_RING_LEN + 1;
	take();
	assert_true(news.lied);
	assert_true(news.resized);
	assert_reason(news.why, "a ring of 52 events");
}

static void test_resize(void **state)
{
	(void)state;
	update(0, 0, 10, 10);
	resize(1024, 768, 4096, 4096);
	update(1000, 700, 10, 10);
	take();
	assert_true(news.resized);
	assert_false(news.lied);
	assert_int_equal(memory.shape.width, 1024);
	assert_int_equal(memory.shape.offset, 4096);
	assert_int_equal(news.nr, 1);
}

/* What is wrong changes nothing. */
static void test_bad_events(void **state)
{
	static const int32_t bad[][4] = {
		{ 1024, 768, 4096, (int32_t)LIMIT - 768 * 4096 + 4 },
		{ 1024, 768, 4096, -4 },
		{ 1024, 768, 4096, 2 },
		{ 1024, 768, INT32_MIN, 0 },
		{ 1024, 4096, INT32_MAX & ~3, INT32_MAX & ~3 },
		{ 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		resize(bad[i][0], bad[i][1], bad[i][2], bad[i][3]);
		take();
		assert_true(news.lied);
		assert_false(news.resized);
		assert_int_equal(memory.shape.width, 800);
	}
	next_event()->type = 77;
	take();
	assert_true(news.lied);
	assert_reason(news.why, "type 77");
}

static void test_advice(void **state)
{
	const union xenfb_in_event *ring =
		(const union xenfb_in_event *)(page.bytes + XENFB_IN_RING_OFFS);

	(void)state;
	page.head.in_cons = page.head.in_prod = XENFB_IN_RING_LEN - 1;
	fb_advise(&page, 30);
	fb_advise(&page, XENFB_NO_REFRESH);
	assert_int_equal(page.head.in_prod, XENFB_IN_RING_LEN + 1);
	assert_int_equal(ring[XENFB_IN_RING_LEN - 1].type, XENFB_TYPE_REFRESH_PERIOD);
	assert_int_equal(ring[XENFB_IN_RING_LEN - 1].refresh_period.period, 30);
	assert_int_equal(ring[0].refresh_period.period, 0);
	/* No room, or an index that lies. */
	page.head.in_prod = page.head.in_cons + XENFB_IN_RING_LEN;
	fb_advise(&page, 30);
	assert_int_equal(page.head.in_prod, page.head.in_cons + XENFB_IN_RING_LEN);
	page.head.in_cons = page.head.in_prod + 1;
	fb_advise(&page, 30);
	assert_int_equal(page.head.in_cons, page.head.in_prod + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_read, make),
		cmocka_unit_test_setup(test_refused, make),
		cmocka_unit_test_setup(test_updates, make),
		cmocka_unit_test_setup(test_a_full_ring, make),
		cmocka_unit_test_setup(test_resize, make),
		cmocka_unit_test_setup(test_bad_events, make),
		cmocka_unit_test_setup(test_advice, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
