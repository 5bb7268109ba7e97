// SPDX-License-Identifier: GPL-2.0-or-later
/* Interruptions that wait. */
#include "test.h"

#include <signal.h>

#include "vm/signals.h"

static const int all[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

/* Whoever runs the tests may ignore some, as a shell does for what it puts into the background. */
static int nothing_ignored(void **state)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		signal(all[i], SIG_DFL);
	return 0;
}

/* What waits goes when it is ignored. */
static void forget(int signal_nr, const sigset_t *before)
{
	signal(signal_nr, SIG_IGN);
	sigprocmask(SIG_SETMASK, before, NULL);
	signal(signal_nr, SIG_DFL);
}

static void test_each_waits(void **state)
{
	sigset_t before;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		signals_hold(&before);
		assert_false(signals_waiting());
		raise(all[i]);
		assert_true(signals_waiting());
		forget(all[i], &before);
		assert_false(signals_waiting());
	}
}

/* `nohup xl migrate`, and the terminal goes away. */
static void test_ignored_stays_ignored(void **state)
{
	sigset_t before;

	signal(SIGHUP, SIG_IGN);
	signals_hold(&before);
	raise(SIGHUP);
	assert_false(signals_waiting());
	raise(SIGTERM);
	assert_true(signals_waiting());
	forget(SIGTERM, &before);
	signal(SIGHUP, SIG_DFL);
}

/* Who started us had blocked it already. */
static void test_ignored_and_blocked_before(void **state)
{
	sigset_t hup, before;

	sigemptyset(&hup);
	sigaddset(&hup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hup, &before);
	signal(SIGHUP, SIG_IGN);
	raise(SIGHUP);
	signals_hold(&hup);
	assert_false(signals_waiting());
	forget(SIGHUP, &before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_waits),
		cmocka_unit_test(test_ignored_stays_ignored),
		cmocka_unit_test(test_ignored_and_blocked_before),
	};

	return cmocka_run_group_tests(tests, nothing_ignored, NULL);
}
