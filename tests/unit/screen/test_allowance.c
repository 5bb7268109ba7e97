// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often a guest may make us work.
 */
#include "test.h"

#include "screen/allowance.h"

/* How often in a row, at that time. */
static unsigned int takes(struct allowance *a, int64_t now)
{
	unsigned int nr = 0;

	while (nr < 1000 && allowance_take(a, now))
		nr++;
	return nr;
}

static void test_a_row(void **state)
{
	struct allowance a = { 0 };

	assert_int_equal(takes(&a, 5000), ALLOWANCE_MOST);
	assert_false(allowance_take(&a, 5000 + ALLOWANCE_MS - 1));
	assert_int_equal(takes(&a, 5000 + ALLOWANCE_MS), 1);
	assert_int_equal(takes(&a, 5000 + ALLOWANCE_MS), 0);
	assert_int_equal(takes(&a, allowance_rest(&a)), ALLOWANCE_FEW);
}

static void test_time_gives_back(void **state)
{
	struct allowance a = { 0 };

	takes(&a, 5000);
	assert_int_equal(takes(&a, 5000 + 10 * ALLOWANCE_MS + 7), 10);
	/* The odd milliseconds are not lost. */
	assert_int_equal(takes(&a, 5000 + 11 * ALLOWANCE_MS), 1);
	assert_int_equal(takes(&a, 5000 + 1000000ll * ALLOWANCE_MS), ALLOWANCE_MOST);
}

/* However it is spread: in any time no more than the row and one for each second. */
static void test_a_rate(void **state)
{
	struct allowance a = { 0 };
	unsigned int nr = 0;

	for (int64_t now = 0; now < 100 * ALLOWANCE_MS; now += 3)
		nr += allowance_take(&a, now);
	assert_true(nr > 100);
	assert_true(nr <= ALLOWANCE_MOST + 100);
}

/* A driver that comes and goes twice a minute is never kept waiting. */
static void test_honest_guests(void **state)
{
	struct allowance a = { 0 };

	for (int64_t now = 0; now < 10000ll * ALLOWANCE_MS; now += 30 * ALLOWANCE_MS)
		for (unsigned int i = 0; i < 16; i++)
			assert_true(allowance_take(&a, now + i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row),
		cmocka_unit_test(test_time_gives_back),
		cmocka_unit_test(test_a_rate),
		cmocka_unit_test(test_honest_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
