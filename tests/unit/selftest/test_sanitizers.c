// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that the unit test build really has its sanitizers on: a child that reads past an
 * allocation, or overflows an int, must die. Without this, a lost compiler flag would make every
 * other unit test quietly weaker.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool child_dies(void (*crime)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		crime();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void innocent(void)
{
}

static void read_past_end(void)
{
	volatile char *p = malloc(16);
	volatile size_t past = 16;

	(void)p[past];
}

static void overflow_int(void)
{
	volatile int i = INT_MAX;

	i = i + 1;
}

static void test_innocent_child_lives(void **state)
{
	assert_false(child_dies(innocent));
}

static void test_address_sanitizer_is_on(void **state)
{
	assert_true(child_dies(read_past_end));
}

static void test_undefined_sanitizer_is_on(void **state)
{
	assert_true(child_dies(overflow_int));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_innocent_child_lives),
		cmocka_unit_test(test_address_sanitizer_is_on),
		cmocka_unit_test(test_undefined_sanitizer_is_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
