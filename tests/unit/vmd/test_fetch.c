// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a fetch comes to: its process is the test's.
 */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/deadline.h"
#include "vmd/fetch.h"

static unsigned int told;
static int64_t *deadline; /* that passes when progress is told; NULL: it does not */

void call_progress(struct call *c, double done)
{
	assert_true(done == 0.25);
	told++;
	if (deadline)
		*deadline = 0;
}

static double quarter(const struct fetch *f)
{
	return 0.25;
}

static void begin(struct fetch *f)
{
	*f = (struct fetch){ .deadline = now_ms() + 600000, .done = quarter };
	told = 0;
	deadline = NULL;
	fetch_begin(f);
}

static pid_t child(int status)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(status);
	return pid;
}

static pid_t child_endless(void)
{
	pid_t pid = fork();

	while (pid == 0)
		pause();
	return pid;
}

static void test_ends(void **state)
{
	static const struct {
		int status;
		enum fetch_verdict verdict;
	} ends[] = { { 0, FETCH_DONE },
		     { FETCH_STATUS_NOT_THERE, FETCH_NOT_THERE },
		     { 63, FETCH_TOO_LARGE },
		     { 6, FETCH_FAILED },
		     { 126, FETCH_FAILED } };
	struct fetch f;
	pid_t pid;

	begin(&f);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		assert_int_equal(fetch_wait(&f, child(ends[i].status)), ends[i].verdict);
	pid = child_endless();
	kill(pid, SIGXFSZ);
	assert_int_equal(fetch_wait(&f, pid), FETCH_TOO_LARGE);
	pid = child_endless();
	kill(pid, SIGKILL);
	assert_int_equal(fetch_wait(&f, pid), FETCH_FAILED);
	fetch_end(&f);
	assert_int_equal(told, 0);
}

static void test_late(void **state)
{
	struct fetch f;
	pid_t pid = child_endless();

	begin(&f);
	deadline = &f.deadline;
	assert_int_equal(fetch_wait(&f, pid), FETCH_LATE);
	fetch_end(&f);
	assert_int_equal(told, 1);
	/* It is not left over. */
	assert_int_equal(waitpid(pid, NULL, 0), -1);
}

static void test_none(void **state)
{
	char text[FETCH_SAID];
	struct fetch f;

	begin(&f);
	errno = EAGAIN;
	assert_int_equal(fetch_wait(&f, -1), FETCH_FAILED);
	assert_string_equal(fetch_said(&f, text), strerror(EAGAIN));
	fetch_end(&f);
}

static void test_said(void **state)
{
	char text[FETCH_SAID];
	struct fetch f;

	begin(&f);
	assert_string_equal(fetch_said(&f, text), "");
	for (unsigned int i = 0; i < 1000; i++)
		dprintf(f.said, "%d, ", i);
	fetch_said(&f, text);
	assert_int_equal(strlen(text), FETCH_SAID - 1);
	assert_non_null(strstr(text, "998, 999, "));
	fetch_end(&f);
}

/* Whoever waited hangs up: the fetch ends, this process does not. */
static void test_cancelled(void **state)
{
	struct fetch f;
	pid_t pid = child_endless(), from = getpid(), other;

	begin(&f);
	other = fork();
	if (other == 0) {
		usleep(300000);
		kill(from, SIGTERM);
		_exit(0);
	}
	assert_int_equal(fetch_wait(&f, pid), FETCH_CANCELLED);
	assert_int_equal(waitpid(pid, NULL, 0), -1);
	fetch_end(&f);
	waitpid(other, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),      cmocka_unit_test(test_late),
		cmocka_unit_test(test_none),      cmocka_unit_test(test_said),
		cmocka_unit_test(test_cancelled), /* the last: it stays so */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
