// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of CPUs: what people write, what is refused, and what is shown.
 */
#include "lib/cpu_list.h"

#include "test.h"

static const char *through(const char *text, unsigned int nr_cpus)
{
	static char out[CPU_LIST_TEXT];
	struct cpu_list l;
	struct reason why;

	if (cpu_list_parse(&l, text, &why) < 0)
		return "refused";
	cpu_list_format(&l, nr_cpus, out);
	return out;
}

static void test_lists(void **state)
{
	(void)state;
	assert_string_equal(through("0", 4), "0");
	assert_string_equal(through("0-2,5", 8), "0-2,5");
	assert_string_equal(through(" 1 , 3 ", 8), "1,3");
	assert_string_equal(through("0-7,^2", 8), "0-1,3-7");
	assert_string_equal(through("^1", 3), "0,2-255");
	assert_string_equal(through("all", 4), "all");
	assert_string_equal(through("0-3", 4), "all");
	assert_string_equal(through("all,^0-254", 4), "255");
	assert_string_equal(through("255", 4), "255");
	/* From left to right. */
	assert_string_equal(through("3,^0-7,2", 8), "2");
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "",
					   ",",
					   "1,",
					   "a",
					   "256",
					   "3-1",
					   "1-",
					   "-1",
					   "^",
					   "1 2",
					   "0-256",
					   "allx",
					   "^all",
					   "1,^1",
					   "0x1",
					   "1--2",
					   "99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_equal(through(bad[i], 4), "refused");
}

static void test_long_list_is_cut(void **state)
{
	char out[CPU_LIST_TEXT];
	struct cpu_list l = { 0 };

	(void)state;
	for (unsigned int i = 0; i < CPU_LIST_MAX; i += 2)
		l.bits[i / 64] |= 1ULL << i % 64;
	cpu_list_format(&l, 256, out);
	assert_true(strlen(out) < sizeof(out));
	assert_memory_equal(out, "0,2,4,", 6);
}

static void test_any(void **state)
{
	struct cpu_list l;
	struct reason why;

	(void)state;
	assert_int_equal(cpu_list_parse(&l, "70", &why), 0);
	assert_true(cpu_list_has(&l, 70));
	assert_false(cpu_list_has(&l, 256));
	assert_false(cpu_list_any(&l, 70));
	assert_true(cpu_list_any(&l, 71));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_list_is_cut),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
