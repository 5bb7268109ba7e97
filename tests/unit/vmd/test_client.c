// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The client's end, against a socket pair: messages, descriptors, and what is no message.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmd/client.h"

static struct reason why;
static int ours, theirs;

static int pair(void **state)
{
	int fds[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) < 0)
		return -1;
	ours = fds[0];
	theirs = fds[1];
	return 0;
}

static int unpair(void **state)
{
	(void)state;
	close(ours);
	if (theirs >= 0)
		close(theirs);
	return 0;
}

static void say(const char *text, size_t len, int *fds, size_t nr)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control = { 0 };
	struct iovec data = { (void *)text, len };
	struct msghdr m = { .msg_iov = &data, .msg_iovlen = 1 };

	if (nr) {
		m.msg_control = control.room;
		m.msg_controllen = CMSG_SPACE(nr * sizeof(int));
		CMSG_FIRSTHDR(&m)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&m)->cmsg_type = SCM_RIGHTS;
		CMSG_FIRSTHDR(&m)->cmsg_len = CMSG_LEN(nr * sizeof(int));
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, nr * sizeof(int));
	}
	assert_int_equal(sendmsg(theirs, &m, 0), len);
}

static int next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void test_talk(void **state)
{
	json_t *message;
	char text[128];
	ssize_t len;
	int passed;

	assert_int_equal(vmd_receive(ours, &message, &passed, &why), 0);
	assert_int_equal(vmd_send(ours, "vm.list", NULL, &why), 0);
	len = recv(theirs, text, sizeof(text), 0);
	assert_int_equal(len, strlen("{\"verb\":\"vm.list\"}"));
	assert_memory_equal(text, "{\"verb\":\"vm.list\"}", len);
	say("{\"progress\":0.5}", 16, NULL, 0);
	say("{\"ok\":{}}", 9, NULL, 0);
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), 1);
	assert_int_equal(passed, -1);
	assert_non_null(json_object_get(message, "progress"));
	json_decref(message);
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), 1);
	assert_non_null(json_object_get(message, "ok"));
	json_decref(message);
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), 0);
}

static void test_descriptors(void **state)
{
	int null = open("/dev/null", O_RDONLY), all[] = { null, null }, passed, free_fd;
	json_t *message;

	free_fd = next_fd();
	say("{\"ok\":{}}", 9, all, 1);
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), 1);
	assert_int_equal(passed, free_fd);
	assert_int_equal(fcntl(passed, F_GETFD), FD_CLOEXEC);
	close(passed);
	json_decref(message);
	/* Neither more than one nor those of what is no message are left open. */
	say("{\"ok\":{}}", 9, all, 2);
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), 1);
	json_decref(message);
	close(passed);
	assert_int_equal(next_fd(), free_fd);
	say("nonsense", 8, all, 2);
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), -1);
	assert_int_equal(passed, -1);
	assert_int_equal(next_fd(), free_fd);
	close(null);
}

static void test_end(void **state)
{
	json_t *message;
	int passed;

	close(theirs);
	theirs = -1;
	assert_int_equal(vmd_receive(ours, &message, &passed, &why), -1);
	assert_reason(why, "hung up");
	assert_int_equal(vmd_send(ours, "vm.list", NULL, &why), -1);
}

static void test_too_long(void **state)
{
	static char long_text[VMD_MESSAGE_MAX];
	json_t *args;

	memset(long_text, 'x', sizeof(long_text) - 1);
	args = json_pack("{s:s}", "x", long_text);
	assert_int_equal(vmd_send(ours, "a", args, &why), -1);
	assert_reason(why, "too long");
	json_decref(args);
	assert_int_equal(vmd_connect("/nowhere/at/all", &why), -1);
	assert_reason(why, "/nowhere/at/all");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_talk, pair, unpair),
		cmocka_unit_test_setup_teardown(test_descriptors, pair, unpair),
		cmocka_unit_test_setup_teardown(test_end, pair, unpair),
		cmocka_unit_test_setup_teardown(test_too_long, pair, unpair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
