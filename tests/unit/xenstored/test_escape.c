// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values as the xenstore command prints and reads them.
 */
#include "../toolstack/test.h"

#include "xenstore/escape.h"

static void both(const char *value, size_t len, const char *expected)
{
	struct buf text = { 0 }, back = { 0 };

	escape(&text, value, len);
	assert_string_equal(text.data ? text.data : "", expected);
	unescape(&back, expected);
	assert_int_equal(back.len, len);
	if (len)
		assert_memory_equal(back.data, value, len);
	buf_free(&text);
	buf_free(&back);
}

#define BOTH(value, text) both(value, sizeof(value) - 1, text)

static void test_both_ways(void **state)
{
	(void)state;
	BOTH("", "");
	BOTH("plain value", "plain value");
	BOTH("a\nb\tc\rd", "a\\nb\\tc\\rd");
	BOTH("a\0b", "a\\x00b");
	BOTH("\033[2J\377", "\\x1b[2J\\xff");
	BOTH("C:\\new", "C:\\\\new");
}

static void test_what_is_no_escape_stays(void **state)
{
	struct buf value = { 0 };

	(void)state;
	unescape(&value, "\\q \\x4 \\xg0 \\x41 end\\");
	assert_string_equal(value.data, "\\q \\x4 \\xg0 A end\\");
	buf_free(&value);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_what_is_no_escape_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
