// SPDX-License-Identifier: GPL-2.0-or-later
/* What the web server hands over: paths, parameters, passwords, bodies; and what is cut off. */
#include "transfer/request.h"

#include <sys/socket.h>
#include <unistd.h>

#include "files.h"

static int peer;

/* NAME=VALUE lines as an SCGI request with a body behind. */
static int read_request(struct request *r, const char *headers, const char *body,
			struct reason *why)
{
	struct buf block = { 0 }, all = { 0 };
	int fds[2];

	for (const char *line = headers; *line;) {
		size_t name = strcspn(line, "="), len = strcspn(line, "\n");

		buf_append(&block, line, name);
		buf_append(&block, "", 1);
		buf_append(&block, line + name + 1, len - name - 1);
		buf_append(&block, "", 1);
		line += len + (line[len] == '\n');
	}
	buf_printf(&all, "%zu:", block.len);
	buf_append(&all, block.data, block.len);
	buf_printf(&all, ",%s", body);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	peer = fds[1];
	assert_int_equal(write(peer, all.data, all.len), all.len);
	shutdown(peer, SHUT_WR);
	buf_free(&block);
	buf_free(&all);
	return request_read(r, fds[0], why);
}

static void end(struct request *r)
{
	request_close(r);
	close(peer);
}

static void test_parameters(void **state)
{
	char text[32];
	struct request r;
	struct reason why;

	(void)state;
	assert_int_equal(
		read_request(&r,
			     "CONTENT_LENGTH=0\nSCGI=1\nREQUEST_METHOD=GET\n"
			     "REQUEST_URI=/export/?uuid=a%2Db&name=two+words&x=&vdi=%zz&y=%00",
			     "", &why),
		0);
	assert_string_equal(r.path, "/export");
	assert_false(r.put);
	assert_true(request_param(&r, "uuid", text, sizeof(text)));
	assert_string_equal(text, "a-b");
	assert_true(request_param(&r, "name", text, sizeof(text)));
	assert_string_equal(text, "two words");
	assert_true(request_param(&r, "x", text, sizeof(text)));
	assert_string_equal(text, "");
	assert_false(request_param(&r, "uid", text, sizeof(text)));
	assert_false(request_param(&r, "vdi", text, sizeof(text)));
	assert_false(request_param(&r, "y", text, sizeof(text)));
	assert_false(request_param(&r, "name", text, 9));
	assert_string_equal(text, "");
	end(&r);
}

static void test_passwords(void **state)
{
	static const struct {
		const char *header;
		bool good;
	} all[] = {
		{ "Basic cm9vdDpzZWM6cmV0", true },   { "basic cm9vdDpzZWM6cmV0", true },
		{ "Basic cm9vdA==", false },          { "Basic !!!!", false },
		{ "Bearer cm9vdDpzZWM6cmV0", false }, { "Basic cm9vdAA6eA==", false },
	};
	char name[128], password[256], headers[256];
	struct request r;
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(headers, sizeof(headers),
			 "CONTENT_LENGTH=0\nSCGI=1\nREQUEST_METHOD=GET\nREQUEST_URI=/x\n"
			 "HTTP_AUTHORIZATION=%s",
			 all[i].header);
		assert_int_equal(read_request(&r, headers, "", &why), 0);
		assert_int_equal(request_basic(&r, name, password), all[i].good);
		if (all[i].good) {
			assert_string_equal(name, "root");
			assert_string_equal(password, "sec:ret");
		}
		end(&r);
	}
}

static void test_bodies(void **state)
{
	struct request r;
	struct reason why;
	struct source_input input;
	struct source *s;
	char text[64] = "";

	(void)state;
	assert_int_equal(read_request(&r,
				      "CONTENT_LENGTH=11\nSCGI=1\nREQUEST_METHOD=PUT\n"
				      "REQUEST_URI=/import/",
				      "hello world and more", &why),
			 0);
	assert_true(r.put);
	input = request_body(&r);
	s = source_open(&input, &why);
	assert_int_equal(source_read(s, text, sizeof(text), &why), 11);
	assert_string_equal(text, "hello world");
	source_close(s);
	end(&r);
	/* Of a length that the client did not know. */
	assert_int_equal(read_request(&r,
				      "CONTENT_LENGTH=1125899906842624\nSCGI=1\n"
				      "REQUEST_METHOD=PUT\nREQUEST_URI=/import/",
				      "all there is", &why),
			 0);
	input = request_body(&r);
	s = source_open(&input, &why);
	assert_int_equal(source_read(s, text, sizeof(text), &why), 12);
	assert_int_equal(source_end(s, &why), 0);
	source_close(s);
	end(&r);
}

static int read_http(struct request *r, const char *text, struct reason *why)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	peer = fds[1];
	assert_int_equal(write(peer, text, strlen(text)), strlen(text));
	shutdown(peer, SHUT_WR);
	return request_read(r, fds[0], why);
}

static void test_http(void **state)
{
	static const char *const none[] = {
		"GET\r\n\r\n",
		"GET /x\r\n\r\n",
		"GET  HTTP/1.1\r\n\r\n",
		" / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon\r\n\r\n",
		"GET / HTTP/1.1\r\n: x\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n",
	};
	char text[32];
	struct request r;
	struct reason why;

	(void)state;
	assert_int_equal(read_http(&r,
				   "GET /console/?ref=a HTTP/1.1\r\nHost: me\r\n"
				   "Sec-WebSocket-Key:  abc\r\nUpgrade: websocket\r\n\r\nearly",
				   &why),
			 0);
	assert_true(r.http);
	assert_string_equal(r.path, "/console");
	assert_true(request_param(&r, "ref", text, sizeof(text)));
	assert_string_equal(text, "a");
	assert_string_equal(scgi_header(&r.scgi, "HTTP_SEC_WEBSOCKET_KEY"), "abc");
	assert_string_equal(scgi_header(&r.scgi, "HTTP_UPGRADE"), "websocket");
	assert_null(scgi_header(&r.scgi, "HTTP_X"));
	assert_string_equal(r.in.data + r.scgi.body_at, "early");
	assert_string_equal(reply_start(&r), "HTTP/1.1 ");
	end(&r);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(read_http(&r, none[i], &why), -1);
		end(&r);
	}
}

static void test_none(void **state)
{
	struct request r;
	struct reason why;
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(write(fds[1], "70:CONTENT_LENGTH", 17), 17);
	close(fds[1]);
	assert_int_equal(request_read(&r, fds[0], &why), -1);
	assert_reason(why, "cut off");
	request_close(&r);
	assert_int_equal(read_request(&r, "CONTENT_LENGTH=0\nSCGI=1\nREQUEST_METHOD=GET", "", &why),
			 -1);
	assert_reason(why, "no path");
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters), cmocka_unit_test(test_passwords),
		cmocka_unit_test(test_bodies),     cmocka_unit_test(test_http),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
