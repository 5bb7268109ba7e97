// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The session in a browser's cookie, and whose page made a request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "apid/cookie.h"

#define REF  "OpaqueRef:01234567-89ab-cdef-0123-456789abcdef"
#define GOOD COOKIE_NAME "=" REF

/* Headers by pairs, up to NULL. */
static struct scgi_request request(char *block, size_t room, ...)
{
	struct scgi_request r = { .headers = block };
	const char *word;
	va_list words;

	va_start(words, room);
	while ((word = va_arg(words, const char *)))
		r.headers_len += (size_t)snprintf(block + r.headers_len, room - r.headers_len, "%s",
						  word) +
				 1;
	va_end(words);
	return r;
}

static bool found(const char *cookie)
{
	char block[1024], session[COOKIE_SESSION];
	struct scgi_request r = request(block, sizeof(block), "HTTP_COOKIE", cookie, NULL);
	bool any = cookie_session(&r, session);

	assert_string_equal(session, any ? REF : "");
	return any;
}

static void one_of_that_name(void **state)
{
	assert_true(found(GOOD));
	assert_true(found("a=b; " GOOD "; c=d"));
	assert_true(found(" \t" GOOD));
	assert_true(found("x" COOKIE_NAME "=y;" GOOD));
	assert_true(found(GOOD ";"));
}

static void none_or_two(void **state)
{
	static const char *const none[] = {
		"",
		";",
		"=",
		COOKIE_NAME,
		COOKIE_NAME "=",
		COOKIE_NAME "=OpaqueRef:NULL",
		"a" GOOD,
		"a=" GOOD,
		GOOD "0",
		GOOD "; " GOOD,
		COOKIE_NAME "=x; " GOOD,
		GOOD "; " COOKIE_NAME "=",
		"session=" REF,
		COOKIE_NAME "=\"" REF "\"",
		COOKIE_NAME "=OpaqueRef;01234567-89ab-cdef-0123-456789abcdef",
		COOKIE_NAME "=OpaqueRef:01234567-89AB-cdef-0123-456789abcdef",
		COOKIE_NAME "=OpaqueRef:01234567-89ab-cdef-0123-456789abcde\n",
	};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(found(none[i]));
}

static bool own(const char *origin, const char *host)
{
	char block[512];
	struct scgi_request r = request(block, sizeof(block), "HTTP_ORIGIN", origin, "HTTP_HOST",
					host, NULL);

	return origin_is_own(&r);
}

static void whose_page(void **state)
{
	char block[64];
	struct scgi_request r = request(block, sizeof(block), "HTTP_HOST", "a", NULL);

	assert_true(own("https://host", "host"));
	assert_true(own("https://host:8443", "HOST:8443"));
	assert_true(own("https://[2001:db8::1]", "[2001:db8::1]"));
	assert_false(own("https://host", "host:8443"));
	assert_false(own("http://host", "host"));
	assert_false(own("https://host/", "host"));
	assert_false(own("https://host.evil", "host"));
	assert_false(own("https://", ""));
	assert_false(own("null", "null"));
	assert_false(own("", ""));
	assert_false(origin_is_own(&r));
}

static bool may_read(const char *name, const char *value)
{
	char block[512];
	struct scgi_request r = request(block, sizeof(block), "HTTP_HOST", "host", name, value,
					NULL);

	return origin_may_read(&r);
}

static void who_only_reads(void **state)
{
	assert_true(may_read("HTTP_ACCEPT", "*"));
	assert_true(may_read("HTTP_ORIGIN", "https://host"));
	assert_true(may_read("HTTP_SEC_FETCH_SITE", "same-origin"));
	assert_true(may_read("HTTP_SEC_FETCH_SITE", "none"));
	assert_false(may_read("HTTP_ORIGIN", "https://evil"));
	assert_false(may_read("HTTP_SEC_FETCH_SITE", "same-site"));
	assert_false(may_read("HTTP_SEC_FETCH_SITE", "cross-site"));
	assert_false(may_read("HTTP_SEC_FETCH_SITE", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_that_name),
		cmocka_unit_test(none_or_two),
		cmocka_unit_test(whose_page),
		cmocka_unit_test(who_only_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
