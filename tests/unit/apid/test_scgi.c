// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SCGI requests, whole, in pieces and broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "apid/scgi.h"

static int parse(const char *data, size_t len, struct scgi_request *r)
{
	struct reason why;

	return scgi_parse(data, len, r, &why);
}

/* "LEN:" HEADERS "," */
static size_t request_make(char *to, const char *headers, size_t len)
{
	size_t at = (size_t)sprintf(to, "%zu:", len);

	memcpy(to + at, headers, len);
	to[at + len] = ',';
	return at + len + 1;
}

static void a_whole_one(void **state)
{
	static const char headers[] = "CONTENT_LENGTH\0"
				      "4\0"
				      "SCGI\0"
				      "1\0"
				      "URI\0"
				      "/x";
	struct scgi_request r;
	char data[128];
	size_t len = request_make(data, headers, sizeof(headers));

	memcpy(data + len, "body", 4);
	assert_int_equal(parse(data, len + 4, &r), 1);
	assert_int_equal(r.body_at, len);
	assert_int_equal(r.content_length, 4);
	assert_string_equal(scgi_header(&r, "URI"), "/x");
	assert_null(scgi_header(&r, "UR"));
	assert_null(scgi_header(&r, "/x"));
}

static void every_beginning_of_it_needs_more(void **state)
{
	static const char headers[] = "CONTENT_LENGTH\0"
				      "0";
	struct scgi_request r;
	char data[128];
	size_t len = request_make(data, headers, sizeof(headers));

	for (size_t i = 0; i < len; i++)
		assert_int_equal(parse(data, i, &r), 0);
	assert_int_equal(parse(data, len, &r), 1);
}

static void broken_ones(void **state)
{
	static const struct {
		const char *headers;
		size_t len;
	} bad[] = {
		{ "", 0 },
		{ "CONTENT_LENGTH", 14 },
		{ "CONTENT_LENGTH\0"
		  "1",
		  16 },
		{ "CONTENT_LENGTH\0"
		  "-1\0",
		  18 },
		{ "CONTENT_LENGTH\0"
		  "\0",
		  16 },
		{ "CONTENT_LENGTH\0"
		  "99999999999999999999\0",
		  36 },
		{ "CONTENT_LENGTH\0"
		  "1\0"
		  "X\0",
		  19 },
		{ "A\0"
		  "1\0",
		  4 },
	};
	struct scgi_request r;
	char data[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse(data, request_make(data, bad[i].headers, bad[i].len), &r),
				 -1);
	assert_int_equal(parse("x", 1, &r), -1);
	assert_int_equal(parse(":", 1, &r), -1);
	assert_int_equal(parse("99999:", 6, &r), -1);
	assert_int_equal(parse("9999999999999999999999", 22, &r), -1);
	assert_int_equal(parse("2:a\0;", 5, &r), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_one),
		cmocka_unit_test(every_beginning_of_it_needs_more),
		cmocka_unit_test(broken_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
