// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys and the pointer into a guest's ring, full and lying ones among them. */
#include "test.h"

#include "screen/keys.h"

static union {
	struct xenkbd_page head;
	uint8_t bytes[4096];
} page;
static struct keys keys;
static struct hands hands;

static int make(void **state)
{
	(void)state;
	memset(&page, 0, sizeof(page));
	memset(&keys, 0, sizeof(keys));
	memset(&hands, 0, sizeof(hands));
	return 0;
}

/* What the guest finds next. */
static const union xenkbd_in_event *next(void)
{
	const union xenkbd_in_event *ring =
		(const union xenkbd_in_event *)(page.bytes + XENKBD_IN_RING_OFFS);

	assert_int_not_equal(page.head.in_cons, page.head.in_prod);
	return &ring[page.head.in_cons++ % XENKBD_IN_RING_LEN];
}

static void assert_key(uint32_t code, bool pressed)
{
	const union xenkbd_in_event *e = next();

	assert_int_equal(e->type, XENKBD_TYPE_KEY);
	assert_int_equal(e->key.keycode, code);
	assert_int_equal(e->key.pressed, pressed);
}

static void assert_place(int32_t x, int32_t y, int32_t wheel)
{
	const union xenkbd_in_event *e = next();

	assert_int_equal(e->type, XENKBD_TYPE_POS);
	assert_int_equal(e->pos.abs_x, x);
	assert_int_equal(e->pos.abs_y, y);
	assert_int_equal(e->pos.rel_z, wheel);
}

static void assert_nothing(void)
{
	assert_int_equal(page.head.in_cons, page.head.in_prod);
}

static void test_keys(void **state)
{
	(void)state;
	keys_key(&keys, &hands, 30, true);
	keys_key(&keys, &hands, 30, false);
	/* Never pressed; no key; no key at all. */
	keys_key(&keys, &hands, 31, false);
	keys_key(&keys, &hands, 0, true);
	keys_key(&keys, &hands, KEY_MAX, true);
	keys_key(&keys, &hands, UINT32_MAX, true);
	assert_true(keys_flush(&keys, &page));
	assert_key(30, true);
	assert_key(30, false);
	assert_nothing();
	assert_false(keys_flush(&keys, &page));
}

static void test_repeated(void **state)
{
	(void)state;
	keys_key(&keys, &hands, 30, true);
	keys_key(&keys, &hands, 30, true);
	keys_flush(&keys, &page);
	assert_key(30, true);
	assert_key(30, false);
	assert_key(30, true);
	assert_nothing();
}

static void test_let_go(void **state)
{
	(void)state;
	keys_key(&keys, &hands, 29, true);
	keys_key(&keys, &hands, KEY_MAX - 1, true);
	keys_pointer(&keys, &hands, 0, 0, 1, 640, 480, true);
	keys.nr = 0;
	keys_let_go(&keys, &hands);
	keys_let_go(&keys, &hands);
	keys_flush(&keys, &page);
	assert_key(29, false);
	assert_key(BTN_LEFT, false);
	assert_key(KEY_MAX - 1, false);
	assert_nothing();
}

static void test_pointer(void **state)
{
	(void)state;
	keys_pointer(&keys, &hands, 320, 240, 0, 640, 480, true);
	keys_pointer(&keys, &hands, 320, 240, 7, 640, 480, true);
	keys_pointer(&keys, &hands, 320, 240, 8, 640, 480, true);
	keys_pointer(&keys, &hands, 320, 240, 0, 640, 480, true);
	keys_pointer(&keys, &hands, 639, 479, 16, 640, 480, true);
	/* Outside. */
	keys_pointer(&keys, &hands, 640, 0, 0, 640, 480, true);
	keys_pointer(&keys, &hands, 0, 65535, 0, 640, 480, true);
	keys_flush(&keys, &page);
	assert_place(16384, 16384, 0);
	assert_key(0x110, true);
	assert_key(0x112, true);
	assert_key(0x111, true);
	assert_place(16384, 16384, 1);
	assert_key(0x110, false);
	assert_key(0x112, false);
	assert_key(0x111, false);
	assert_place(32716, 32699, -1);
	assert_nothing();
}

static void test_a_mouse(void **state)
{
	const union xenkbd_in_event *e;

	(void)state;
	keys_pointer(&keys, &hands, 100, 100, 0, 640, 480, false);
	keys_pointer(&keys, &hands, 90, 105, 0, 640, 480, false);
	keys_flush(&keys, &page);
	e = next();
	assert_int_equal(e->type, XENKBD_TYPE_MOTION);
	assert_int_equal(e->motion.rel_x, 0);
	e = next();
	assert_int_equal(e->motion.rel_x, -10);
	assert_int_equal(e->motion.rel_y, 5);
	assert_nothing();
}

/* What does not fit waits, and is not lost until too much does. */
static void test_a_full_ring(void **state)
{
	(void)state;
	page.head.in_cons = page.head.in_prod = 7 * XENKBD_IN_RING_LEN - 3;
	for (unsigned int i = 0; i < 30; i++) {
		keys_key(&keys, &hands, 30, true);
		keys_key(&keys, &hands, 30, false);
	}
	assert_true(keys_flush(&keys, &page));
	assert_int_equal(keys.nr, 60 - XENKBD_IN_RING_LEN);
	assert_false(keys_flush(&keys, &page));
	for (unsigned int i = 0; i < XENKBD_IN_RING_LEN; i++)
		assert_key(30, i % 2 == 0);
	assert_true(keys_flush(&keys, &page));
	assert_key(30, false);
	for (unsigned int i = 0; i < KEYS_QUEUE; i++)
		keys_key(&keys, &hands, 31, true);
	assert_int_equal(keys.nr, KEYS_QUEUE);
}

static void test_an_impossible_index(void **state)
{
	(void)state;
	page.head.in_cons = 1;
	keys_key(&keys, &hands, 30, true);
	assert_false(keys_flush(&keys, &page));
	assert_int_equal(page.head.in_prod, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_keys, make),
		cmocka_unit_test_setup(test_repeated, make),
		cmocka_unit_test_setup(test_let_go, make),
		cmocka_unit_test_setup(test_pointer, make),
		cmocka_unit_test_setup(test_a_mouse, make),
		cmocka_unit_test_setup(test_a_full_ring, make),
		cmocka_unit_test_setup(test_an_impossible_index, make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
