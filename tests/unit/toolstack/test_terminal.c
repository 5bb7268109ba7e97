// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `xl console` does when consoled, a pair of sockets here, ends while somebody types.
 */
#include "test.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/consoled.h"
#include "xl/console.h"
#include "xl/xl.h"

int consoled_connect(const char *line, struct reason *why)
{
	(void)line;
	errno = ENOENT;
	return reason_set(why, "there is no such console");
}

bool xl_domain(const char *text, domid_t *domid)
{
	(void)text, (void)domid;
	return false;
}

int xl_usage(void)
{
	return XL_FAILED;
}

/* Its own end of a pair; the other one is the standard input. */
static int keyboard(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(dup2(ends[1], STDIN_FILENO), STDIN_FILENO);
	close(ends[1]);
	return ends[0];
}

static void test_nobody_listens_any_more(void **state)
{
	int keys = keyboard(), console[2];
	pid_t pid;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, console), 0);
	/* As between its end and the news of that. */
	assert_int_equal(shutdown(console[1], SHUT_RD), 0);
	assert_int_equal(write(keys, "a", 1), 1);
	pid = fork();
	if (pid == 0) {
		usleep(200000);
		_exit(write(keys, "b\x1d", 2) != 2);
	}
	assert_int_equal(console_run(console[0], 1), XL_OK);
	/* Ended by who types, and not before. */
	assert_int_equal(recv(STDIN_FILENO, (char[1]){ 0 }, 1, MSG_DONTWAIT), -1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(console[1]);
	close(keys);
}

static void test_what_is_typed_arrives(void **state)
{
	int keys = keyboard(), console[2];
	char got[16] = "";

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, console), 0);
	assert_int_equal(write(keys, "words\x1dmore", 10), 10);
	assert_int_equal(console_run(console[0], 1), XL_OK);
	assert_int_equal(read(console[1], got, sizeof(got) - 1), 5);
	assert_string_equal(got, "words");
	assert_int_equal(read(console[1], got, 1), 0);
	close(console[1]);
	close(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_listens_any_more),
		cmocka_unit_test(test_what_is_typed_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
