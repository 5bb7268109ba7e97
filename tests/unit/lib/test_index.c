// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest's index stays what it is within a table, and is 0 everywhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "index.h"

static void test_within(void **state)
{
	assert_int_equal(index_below(0, 1), 0);
	assert_int_equal(index_below(1, 2), 1);
	assert_int_equal(index_below(63, 64), 63);
	assert_int_equal(index_below(UINT64_MAX - 1, UINT64_MAX), UINT64_MAX - 1);
}

static void test_beyond(void **state)
{
	assert_int_equal(index_below(0, 0), 0);
	assert_int_equal(index_below(1, 0), 0);
	assert_int_equal(index_below(64, 64), 0);
	assert_int_equal(index_below(65, 64), 0);
	assert_int_equal(index_below(1UL << 32, 64), 0);
	assert_int_equal(index_below(UINT64_MAX, 64), 0);
	assert_int_equal(index_below(UINT64_MAX, UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
