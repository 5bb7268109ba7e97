// SPDX-License-Identifier: GPL-2.0-or-later
/* Which machine checks are survived, which cost a guest, which the machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "machine_check.h"

#define GUEST true
#define HOST  false

static enum mc_verdict judge_one(uint64_t mcg, uint64_t status, bool in_guest)
{
	const struct mc_bank bank[] = { { .number = 0 }, { .number = 4, .status = status } };

	return mc_judge(mcg, bank, 2, in_guest);
}

static void test_corrected_errors_are_survived(void **state)
{
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_VALID, HOST), MC_GOES_ON);
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_VALID | MCI_OVERFLOW, HOST), MC_GOES_ON);
	assert_int_equal(mc_judge(MCG_RESTART_IP, NULL, 0, HOST), MC_GOES_ON);
	/* What is not valid says nothing. */
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_CONTEXT_CORRUPT | MCI_UNCORRECTED, HOST),
			 MC_GOES_ON);
}

static void test_a_lost_context_is_the_end(void **state)
{
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_VALID | MCI_CONTEXT_CORRUPT, GUEST),
			 MC_FATAL);
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_VALID | MCI_CONTEXT_CORRUPT, HOST),
			 MC_FATAL);
}

static void test_uncorrected_errors_cost_who_ran(void **state)
{
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_VALID | MCI_UNCORRECTED, GUEST),
			 MC_GUEST_LOST);
	assert_int_equal(judge_one(MCG_RESTART_IP, MCI_VALID | MCI_UNCORRECTED, HOST), MC_FATAL);
	assert_int_equal(
		judge_one(MCG_RESTART_IP, MCI_VALID | MCI_UNCORRECTED | MCI_OVERFLOW, GUEST),
		MC_FATAL);
}

static void test_what_cannot_be_restarted_does_not_go_on(void **state)
{
	assert_int_equal(judge_one(0, MCI_VALID, GUEST), MC_GUEST_LOST);
	assert_int_equal(judge_one(0, MCI_VALID, HOST), MC_FATAL);
	assert_int_equal(mc_judge(0, NULL, 0, HOST), MC_FATAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corrected_errors_are_survived),
		cmocka_unit_test(test_a_lost_context_is_the_end),
		cmocka_unit_test(test_uncorrected_errors_cost_who_ran),
		cmocka_unit_test(test_what_cannot_be_restarted_does_not_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
