// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses into names: borders, what lies in no function, texts that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib.h"
#include "symbols.h"

#define BASE 0xffffffff80000000UL

static const uint32_t offsets[] = { 0x200100, 0x200140, 0x200400, 0x200420 };
static const struct symbols three = {
	.base = BASE, .count = 3, .offset = offsets, .names = "first\0second_one\0third"
};

static void is(const struct symbols *s, uint64_t address, const char *expected)
{
	char text[SYMBOL_TEXT];

	symbol_format(s, text, sizeof(text), address);
	assert_string_equal(text, expected);
}

static void test_each_belongs_to_who_begins_before_it(void **state)
{
	is(&three, BASE + 0x200100, "first+0/0x40");
	is(&three, BASE + 0x20013f, "first+0x3f/0x40");
	is(&three, BASE + 0x200140, "second_one+0/0x2c0");
	is(&three, BASE + 0x20041f, "third+0x1f/0x20");
}

static void test_outside_is_a_number(void **state)
{
	is(&three, BASE + 0x2000ff, "0xffffffff802000ff");
	is(&three, BASE + 0x200420, "0xffffffff80200420");
	is(&three, 0x200100, "0x200100");
	is(&three, BASE + (1UL << 32) + 0x200100, "0x80200100");
	is(&three, 0, "0");
}

static void test_an_empty_table(void **state)
{
	static const uint32_t none[] = { 0 };
	static const struct symbols empty = { .base = BASE, .offset = none, .names = "" };

	is(&empty, BASE, "0xffffffff80000000");
}

static void test_a_long_name_is_cut(void **state)
{
	char text[8];

	symbol_format(&three, text, sizeof(text), BASE + 0x200150);
	assert_string_equal(text, "second_");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_belongs_to_who_begins_before_it),
		cmocka_unit_test(test_outside_is_a_number),
		cmocka_unit_test(test_an_empty_table),
		cmocka_unit_test(test_a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
