// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answers of a host, as they come or are cut off, and the requests that are sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "xe/http.h"

/* ---- a connection in memory ------------------------------------------------------------------ */

static const char *incoming;
static size_t piece; /* at most so many bytes at once */
static struct buf outgoing;

bool link_write(struct link *l, const void *data, size_t len)
{
	buf_append(&outgoing, data, len);
	return true;
}

ssize_t link_read(struct link *l, void *data, size_t len)
{
	size_t n = strlen(incoming);

	n = n > len ? len : n;
	n = n > piece ? piece : n;
	memcpy(data, incoming, n);
	incoming += n;
	return n;
}

bool link_line(struct link *l, char *line, size_t len)
{
	size_t n = strcspn(incoming, "\n");

	if (incoming[n] != '\n' || n >= len)
		return false;
	memcpy(line, incoming, n);
	line[n - (n && line[n - 1] == '\r')] = '\0';
	incoming += n + 1;
	return true;
}

static struct link plain, secret = { .tls = (struct tls *)1 };

/* The body of an answer; NULL: there is none, or it is cut off. */
static const char *answer(const char *text, struct reply *r)
{
	static struct buf body;

	buf_free(&body);
	memset(&body, 0, sizeof(body));
	incoming = text;
	if (!http_reply(&secret, r) || !http_read_all(r, &body, 1000))
		return NULL;
	return body.data ? body.data : "";
}

static int setup(void **state)
{
	piece = 3;
	buf_free(&outgoing);
	memset(&outgoing, 0, sizeof(outgoing));
	return 0;
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void with_length(void **state)
{
	struct reply r;

	assert_string_equal(answer("HTTP/1.1 200 OK\r\ncontent-length:  5\r\n\r\nhellomore", &r),
			    "hello");
	assert_int_equal(r.status, 200);
	assert_false(r.last);
	assert_string_equal(incoming, "more");
	assert_string_equal(answer("HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\nx", &r), "");
}

static void in_pieces(void **state)
{
	struct reply r;

	assert_string_equal(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
				   "5\r\nhello\r\nA;x=y\r\n, 12345678\r\n0\r\n\r\nmore",
				   &r),
			    "hello, 12345678");
	assert_string_equal(incoming, "more");
}

static void until_the_end(void **state)
{
	struct reply r;

	assert_string_equal(answer("Status: 404 Not there\r\n\r\nhello", &r), "hello");
	assert_int_equal(r.status, 404);
	assert_true(r.last);
	assert_non_null(
		answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na", &r));
	assert_true(r.last);
}

static void announced(void **state)
{
	struct reply r;

	assert_string_equal(answer("HTTP/1.1 100 Continue\r\n\r\n"
				   "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
				   &r),
			    "a");
	assert_int_equal(r.status, 200);
}

static void cut_off_or_wrong(void **state)
{
	static const char *const wrong[] = {
		"",
		"HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
		"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
		"HTTP/1.1 999 What\r\n\r\n",
		"SSH-2.0-dropbear\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nhello",
	};
	struct reply r;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(answer(wrong[i], &r));
}

static void longer_than_wanted(void **state)
{
	static char text[3000] = "HTTP/1.1 200 OK\r\n\r\n";
	struct reply r;

	memset(text + strlen(text), 'x', 1500);
	piece = 100;
	assert_null(answer(text, &r));
}

static void request_over_tls(void **state)
{
	const struct settings s = { .server = "h" };

	assert_true(http_request(&secret, &s, "POST", "/jsonrpc", "application/json", 7));
	assert_string_equal(outgoing.data, "POST /jsonrpc HTTP/1.1\r\nHost: h\r\nUser-Agent: xe\r\n"
					   "Content-Type: application/json\r\n"
					   "Content-Length: 7\r\n\r\n");
}

static void request_over_the_socket(void **state)
{
	const struct settings s = { 0 };
	const char expected[] = "CONTENT_LENGTH\0"
				"7\0"
				"SCGI\0"
				"1\0"
				"REQUEST_METHOD\0"
				"PUT\0"
				"REQUEST_URI\0"
				"/import?a=b\0"
				"SCRIPT_NAME\0"
				"/import\0"
				"QUERY_STRING\0"
				"a=b\0"
				"CONTENT_TYPE\0"
				"t\0"
				"SERVER_PROTOCOL\0"
				"HTTP/1.1\0";
	char start[16];
	int len;

	assert_true(http_request(&plain, &s, "PUT", "/import?a=b", "t", 7));
	len = snprintf(start, sizeof(start), "%zu:", sizeof(expected) - 1);
	assert_int_equal(outgoing.len, len + sizeof(expected));
	assert_memory_equal(outgoing.data, start, len);
	assert_memory_equal(outgoing.data + len, expected, sizeof(expected) - 1);
	assert_int_equal(outgoing.data[outgoing.len - 1], ',');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(with_length, setup),
		cmocka_unit_test_setup(in_pieces, setup),
		cmocka_unit_test_setup(until_the_end, setup),
		cmocka_unit_test_setup(announced, setup),
		cmocka_unit_test_setup(cut_off_or_wrong, setup),
		cmocka_unit_test_setup(longer_than_wanted, setup),
		cmocka_unit_test_setup(request_over_tls, setup),
		cmocka_unit_test_setup(request_over_the_socket, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
