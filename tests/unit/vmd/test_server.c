// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon's socket with operations of our own: an answer, one that takes long, one that dies,
 * one that says more than its client reads.
 */
#include "test.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "own_folder.h"
#include "vmd/call.h"
#include "vmd/client.h"
#include "vmd/server.h"

#define SOCKET_PATH "run/vmd.sock"
#define STOPPED     "run/stopped"
#define OPERATIONS  32
#define WAIT_MS     120000

static struct reason why;
static pid_t server;

/* --- in the server's processes ---------------------------------------------------------------- */

static void stopped(int sig)
{
	(void)sig;
	_exit(fopen(STOPPED, "w") ? 0 : 1);
}

static bool say(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

bool call_run(int fd, const void *text, size_t len)
{
	static const char *const words[] = { "answer", "wait", "die", "flood" };
	size_t word = 0;

	while (word < 4 && !memmem(text, len, words[word], strlen(words[word])))
		word++;
	signal(SIGTERM, stopped);
	/* Should the server be killed, nobody tells it. */
	if (word == 1 && say(fd, "{\"progress\":0.0}"))
		sleep(30);
	if (word == 2)
		kill(getpid(), SIGKILL);
	while (word == 3)
		if (!say(fd, "{\"progress\":0.5}"))
			return false;
	return say(fd, "{\"ok\":{}}");
}

/* --- in the test ------------------------------------------------------------------------------ */

static int start(void **state)
{
	(void)state;
	unlink(STOPPED);
	server = fork();
	if (server == 0)
		_exit(server_run(SOCKET_PATH));
	for (int i = 0; i < WAIT_MS / 10; i++) {
		int fd = vmd_connect(SOCKET_PATH, &why);

		if (fd >= 0) {
			close(fd);
			return 0;
		}
		usleep(10000);
	}
	return -1;
}

static int stop(void **state)
{
	int status;

	(void)state;
	kill(server, SIGTERM);
	assert_int_equal(waitpid(server, &status, 0), server);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	unlink(SOCKET_PATH);
	unlink(STOPPED);
	rmdir("run");
	return 0;
}

static int connected(void)
{
	int fd = vmd_connect(SOCKET_PATH, &why);

	assert_true(fd >= 0);
	return fd;
}

/* The next message; NULL: the connection has ended. */
static json_t *next(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	json_t *message = NULL;
	int passed, rc;

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	rc = vmd_receive(fd, &message, &passed, &why);
	assert_int_not_equal(rc, 0);
	return rc < 0 ? NULL : message;
}

static void says(int fd, const char *code)
{
	json_t *message = next(fd);
	json_t *error = json_object_get(message, "error");

	assert_non_null(message);
	if (code)
		assert_string_equal(json_string_value(json_array_get(error, 0)), code);
	else
		assert_non_null(json_object_get(message, "ok"));
	json_decref(message);
}

static void test_one_after_another(void **state)
{
	int fd = connected();

	for (int i = 0; i < 3; i++) {
		assert_int_equal(vmd_send(fd, "answer", NULL, &why), 0);
		says(fd, NULL);
	}
	close(fd);
}

static void test_operation_dies(void **state)
{
	int fd = connected();

	assert_int_equal(vmd_send(fd, "die", NULL, &why), 0);
	says(fd, "INTERNAL_ERROR");
	/* The connection is as good as before. */
	assert_int_equal(vmd_send(fd, "answer", NULL, &why), 0);
	says(fd, NULL);
	close(fd);
}

static void test_too_long(void **state)
{
	static char text[VMD_MESSAGE_MAX + 1];
	int fd = connected(), room = 4 * VMD_MESSAGE_MAX;

	memset(text, 'x', sizeof(text));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	assert_int_equal(send(fd, text, sizeof(text), 0), sizeof(text));
	says(fd, "INVALID_VALUE");
	assert_null(next(fd));
	close(fd);
}

/* An operation has begun that takes long. */
static int waiting(void)
{
	int fd = connected();
	json_t *message;

	assert_int_equal(vmd_send(fd, "wait", NULL, &why), 0);
	message = next(fd);
	assert_non_null(json_object_get(message, "progress"));
	json_decref(message);
	return fd;
}

static void test_client_leaves(void **state)
{
	int fd = waiting();

	close(fd);
	for (int i = 0; i < WAIT_MS / 10 && access(STOPPED, F_OK) < 0; i++)
		usleep(10000);
	assert_int_equal(access(STOPPED, F_OK), 0);
}

static void test_client_does_not_read(void **state)
{
	int fd = connected(), other = connected();
	struct pollfd gone = { .fd = fd };
	json_t *message;

	assert_int_equal(vmd_send(fd, "flood", NULL, &why), 0);
	/* Nobody else waits for that. */
	assert_int_equal(vmd_send(other, "answer", NULL, &why), 0);
	says(other, NULL);
	/* The server gives up by itself; what had been sent is there, and then the end. */
	assert_int_equal(poll(&gone, 1, WAIT_MS), 1);
	assert_true(gone.revents & POLLHUP);
	while ((message = next(fd)))
		json_decref(message);
	close(fd);
	close(other);
}

static bool is_refused(int fd)
{
	json_t *message;
	bool refused;

	assert_int_equal(vmd_send(fd, "answer", NULL, &why), 0);
	message = next(fd);
	refused = json_object_get(message, "error") != NULL;
	json_decref(message);
	return refused;
}

static void test_too_busy(void **state)
{
	int fds[OPERATIONS], more = connected();

	for (int i = 0; i < OPERATIONS; i++)
		fds[i] = waiting();
	assert_int_equal(vmd_send(more, "answer", NULL, &why), 0);
	says(more, "TOO_BUSY");
	for (int i = 0; i < OPERATIONS; i++)
		close(fds[i]);
	/* Those take a moment to hear of it. */
	for (int i = 0; i < WAIT_MS / 10 && is_refused(more); i++)
		usleep(10000);
	assert_false(is_refused(more));
	close(more);
}

/* Killed, it is started again, and takes its socket's place. */
static void test_killed(void **state)
{
	int fd = waiting(), status;

	kill(server, SIGKILL);
	waitpid(server, &status, 0);
	assert_int_equal(start(state), 0);
	close(fd);
	fd = connected();
	assert_int_equal(vmd_send(fd, "answer", NULL, &why), 0);
	says(fd, NULL);
	close(fd);
}

#define served(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		served(test_one_after_another),
		served(test_operation_dies),
		served(test_too_long),
		served(test_client_leaves),
		served(test_client_does_not_read),
		served(test_too_busy),
		served(test_killed),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
