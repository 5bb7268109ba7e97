// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sizes: what people write, shares of them, and the plans made of them.
 */
#include "test.h"

#include "storage/size.h"

static void test_parse(void **state)
{
	static const char *const bad[] = { "",
					   "x",
					   "-1",
					   "1.5G",
					   "10Q",
					   "10GB",
					   "1 G",
					   "G",
					   "99999999999999999999",
					   "99999999999T" };
	uint64_t n;

	assert_true(size_parse("4096", &n) && n == 4096);
	assert_true(size_parse("10G", &n) && n == 10 * GIB);
	assert_true(size_parse("3MiB", &n) && n == 3 * MIB);
	assert_true(size_parse("2t", &n) && n == 2 * TIB);
	assert_true(size_parse("512B", &n) && n == 512);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(size_parse(bad[i], &n));
}

static void test_format(void **state)
{
	char text[16];

	size_format(0, text);
	assert_string_equal(text, "0 B");
	size_format(10 * GIB, text);
	assert_string_equal(text, "10 GiB");
	size_format(1536 * MIB, text);
	assert_string_equal(text, "1.5 GiB");
	size_format(UINT64_MAX, text);
	assert_string_equal(text, "15.9 EiB");
}

static void test_rounding(void **state)
{
	uint64_t n;

	assert_true(size_round_up(1, 4 * MIB, &n) && n == 4 * MIB);
	assert_true(size_round_up(8 * MIB, 4 * MIB, &n) && n == 8 * MIB);
	assert_false(size_round_up(UINT64_MAX, 4 * MIB, &n));
}

static void test_shares(void **state)
{
	assert_int_equal(size_share(10 * GIB, 5000), 5 * GIB);
	assert_true(size_share(UINT64_MAX, 10000) == UINT64_MAX);
	assert_int_equal(size_hundredths(0, 100), 0);
	assert_int_equal(size_hundredths(50, 100), 5000);
	/* Full is only what is full, and something is never nothing. */
	assert_int_equal(size_hundredths(UINT64_MAX - 1, UINT64_MAX), 9999);
	assert_int_equal(size_hundredths(1, UINT64_MAX), 1);
	assert_int_equal(size_hundredths(7, 7), 10000);
	assert_int_equal(size_hundredths(0, 0), 10000);
}

static void test_pool_takes_all(void **state)
{
	struct thin_plan p;

	assert_true(thin_plan_create(100 * GIB, 4 * MIB, 0, &p));
	assert_true(p.data + 2 * p.metadata <= 100 * GIB);
	assert_true(p.data > 99 * GIB);
	assert_int_equal(p.chunk, 64 * KIB);
	/* Each chunk can be mapped once, with a quarter to spare. */
	assert_true(p.metadata >= p.data / p.chunk * 64 * 5 / 4);
}

static void test_large_pools_have_larger_chunks(void **state)
{
	struct thin_plan p;

	assert_true(thin_plan_create(64 * TIB, 4 * MIB, 0, &p));
	assert_true(p.chunk > 64 * KIB);
	assert_true(p.metadata <= 2 * GIB);
	assert_true(p.metadata >= p.data / p.chunk * 64);
}

static void test_pool_of_a_size(void **state)
{
	struct thin_plan p;

	assert_true(thin_plan_create(10 * GIB, 4 * MIB, 3 * GIB + 1, &p));
	assert_int_equal(p.data, 3 * GIB + 4 * MIB);
	/* The metadata would not fit any more. */
	assert_false(thin_plan_create(10 * GIB, 4 * MIB, 10 * GIB, &p));
	assert_false(thin_plan_create(10 * GIB, 4 * MIB, 11 * GIB, &p));
	assert_false(thin_plan_create(10 * GIB, 4 * MIB, UINT64_MAX, &p));
	assert_false(thin_plan_create(16 * MIB, 4 * MIB, 0, &p));
	assert_false(thin_plan_create(0, 4 * MIB, 0, &p));
	assert_false(thin_plan_create(GIB, 0, 0, &p));
}

static void test_fullness(void **state)
{
	assert_int_equal(fullness_of(0), FULLNESS_OK);
	assert_int_equal(fullness_of(7999), FULLNESS_OK);
	assert_int_equal(fullness_of(8000), FULLNESS_WARNING);
	assert_int_equal(fullness_of(9499), FULLNESS_WARNING);
	assert_int_equal(fullness_of(9500), FULLNESS_ALARM);
}

static void test_extension(void **state)
{
	assert_int_equal(thin_plan_extend(10 * GIB, 7999, 100 * GIB, 4 * MIB), 0);
	assert_int_equal(thin_plan_extend(10 * GIB, 8000, 100 * GIB, 4 * MIB), 2 * GIB);
	/* What is left, in whole extents. */
	assert_int_equal(thin_plan_extend(10 * GIB, 9000, 9 * MIB, 4 * MIB), 8 * MIB);
	assert_int_equal(thin_plan_extend(10 * GIB, 9000, 3 * MIB, 4 * MIB), 0);
	assert_int_equal(thin_plan_extend(10 * GIB, 9000, GIB, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_pool_takes_all),
		cmocka_unit_test(test_large_pools_have_larger_chunks),
		cmocka_unit_test(test_pool_of_a_size),
		cmocka_unit_test(test_fullness),
		cmocka_unit_test(test_extension),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
