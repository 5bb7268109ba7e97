// SPDX-License-Identifier: GPL-2.0-or-later
/* What has just happened: the last ones, by a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "apid/recent.h"
#include "lib/deadline.h"

#define ONE "00000000-0000-0000-0000-000000000001"
#define TWO "00000000-0000-0000-0000-000000000002"

static int64_t now;

int64_t now_ms(void)
{
	return now;
}

static void known_by_both(void **state)
{
	struct recent r = { 0 };

	assert_false(recent_has(&r, "", 0)); /* a place that nobody has taken */
	recent_note(&r, ONE, 3);
	assert_true(recent_has(&r, ONE, 3));
	assert_false(recent_has(&r, ONE, 4));
	assert_false(recent_has(&r, TWO, 3));
	now += 1000000000;
	assert_true(recent_has(&r, ONE, 3));
}

static void the_last_ones_count(void **state)
{
	struct recent r = { 0 };

	for (int i = 0; i < RECENT_MAX; i++)
		recent_note(&r, ONE, i);
	assert_true(recent_has(&r, ONE, 0) && recent_has(&r, ONE, RECENT_MAX - 1));
	recent_note(&r, TWO, 0);
	assert_false(recent_has(&r, ONE, 0));
	assert_true(recent_has(&r, ONE, 1) && recent_has(&r, TWO, 0));
}

static void until_its_time(void **state)
{
	struct recent r = { .ms = 100 };

	recent_note(&r, ONE, 0);
	now += 60;
	recent_note(&r, TWO, 0);
	now += 39;
	assert_true(recent_has(&r, ONE, 0) && recent_has(&r, TWO, 0));
	now++;
	assert_false(recent_has(&r, ONE, 0));
	assert_true(recent_has(&r, TWO, 0));
	/* Once more: the older note of it does not hide the newer. */
	recent_note(&r, ONE, 0);
	assert_true(recent_has(&r, ONE, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_by_both),
		cmocka_unit_test(the_last_ones_count),
		cmocka_unit_test(until_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
