// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The toolstack's client of the store, against a daemon that the test plays: answers wait in a
 * socket before the questions come.
 */
#include "../toolstack/test.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/xs_wire.h"
#include "lib/store.h"
#include "own_folder.h"

static struct store s;
static int daemon_fd;
static uint32_t answered;

static int setup(void **state)
{
	int fds[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return -1;
	memset(&s, 0, sizeof(s));
	s.fd = fds[0];
	daemon_fd = fds[1];
	answered = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(&s);
	close(daemon_fd);
	return 0;
}

static void answer_raw(uint32_t type, uint32_t req_id, const void *data, uint32_t len)
{
	struct xsd_sockmsg h = { .type = type, .req_id = req_id, .len = len };

	assert_int_equal(write(daemon_fd, &h, sizeof(h)), sizeof(h));
	if (len && len <= XENSTORE_PAYLOAD_MAX)
		assert_int_equal(write(daemon_fd, data, len), len);
}

/* The answer to the next question; a literal. */
#define answer(type, data) answer_raw(type, ++answered, data, sizeof(data) - 1)

/* What the client has sent: a type, and its payload with | for 0. */
static void sent(uint32_t type, const char *expected)
{
	struct xsd_sockmsg h;
	char text[XENSTORE_PAYLOAD_MAX + 1];

	assert_int_equal(recv(daemon_fd, &h, sizeof(h), MSG_WAITALL), sizeof(h));
	assert_int_equal(h.type, type);
	assert_true(h.len <= XENSTORE_PAYLOAD_MAX);
	if (h.len)
		assert_int_equal(recv(daemon_fd, text, h.len, MSG_WAITALL), h.len);
	for (uint32_t i = 0; i < h.len; i++)
		text[i] = text[i] ? text[i] : '|';
	text[h.len] = '\0';
	assert_string_equal(text, expected);
}

static void test_requests(void **state)
{
	struct buf value = { 0 };

	(void)state;
	answer(XS_READ, "some value");
	assert_int_equal(store_read(&s, "/a", &value), 0);
	assert_string_equal(value.data, "some value");
	sent(XS_READ, "/a|");
	answer(XS_WRITE, "OK\0");
	assert_int_equal(store_write(&s, "/a", "v"), 0);
	sent(XS_WRITE, "/a|v");
	answer(XS_SET_PERMS, "OK\0");
	assert_int_equal(store_set_perms(&s, "/a", "n0 r3"), 0);
	sent(XS_SET_PERMS, "/a|n0|r3|");
	answer(XS_INTRODUCE, "OK\0");
	assert_int_equal(store_introduce(&s, 3, 0xfeffc, 7), 0);
	sent(XS_INTRODUCE, "3|1044476|7|");
	buf_free(&value);
}

static void test_errors(void **state)
{
	(void)state;
	answer(XS_ERROR, "EACCES\0");
	assert_int_equal(store_write(&s, "/a", "v"), -1);
	assert_int_equal(errno, EACCES);
	answer(XS_ERROR, "EWHATEVER\0");
	assert_int_equal(store_write(&s, "/a", "v"), -1);
	assert_int_equal(errno, EIO);
	answer(XS_ERROR, "ENOENT\0");
	assert_int_equal(store_remove(&s, "/a"), 0);
}

static void test_answers_that_are_none(void **state)
{
	struct timeval patience = { .tv_usec = 1000 };

	(void)state;
	answer_raw(XS_READ, 77, "x", 1);
	assert_int_equal(store_read(&s, "/a", NULL), -1);
	assert_int_equal(errno, EPROTO);
	teardown(state);
	setup(state);
	answer_raw(XS_READ, 1, NULL, XENSTORE_PAYLOAD_MAX + 1);
	assert_int_equal(store_read(&s, "/a", NULL), -1);
	assert_int_equal(errno, EPROTO);
	teardown(state);
	setup(state);
	/* None at all must not look like a transaction that is to be tried again. */
	setsockopt(s.fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(store_end(&s, true), -1);
	assert_int_equal(errno, ETIMEDOUT);
}

static void test_batch(void **state)
{
	(void)state;
	answer(XS_TRANSACTION_START, "5\0");
	assert_int_equal(store_begin(&s), 0);
	assert_int_equal(s.tx_id, 5);
	sent(XS_TRANSACTION_START, "|");
	store_batch_begin(&s);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(store_write(&s, "/a", "v"), 0);
	answer(XS_WRITE, "OK\0");
	answer(XS_ERROR, "ENOSPC\0");
	answer(XS_WRITE, "OK\0");
	assert_int_equal(store_batch_end(&s), -1);
	assert_int_equal(errno, ENOSPC);
	for (unsigned int i = 0; i < 3; i++)
		sent(XS_WRITE, "/a|v");
	/* It is in step again. */
	answer(XS_TRANSACTION_END, "OK\0");
	assert_int_equal(store_end(&s, false), 0);
	sent(XS_TRANSACTION_END, "F|");
	assert_int_equal(s.tx_id, 0);
}

static void test_long_list(void **state)
{
	struct buf names = { 0 };

	(void)state;
	answer(XS_ERROR, "E2BIG\0");
	answer(XS_DIRECTORY_PART, "7\0one\0two\0");
	/* It has changed: from the start. */
	answer(XS_DIRECTORY_PART, "8\0three\0");
	answer(XS_DIRECTORY_PART, "8\0one\0three\0");
	answer(XS_DIRECTORY_PART, "8\0two\0\0");
	assert_int_equal(store_list(&s, "/a", &names), 0);
	assert_int_equal(names.len, 14);
	assert_memory_equal(names.data, "one\0three\0two", 14);
	sent(XS_DIRECTORY, "/a|");
	sent(XS_DIRECTORY_PART, "/a|0|");
	sent(XS_DIRECTORY_PART, "/a|8|");
	sent(XS_DIRECTORY_PART, "/a|0|");
	sent(XS_DIRECTORY_PART, "/a|10|");
	/* Nothing that one could go on from. */
	names.len = 0;
	answer(XS_ERROR, "E2BIG\0");
	answer(XS_DIRECTORY_PART, "");
	assert_int_equal(store_list(&s, "/a", &names), -1);
	assert_int_equal(errno, EPROTO);
	buf_free(&names);
}

/*
 * A daemon that is started again, in a process of its own: each connection ends after so many
 * requests.
 */

#define LIVES 4

static struct life {
	unsigned int requests;
	bool silent; /* takes the last request, and does not answer */
} lives[LIVES];
static struct heard {
	uint32_t type[64];
	unsigned int nr;
} * heard; /* shared with it */

static bool serve_one(int fd, bool silent)
{
	struct xsd_sockmsg h;
	char payload[XENSTORE_PAYLOAD_MAX];
	static const char watched[] = "/w\0t";

	if (recv(fd, &h, sizeof(h), MSG_WAITALL) != sizeof(h) ||
	    (h.len && recv(fd, payload, h.len, MSG_WAITALL) != (ssize_t)h.len))
		return false;
	heard->type[heard->nr++] = h.type;
	if (silent)
		return true;
	h.len = 3;
	write(fd, &h, sizeof(h));
	write(fd, h.type == XS_TRANSACTION_START ? "9\0" : "OK", 3);
	if (h.type != XS_WATCH)
		return true;
	h = (struct xsd_sockmsg){ .type = XS_WATCH_EVENT, .len = sizeof(watched) };
	write(fd, &h, sizeof(h));
	write(fd, watched, sizeof(watched));
	return true;
}

static void daemon_live(int listener)
{
	for (unsigned int life = 0; life < LIVES && lives[life].requests; life++) {
		int fd = accept(listener, NULL, NULL);

		for (unsigned int i = 1; i <= lives[life].requests; i++)
			serve_one(fd, lives[life].silent && i == lives[life].requests);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
}

static pid_t daemon_pid;
static int listen_fd;

static void daemon_start(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = STORE_SOCKET };

	unlink(STORE_SOCKET);
	listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listen_fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listen_fd, 8), 0);
	heard = mmap(NULL, sizeof(*heard), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	assert_ptr_not_equal(heard, MAP_FAILED);
	daemon_pid = fork();
	assert_true(daemon_pid >= 0);
	if (daemon_pid == 0) {
		daemon_live(listen_fd);
		_exit(0);
	}
	assert_int_equal(store_open(&s), 0);
}

static void daemon_end(void)
{
	assert_int_equal(waitpid(daemon_pid, NULL, 0), daemon_pid);
	store_close(&s);
	close(listen_fd);
	unlink(STORE_SOCKET);
	memset(lives, 0, sizeof(lives));
}

static void test_daemon_restarts(void **state)
{
	struct buf value = { 0 };

	(void)state;
	lives[0] = (struct life){ .requests = 2, .silent = true };
	lives[1] = (struct life){ .requests = 1 };
	lives[2] = (struct life){ .requests = 4 };
	daemon_start();
	assert_int_equal(store_write(&s, "/a", "v"), 0);
	/* Heard, and perhaps done, but not answered. */
	assert_int_equal(store_read(&s, "/a", &value), 0);
	assert_string_equal(value.data, "OK");
	/* All of a batch again. */
	store_batch_begin(&s);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(store_write(&s, "/a", "v"), 0);
	assert_int_equal(store_batch_end(&s), 0);
	assert_int_equal(store_read(&s, "/a", NULL), 0);
	daemon_end();
	assert_int_equal(heard->nr, 2 + 1 + 4);
	buf_free(&value);
}

static void test_daemon_restarts_in_a_transaction(void **state)
{
	(void)state;
	lives[0] = (struct life){ .requests = 2 };
	lives[1] = (struct life){ .requests = 3 };
	daemon_start();
	assert_int_equal(store_begin(&s), 0);
	assert_int_equal(store_write(&s, "/a", "v"), 0);
	assert_int_equal(store_write(&s, "/a", "w"), 0);
	errno = 0;
	assert_int_equal(store_read(&s, "/a", &(struct buf){ 0 }), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(store_end(&s, true), -1);
	assert_int_equal(errno, EAGAIN);
	/* The second try. */
	assert_int_equal(store_begin(&s), 0);
	assert_int_equal(store_write(&s, "/a", "w"), 0);
	assert_int_equal(store_end(&s, true), 0);
	daemon_end();
	assert_int_equal(heard->nr, 5);
}

static void test_daemon_restarts_under_a_watch(void **state)
{
	struct buf event = { 0 };

	(void)state;
	lives[0] = (struct life){ .requests = 2 };
	/* It dies again, while the watch is set again. */
	lives[1] = (struct life){ .requests = 1, .silent = true };
	lives[2] = (struct life){ .requests = 2 };
	daemon_start();
	assert_int_equal(store_watch(&s, "/w", "t"), 0);
	/* An event stands before the answer. */
	assert_int_equal(store_read(&s, "/a", NULL), 0);
	assert_int_equal(store_event_wait(&s, 0), 1);
	assert_int_equal(store_event(&s, &event), 0);
	assert_string_equal(event.data, "/w");
	/* The end of the connection is one, too: something may have been missed. */
	event.len = 0;
	assert_int_equal(store_event_wait(&s, 5000), 1);
	assert_int_equal(store_event(&s, &event), 0);
	assert_string_equal(event.data, "/w");
	assert_int_equal(store_event_wait(&s, 0), 0);
	assert_int_equal(store_read(&s, "/a", NULL), 0);
	daemon_end();
	assert_int_equal(heard->type[2], XS_WATCH);
	buf_free(&event);
}

#define with_daemon(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_daemon(test_requests),
		with_daemon(test_errors),
		with_daemon(test_answers_that_are_none),
		with_daemon(test_batch),
		with_daemon(test_long_list),
		cmocka_unit_test(test_daemon_restarts),
		cmocka_unit_test(test_daemon_restarts_in_a_transaction),
		cmocka_unit_test(test_daemon_restarts_under_a_watch),
	};

	return cmocka_run_group_tests(tests, own_folder_enter, own_folder_leave);
}
