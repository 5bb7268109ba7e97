// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting programs: their output, their complaints, and an end for those that do not end.
 */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "storage/program.h"

static int shell(const char *script, unsigned int seconds, struct buf *out, struct sr_error *e)
{
	const char *argv[] = { "sh", "-c", script, NULL };

	return program_run(argv, seconds, out, e);
}

static void test_output(void **state)
{
	struct buf out = { 0 };
	struct sr_error e;

	assert_int_equal(shell("echo one; echo two; echo not this >&2", 30, &out, &e), 0);
	assert_string_equal(out.data, "one\ntwo\n");
	buf_free(&out);
}

static void test_environment_is_ours(void **state)
{
	struct buf out = { 0 };
	struct sr_error e;

	setenv("SECRET", "x", 1);
	assert_int_equal(shell("echo $SECRET$LC_ALL; cat", 30, &out, &e), 0);
	assert_string_equal(out.data, "C\n");
	buf_free(&out);
}

static void test_complaint(void **state)
{
	struct sr_error e;

	assert_int_equal(shell("echo '  WARNING: never mind' >&2; echo '  No room.' >&2;"
			       "echo 'Gave up.' >&2; exit 5",
			       30, NULL, &e),
			 -1);
	assert_string_equal(e.code, ERR_BACKEND);
	assert_string_equal(e.why.text, "sh: No room.; Gave up.");
	assert_int_equal(shell("kill -9 $$", 30, NULL, &e), -1);
	assert_reason(e.why, "signal 9");
}

static void test_no_such_program(void **state)
{
	const char *argv[] = { "no-such-program", NULL };
	struct sr_error e;

	assert_int_equal(program_run(argv, 5, NULL, &e), -1);
	assert_reason(e.why, "no program no-such-program");
	assert_false(program_exists("no-such-program"));
	assert_true(program_exists("sh"));
}

static void test_much_output_on_both_streams(void **state)
{
	struct buf out = { 0 };
	struct sr_error e;

	assert_int_equal(shell("dd if=/dev/zero bs=1000 count=1000 status=none | tr '\\0' a;"
			       "dd if=/dev/zero bs=1000 count=1000 status=none | tr '\\0' b >&2",
			       60, &out, &e),
			 0);
	assert_int_equal(out.len, 1000000);
	buf_free(&out);
}

/* Half a report would be taken for a whole one. */
static void test_output_beyond_all_bounds(void **state)
{
	struct buf out = { 0 };
	struct sr_error e;

	assert_int_equal(
		shell("dd if=/dev/zero bs=100000 count=100 status=none | tr '\\0' a", 60, &out, &e),
		-1);
	assert_reason(e.why, "output is too long");
	buf_free(&out);
}

/* Its children, too, even those that ignore a polite signal. */
static void test_bounded_time(void **state)
{
	struct buf out = { 0 };
	struct timespec from, to;
	struct sr_error e;
	char file[] = "/tmp/test_program.XXXXXX", script[200];
	int fd = mkstemp(file);
	long pid = 0;
	FILE *f;

	assert_true(fd >= 0);
	snprintf(script, sizeof(script), "trap '' TERM; sleep 300 & echo $! >%s; wait; wait", file);
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(shell(script, 5, &out, &e), -1);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_reason(e.why, "did not end within 5 seconds");
	assert_true(to.tv_sec - from.tv_sec < 60);
	f = fopen(file, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld", &pid), 1);
	fclose(f);
	/* Gone, or about to be: nobody here reaps it. */
	for (int i = 0; i < 1200 && kill((pid_t)pid, 0) == 0; i++)
		usleep(50000);
	snprintf(script, sizeof(script), "/proc/%ld/stat", pid);
	f = fopen(script, "r");
	if (f) {
		char status = 0;

		assert_int_equal(fscanf(f, "%*d %*s %c", &status), 1);
		assert_int_equal(status, 'Z');
		fclose(f);
	}
	close(fd);
	unlink(file);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output),
		cmocka_unit_test(test_environment_is_ours),
		cmocka_unit_test(test_complaint),
		cmocka_unit_test(test_no_such_program),
		cmocka_unit_test(test_much_output_on_both_streams),
		cmocka_unit_test(test_output_beyond_all_bounds),
		cmocka_unit_test(test_bounded_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
