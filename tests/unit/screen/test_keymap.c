// SPDX-License-Identifier: GPL-2.0-or-later
/* What viewers call keys, against Linux's own numbers for them. */
#include "test.h"

#include <linux/input-event-codes.h>

#include "rfb/keymap.h"

static void test_places(void **state)
{
	(void)state;
	assert_int_equal(keymap_place(0x01), KEY_ESC);
	assert_int_equal(keymap_place(0x1e), KEY_A);
	assert_int_equal(keymap_place(0x53), KEY_KPDOT);
	assert_int_equal(keymap_place(0x56), KEY_102ND);
	assert_int_equal(keymap_place(0x57), KEY_F11);
	assert_int_equal(keymap_place(0x58), KEY_F12);
	assert_int_equal(keymap_place(0x80 | 0x1d), KEY_RIGHTCTRL);
	assert_int_equal(keymap_place(0x80 | 0x38), KEY_RIGHTALT);
	assert_int_equal(keymap_place(0x80 | 0x48), KEY_UP);
	assert_int_equal(keymap_place(0x80 | 0x53), KEY_DELETE);
	assert_int_equal(keymap_place(0x80 | 0x5b), KEY_LEFTMETA);
	assert_int_equal(keymap_place(0), 0);
	assert_int_equal(keymap_place(0x54), 0);
	assert_int_equal(keymap_place(0x59), 0);
	assert_int_equal(keymap_place(0x80), 0);
	assert_int_equal(keymap_place(0xffffffff), 0);
}

static void test_signs(void **state)
{
	(void)state;
	assert_int_equal(keymap_sign('a'), KEY_A);
	assert_int_equal(keymap_sign('A'), KEY_A);
	assert_int_equal(keymap_sign('z'), KEY_Z);
	assert_int_equal(keymap_sign('!'), KEY_1);
	assert_int_equal(keymap_sign('0'), KEY_0);
	assert_int_equal(keymap_sign('\\'), KEY_BACKSLASH);
	assert_int_equal(keymap_sign('|'), KEY_BACKSLASH);
	assert_int_equal(keymap_sign('`'), KEY_GRAVE);
	assert_int_equal(keymap_sign('/'), KEY_SLASH);
	assert_int_equal(keymap_sign(' '), KEY_SPACE);
	assert_int_equal(keymap_sign(0xff0d), KEY_ENTER);
	assert_int_equal(keymap_sign(0xffbe), KEY_F1);
	assert_int_equal(keymap_sign(0xffc7), KEY_F10);
	assert_int_equal(keymap_sign(0xffc9), KEY_F12);
	assert_int_equal(keymap_sign(0xffe4), KEY_RIGHTCTRL);
	assert_int_equal(keymap_sign(0xffb5), KEY_KP5);
	assert_int_equal(keymap_sign(0), 0);
	assert_int_equal(keymap_sign(0xe4), 0);
	assert_int_equal(keymap_sign(0xffffffff), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
