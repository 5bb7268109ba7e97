// SPDX-License-Identifier: GPL-2.0-or-later
/* swiotlb=force, put into a kernel's command line and taken out of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "domain/private.h"

static void becomes(const char *before, bool force, int rc, const char *after)
{
	char line[64];

	strcpy(line, before);
	assert_int_equal(dom0_swiotlb(line, sizeof(line), force), rc);
	assert_string_equal(line, after);
}

static void test_taken_out(void **state)
{
	becomes("console=hvc0 swiotlb=force quiet", false, 1, "console=hvc0  quiet");
	becomes("swiotlb=force", false, 1, "");
	becomes("a swiotlb=8192,force b", false, 1, "a swiotlb=8192 b");
	becomes("swiotlb=force swiotlb=9,2,force x", false, 1, " swiotlb=9,2 x");
	becomes("swiotlb=force,force", false, 1, "");
}

static void test_nothing_to_take_out(void **state)
{
	becomes("", false, 0, "");
	becomes("swiotlb=8192 x", false, 0, "swiotlb=8192 x");
	becomes("swiotlb=noforce", false, 0, "swiotlb=noforce");
	becomes("swiotlb=forced", false, 0, "swiotlb=forced");
	becomes("xswiotlb=force", false, 0, "xswiotlb=force");
	becomes("swiotlb= force", false, 0, "swiotlb= force");
}

static void test_put_in(void **state)
{
	becomes("", true, 1, " swiotlb=force");
	becomes("console=hvc0 swiotlb=8192", true, 1, "console=hvc0 swiotlb=8192 swiotlb=force");
	becomes("swiotlb=8192,force x", true, 0, "swiotlb=8192,force x");
	becomes("x swiotlb=force", true, 0, "x swiotlb=force");
}

static void test_no_room(void **state)
{
	char line[18] = "abc";

	assert_int_equal(dom0_swiotlb(line, 17, true), -ENOSPC);
	assert_string_equal(line, "abc");
	assert_int_equal(dom0_swiotlb(line, 18, true), 1);
	assert_string_equal(line, "abc swiotlb=force");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken_out),
		cmocka_unit_test(test_nothing_to_take_out),
		cmocka_unit_test(test_put_in),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
