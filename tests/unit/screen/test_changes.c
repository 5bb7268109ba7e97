// SPDX-License-Identifier: GPL-2.0-or-later
/* What has changed, told in few rectangles and never in too few. */
#include "test.h"

#include "screen/changes.h"

static struct changes c;
static struct view_rect rects[VIEW_RECTS];

static int clear(void **state)
{
	(void)state;
	changes_clear(&c);
	return 0;
}

static void assert_rect(size_t i, int x, int y, int width, int height)
{
	assert_int_equal(rects[i].x, x);
	assert_int_equal(rects[i].y, y);
	assert_int_equal(rects[i].width, width);
	assert_int_equal(rects[i].height, height);
}

static void test_one(void **state)
{
	(void)state;
	assert_false(changes_any(&c));
	changes_add(&c, 8, 20, 8, 1);
	assert_true(changes_any(&c));
	assert_int_equal(changes_take(&c, 640, 480, rects, VIEW_RECTS), 1);
	assert_rect(0, 8, 16, 8, 16);
	assert_false(changes_any(&c));
	assert_int_equal(changes_take(&c, 640, 480, rects, VIEW_RECTS), 0);
}

static void test_bands_join(void **state)
{
	(void)state;
	changes_add(&c, 0, 0, 640, 480);
	assert_int_equal(changes_take(&c, 640, 480, rects, VIEW_RECTS), 1);
	assert_rect(0, 0, 0, 640, 480);
	/* The last band is cut where the picture ends. */
	changes_add(&c, 0, 0, 640, 470);
	assert_int_equal(changes_take(&c, 640, 470, rects, VIEW_RECTS), 1);
	assert_rect(0, 0, 0, 640, 470);
	/* Two of different columns stay two, whatever lies between. */
	changes_add(&c, 0, 0, 8, 8);
	changes_add(&c, 100, 40, 8, 8);
	assert_int_equal(changes_take(&c, 640, 480, rects, VIEW_RECTS), 2);
	assert_rect(0, 0, 0, 8, 16);
	assert_rect(1, 100, 32, 8, 16);
}

static void test_a_smaller_picture(void **state)
{
	(void)state;
	changes_add(&c, 300, 0, 100, 16);
	changes_add(&c, 0, 400, 100, 16);
	assert_int_equal(changes_take(&c, 320, 200, rects, VIEW_RECTS), 1);
	assert_rect(0, 300, 0, 20, 16);
	changes_add(&c, 330, 0, 10, 16);
	assert_int_equal(changes_take(&c, 320, 200, rects, VIEW_RECTS), 0);
	assert_false(changes_any(&c));
}

/* The corner that lies farthest, and a picture with more changes than a packet holds. */
static void test_the_most(void **state)
{
	(void)state;
	changes_add(&c, 0, 0, SCREEN_SIDE_MAX, SCREEN_SIDE_MAX);
	assert_int_equal(changes_take(&c, SCREEN_SIDE_MAX, SCREEN_SIDE_MAX, rects, 1), 1);
	assert_rect(0, 0, 0, SCREEN_SIDE_MAX, SCREEN_SIDE_MAX);
	for (uint32_t i = 0; i < NR_BANDS; i++)
		changes_add(&c, i % 2 * 10, i * BAND_LINES, 5, 1);
	assert_int_equal(changes_take(&c, 100, SCREEN_SIDE_MAX, rects, 3), 3);
	assert_rect(0, 0, 0, 5, 16);
	assert_rect(1, 10, 16, 5, 16);
	assert_rect(2, 0, 32, 15, SCREEN_SIDE_MAX - 32);
}

static void test_merge(void **state)
{
	struct changes more = { 0 };

	(void)state;
	changes_add(&c, 50, 0, 10, 1);
	changes_add(&more, 10, 0, 10, 1);
	changes_add(&more, 0, SCREEN_SIDE_MAX - 1, SCREEN_SIDE_MAX, 1);
	changes_merge(&c, &more);
	assert_int_equal(changes_take(&c, SCREEN_SIDE_MAX, SCREEN_SIDE_MAX, rects, VIEW_RECTS), 2);
	assert_rect(0, 10, 0, 50, 16);
	assert_rect(1, 0, SCREEN_SIDE_MAX - 16, SCREEN_SIDE_MAX, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one, clear),
		cmocka_unit_test_setup(test_bands_join, clear),
		cmocka_unit_test_setup(test_a_smaller_picture, clear),
		cmocka_unit_test_setup(test_the_most, clear),
		cmocka_unit_test_setup(test_merge, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
