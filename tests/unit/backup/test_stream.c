// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes from transfer, a process of the test's here. There is no API.
 */
#include "test.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup/stream.h"
#include "lib/write_all.h"
#include "own_folder.h"

#define BODY (3 * STREAM_PIECE)

static int sent[2]; /* a pipe: all of the answer is on its way */

json_t *api_call(struct api *api, const char *method, json_t *params)
{
	(void)api;
	json_decref(params);
	if (strcmp(method, "task.create") == 0)
		return json_string("OpaqueRef:task");
	assert_string_equal(method, "task.get_record");
	return json_pack("{s:s}", "status", "success");
}

bool api_do(struct api *api, const char *method, json_t *params)
{
	(void)api;
	assert_string_equal(method, "task.destroy");
	json_decref(params);
	return true;
}

int backup_api_failed(struct backup *b, struct reason *why)
{
	(void)b;
	return reason_set(why, "the API");
}

const char *record_text(const json_t *record, const char *field)
{
	return json_string_value(json_object_get(record, field)) ?: "";
}

/* So slow that everything has been sent when the answer is looked for. */
int write_all(int fd, const void *data, size_t len)
{
	char c;

	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(read(sent[0], &c, 1), 1);
	return 0;
}

static void answer(int listener, const char *head, size_t body)
{
	const int room = 4 * BODY;
	static char text[BODY + 256];
	size_t len = strlen(head);
	int fd = accept(listener, NULL, NULL);

	memcpy(text, head, len);
	memset(text + len, 'x', body);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (write(fd, text, len + body) != (ssize_t)(len + body) || write(sent[1], "", 1) != 1)
		_exit(1);
	_exit(read(fd, text, sizeof(text)) <= 0); /* the request */
}

/* How stream_export() went with an answer; the length of the body that came, or -1. */
static ssize_t export_of(const char *head, size_t body, struct reason *why)
{
	const struct backup_settings settings = { .transfer = "socket" };
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct backup b = { .settings = &settings };
	static struct stream s;
	ssize_t all = -1, n;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), status;
	pid_t pid;

	assert_int_equal(pipe(sent), 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (pid == 0)
		answer(listener, head, body);
	if (stream_export(&s, &b, "OpaqueRef:vm", why) == 0) {
		for (all = 0; (n = stream_read(&s, why)) > 0; all += n)
			assert_int_equal(s.piece[0], 'x');
		assert_int_equal(n, 0);
		stream_close(&s);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(unlink("socket"), 0);
	close(listener);
	close(sent[0]);
	close(sent[1]);
	return all;
}

static void test_all_at_once(void **state)
{
	struct reason why;

	(void)state;
	if (geteuid() != 0)
		skip(); /* it does not fit into a socket */
	assert_int_equal(export_of("Status: 200 OK\r\nX: y\r\n\r\n", BODY, &why), BODY);
	assert_int_equal(export_of("Status: 200 OK\r\n\r\n", 3, &why), 3);
}

static void test_no_answers(void **state)
{
	struct reason why;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(export_of("Status: 200 OK\r\n", BODY, &why), -1);
	assert_string_equal(why.text, "transfer gives no answer");
	assert_int_equal(export_of("", 0, &why), -1);
	assert_string_equal(why.text, "transfer gives no answer");
	assert_int_equal(export_of("Status: 503 Service Unavailable\r\n\r\ntoo many\r\n", 0, &why),
			 -1);
	assert_string_equal(why.text, "too many");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, own_folder_enter, own_folder_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_at_once),
		TEST(no_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
