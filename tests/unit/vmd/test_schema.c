// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests and their arguments: what passes, and that everything else is refused by its name.
 */
#include "test.h"

#include "vmd/schema.h"

static const char *const colours[] = { "red", "green", NULL };
static const char *const folders[] = { "/run/sr/", "/var/kernels/", NULL };
static const struct arg number = ARG("numbers", NUMBER, .min = 1, .max = 3);
static const struct arg inner[] = { ARG("id", UUID), ARG("deep", BOOL, .optional = true),
				    ARGS_END };
static const struct arg table[] = {
	ARG("flag", BOOL, .optional = true),
	ARG("size", NUMBER, .optional = true, .min = 10, .max = 1ULL << 40),
	ARG("id", UUID, .optional = true),
	ARG("line", LINE, .optional = true, .min = 1, .max = 8),
	ARG("text", TEXT, .optional = true, .max = 8),
	ARG("name", NAME, .optional = true, .min = 1, .max = 8),
	ARG("colour", WORD, .optional = true, .words = colours),
	ARG("mac", MAC, .optional = true),
	ARG("disk", DEVICE, .optional = true),
	ARG("path", PATH, .optional = true, .words = folders),
	ARG("numbers", LIST, .optional = true, .min = 1, .max = 2, .parts = &number),
	ARG("object", OBJECT, .optional = true, .parts = inner),
	ARGS_END,
};
static const struct arg needed[] = { ARG("id", UUID), ARGS_END };

static struct refusal r;

static int check(const struct arg *args, const char *text)
{
	json_t *v = json_loads(text, 0, NULL);
	int rc;

	assert_non_null(v);
	memset(&r, 0, sizeof(r));
	rc = args_check(args, v, &r);
	json_decref(v);
	return rc;
}

static void passes(const char *text)
{
	if (check(table, text) < 0)
		fail_msg("%s: %s", text, r.why.text);
}

static void refused(const char *text, const char *code, const char *name)
{
	assert_int_equal(check(table, text), -1);
	assert_string_equal(r.code, code);
	assert_string_equal(r.params[0], name);
	assert_true(strstr(r.why.text, name) == r.why.text);
}

static void test_values(void **state)
{
	passes("{}");
	passes("{\"flag\":true, \"size\":10, \"line\":\"x\", \"colour\":\"green\"}");
	passes("{\"size\":1099511627776, \"text\":\"a\\n\\tb\", \"name\":\"a.b-1/2\"}");
	passes("{\"id\":\"01234567-89ab-cdef-0123-456789abcdef\"}");
	passes("{\"mac\":\"00:16:3e:00:00:01\", \"disk\":\"xvdb\"}");
	passes("{\"path\":\"/run/sr/a/b.img\"}");
	passes("{\"path\":\"/var/kernels/..x\"}");
	passes("{\"numbers\":[1,3]}");
	passes("{\"object\":{\"id\":\"01234567-89ab-cdef-0123-456789abcdef\", \"deep\":false}}");
	passes("{\"line\":\"\\u00fc\\u00fc\\u00fc\\u00fc\"}");
}

static void test_types(void **state)
{
	static const char *const wrong[] = {
		"{\"flag\":1}",     "{\"flag\":null}",  "{\"flag\":\"true\"}", "{\"size\":\"10\"}",
		"{\"size\":10.0}",  "{\"size\":true}",  "{\"line\":1}",        "{\"id\":[]}",
		"{\"numbers\":{}}", "{\"object\":[]}",  "{\"colour\":{}}",     "{\"mac\":null}",
		"{\"disk\":1}",     "{\"path\":false}", "{\"text\":[\"a\"]}",  "{\"name\":{}}",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char name[16];

		sscanf(wrong[i], "{\"%15[a-z]", name);
		refused(wrong[i], "FIELD_TYPE_ERROR", name);
	}
	/* Of what is inside. */
	refused("{\"numbers\":[1,\"2\"]}", "FIELD_TYPE_ERROR", "numbers");
	refused("{\"object\":{\"id\":1}}", "FIELD_TYPE_ERROR", "id");
}

static void test_bounds(void **state)
{
	static const char *const wrong[] = {
		"{\"size\":9}",
		"{\"size\":-1}",
		"{\"size\":1099511627777}",
		"{\"size\":-9223372036854775808}",
		"{\"line\":\"\"}",
		"{\"line\":\"123456789\"}",
		"{\"line\":\"a\\nb\"}",
		"{\"line\":\"\\u001b[2J\"}",
		"{\"line\":\"\\u00fc\\u00fc\\u00fc\\u00fc\\u00fc\"}",
		"{\"text\":\"a\\rb\"}",
		"{\"text\":\"a\\u007f\"}",
		"{\"name\":\"a,b\"}",
		"{\"name\":\"a b\"}",
		"{\"name\":\"a'b\"}",
		"{\"name\":\"\\u00fc\"}",
		"{\"colour\":\"blue\"}",
		"{\"colour\":\"\"}",
		"{\"mac\":\"00:16:3e:00:00\"}",
		"{\"disk\":\"sda\"}",
		"{\"disk\":\"xvda1\"}",
		"{\"disk\":\"xvd1\"}",
		"{\"disk\":\"51712\"}",
		"{\"id\":\"01234567-89AB-cdef-0123-456789abcdef\"}",
		"{\"id\":\"01234567-89ab-cdef-0123-456789abcde\"}",
		"{\"id\":\"\"}",
		"{\"numbers\":[]}",
		"{\"numbers\":[1,2,3]}",
		"{\"numbers\":[4]}",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char name[16];

		sscanf(wrong[i], "{\"%15[a-z]", name);
		refused(wrong[i], "INVALID_VALUE", name);
	}
}

static void test_paths(void **state)
{
	static const char *const wrong[] = {
		"",          "/",           "/etc/shadow",     "/run/sr",      "/run/sr/",
		"run/sr/a",  "/run/srx/a",  "/run/sr/../x",    "/run/sr/a/..", "/run/sr//a",
		"/run/sr/.", "/run/sr/./a", "/run/sr/a/../b/", "/../run/sr/a", "/run/sr/a/",
		"x/run/sr/", "/run/../x",   "//run/sr/a",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "{\"path\":\"%s\"}", wrong[i]);
		refused(text, "INVALID_VALUE", "path");
	}
}

static void test_names(void **state)
{
	refused("{\"unknown\":1}", "INVALID_VALUE", "unknown");
	assert_string_equal(r.params[1], "unknown");
	refused("{\"object\":{\"id\":\"01234567-89ab-cdef-0123-456789abcdef\",\"x\":1}}",
		"INVALID_VALUE", "x");
	assert_int_equal(check(needed, "{}"), -1);
	assert_string_equal(r.params[0], "id");
	assert_string_equal(r.params[1], "missing");
	/* No arguments at all are like none of them. */
	assert_int_equal(args_check(table, NULL, &r), 0);
	assert_int_equal(args_check(needed, NULL, &r), -1);
}

static int parse(const char *text, char verb[32])
{
	json_t *args;
	int rc = request_parse(text_bytes(text), verb, &args, &r);

	if (rc == 0)
		json_decref(args);
	return rc;
}

static void test_requests(void **state)
{
	static const char *const wrong[] = {
		"",
		"x",
		"[]",
		"1",
		"{}",
		"{\"verb\":1}",
		"{\"verb\":\"\"}",
		"{\"verb\":\"0123456789012345678901234567890123456789\"}",
		"{\"verb\":\"a\",\"args\":[]}",
		"{\"verb\":\"a\",\"args\":null}",
		"{\"verb\":\"a\",\"more\":1}",
		"{\"verb\":\"a\",\"verb\":\"b\"}",
		"{\"verb\":\"a\"} x",
		"{\"verb\":\"a\\u0000b\"}",
		"{\"verb\":\"\xff\"}",
		"{\"verb\":\"a\"",
	};
	char verb[32];

	assert_int_equal(parse("{\"verb\":\"vm.start\",\"args\":{\"x\":1}}", verb), 0);
	assert_string_equal(verb, "vm.start");
	assert_int_equal(parse(" {\"args\":{}, \"verb\":\"a\"} ", verb), 0);
	assert_int_equal(parse("{\"verb\":\"a\"}", verb), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (parse(wrong[i], verb) == 0)
			fail_msg("taken: %s", wrong[i]);
}

static void test_nesting(void **state)
{
	static char text[2 * 60000 + 64];
	char verb[32];
	size_t at;

	/* Deeper than any table, and deep enough to end who follows it. */
	at = (size_t)sprintf(text, "{\"verb\":\"a\",\"args\":{\"x\":");
	memset(text + at, '[', 60000);
	memset(text + at + 60000, ']', 60000);
	strcpy(text + at + 120000, "}}");
	assert_int_equal(parse(text, verb), -1);
	assert_non_null(strstr(r.why.text, "nested"));
	/* In a string they are only letters. */
	assert_int_equal(
		parse("{\"verb\":\"a\",\"args\":{\"x\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		      "\\\"[[[[[[\"}}",
		      verb),
		0);
}

static void test_print(void **state)
{
	struct buf out = { 0 };

	args_print(table, &out);
	assert_non_null(strstr(out.data, "size?: 10..1099511627776"));
	assert_non_null(strstr(out.data, "colour?: red|green"));
	assert_non_null(strstr(out.data, "object?: {id: uuid, deep?: true|false}"));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),  cmocka_unit_test(test_types),
		cmocka_unit_test(test_bounds),  cmocka_unit_test(test_paths),
		cmocka_unit_test(test_names),   cmocka_unit_test(test_requests),
		cmocka_unit_test(test_nesting), cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
