// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How curl is called, as arguments and as a configuration.
 */
#include "test.h"

#include "lib/curl.h"

static const struct curl_rules all = {
	.protocols = "=http,https",
	.agent = "Socle",
	.redirects = 5,
	.connect_seconds = 20,
	.slow = 1000,
	.slow_for = 60,
	.seconds = 90,
	.size_max = 1ull << 40,
	.errors_fail = true,
};

static void expect_args(const char *const *argv, const char *const *expected)
{
	size_t i;

	for (i = 0; expected[i]; i++) {
		assert_non_null(argv[i]);
		assert_string_equal(argv[i], expected[i]);
	}
	assert_null(argv[i]);
}

static void test_args(void **state)
{
	static const char *const expected[] = {
		"/bin/curl",
		"--disable",
		"--silent",
		"--show-error",
		"--fail",
		"--globoff",
		"--proto",
		"=http,https",
		"--location",
		"--max-redirs",
		"5",
		"--connect-timeout",
		"20",
		"--speed-limit",
		"1000",
		"--speed-time",
		"60",
		"--max-time",
		"90",
		"--max-filesize",
		"1099511627776",
		"--user-agent",
		"Socle",
		"--output",
		"-",
		"--",
		"-o",
		NULL,
	};
	struct curl_args a;

	curl_args(&a, "/bin/curl", &all);
	curl_arg(&a, "--output", "-");
	expect_args(curl_args_url(&a, "-o"), expected);
}

/* No limit that was not asked for, and nobody is sent elsewhere unless that was asked for. */
static void test_few_args(void **state)
{
	static const char *const expected[] = {
		"curl",   "--disable", "--progress-bar", "--globoff", "--proto",
		"=https", "--",        "https://host/",  NULL,
	};
	struct curl_args a;

	curl_args(&a, "curl", &(struct curl_rules){ .protocols = "=https", .bar = true });
	expect_args(curl_args_url(&a, "https://host/"), expected);
}

static void test_too_many_args(void **state)
{
	struct curl_args a;

	curl_args(&a, "curl", &all);
	while (a.nr + 4 < CURL_ARGS)
		curl_arg(&a, "--include", NULL);
	curl_args_url(&a, "https://host/");
	assert_null(a.argv[a.nr]);
	assert_true(a.nr < CURL_ARGS);
}

static void test_config(void **state)
{
	struct buf config = { 0 };

	curl_config(&config, &all, "http://host/a\"b\\c\n--d");
	curl_option(&config, "head", NULL);
	assert_string_equal(config.data, "silent\nshow-error\nfail\ngloboff\n"
					 "proto = \"=http,https\"\nlocation\nmax-redirs = 5\n"
					 "connect-timeout = 20\nspeed-limit = 1000\n"
					 "speed-time = 60\nmax-time = 90\n"
					 "max-filesize = 1099511627776\nuser-agent = \"Socle\"\n"
					 "url = \"http://host/a\\\"b\\\\c\\n--d\"\nhead\n");
	buf_free(&config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_args),
		cmocka_unit_test(test_few_args),
		cmocka_unit_test(test_too_many_args),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
