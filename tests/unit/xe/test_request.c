// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arguments of xe, and its file of certificates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/known.h"
#include "xe/request.h"
#include "xe_fakes.h"

static struct request r;
static struct settings s;

/* Words apart by blanks, as argv. What is parsed points into it. */
static void parse(const char *line)
{
	static char copy[4096];
	static char *argv[200];
	int argc = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	argv[0] = "xe";
	for (char *at = strtok(copy, " "); at; at = strtok(NULL, " "))
		argv[argc++] = at;
	argv[argc] = NULL;
	memset(&r, 0, sizeof(r));
	memset(&s, 0, sizeof(s));
	request_parse(&r, &s, argc, argv);
}

static int setup(void **state)
{
	setenv("HOME", "/nonexistent", 1);
	unsetenv("XE_EXTRA_ARGS");
	return 0;
}

static void command_and_parameters(void **state)
{
	parse("vm-start vm=a=b --force --minimal=false");
	assert_string_equal(r.command, "vm-start");
	assert_string_equal(request_need(&r, "vm"), "a=b");
	assert_true(request_flag(&r, "force"));
	assert_false(request_flag(&r, "minimal"));
	request_finish(&r);
	assert_null(s.server);
	assert_string_equal(s.user, "root");
	assert_int_equal(s.port, 443);
}

static void map_keys_keep_their_colon(void **state)
{
	parse("vm-param-set other-config:a:b=c=d uuid=x");
	assert_string_equal(request_get(&r, "other-config:a:b"), "c=d");
}

static void options_of_the_server(void **state)
{
	parse("-s h vm-list -u me -pw secret -p 8443 --no-ssl-verify");
	assert_string_equal(r.command, "vm-list");
	assert_string_equal(s.server, "h");
	assert_string_equal(s.user, "me");
	assert_string_equal(s.password, "secret");
	assert_int_equal(s.port, 8443);
	assert_true(s.no_verify);
	assert_int_equal(r.nr, 0);
	assert_false(settings_local(&s));
	parse("vm-list -h other");
	assert_string_equal(s.server, "other");
	parse("vm-list");
	assert_true(settings_local(&s));
	parse("vm-list -s /run/other");
	assert_true(settings_local(&s));
}

static void command_line_comes_before_environment(void **state)
{
	setenv("XE_EXTRA_ARGS", "server=env,port=444,username=env,password=p", 1);
	parse("vm-list -s line -p 445");
	unsetenv("XE_EXTRA_ARGS");
	assert_string_equal(s.server, "line");
	assert_int_equal(s.port, 445);
	assert_string_equal(s.user, "env");
	assert_string_equal(s.password, "p");
}

static void settings_in_lines(void **state)
{
	memset(&s, 0, sizeof(s));
	settings_add(&s, "# a host\nserver=h\r\n\n  username=u\n");
	assert_string_equal(s.server, "h");
	assert_string_equal(s.user, "u");
	assert_true(FAILS(settings_add(&s, "colour=blue")));
	assert_true(FAILS(settings_add(&s, "nonsense")));
}

static void wrong_arguments(void **state)
{
	static const char *const wrong[] = {
		"vm-list -s",     "vm-list -p 0", "vm-list -p 65536",
		"vm-list -p 80x", "vm-list -x",   "vm-list =x",
	};

	for (volatile size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_true(FAILS(parse(wrong[i])));
		assert_int_equal(fake_status, EXIT_USAGE);
	}
	parse("vm-list force=perhaps");
	assert_true(FAILS(request_flag(&r, "force")));
}

static void what_nobody_asks_for(void **state)
{
	parse("vm-start vm=a colour=blue");
	request_get(&r, "vm");
	assert_true(FAILS(request_finish(&r)));
	assert_non_null(strstr(fake_words, "colour"));
	assert_true(FAILS(request_need(&r, "uuid")));
	assert_non_null(strstr(fake_words, "uuid="));
}

static void too_many(void **state)
{
	char line[MAX_PARAMS * 4 + 40] = "vm-list";

	for (int i = 0; i <= MAX_PARAMS; i++)
		strcat(line, " a=b");
	assert_true(FAILS(parse(line)));
}

#define HALF "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"
#define A    HALF ":" HALF
#define B    "01112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void fingerprints(void **state)
{
	assert_true(fingerprint_same(
		A, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
	assert_false(fingerprint_same(A, B));
	/* Too short to be one, however equal. */
	assert_false(fingerprint_same("00:11", "0011"));
	assert_false(fingerprint_same("", ""));
	assert_false(fingerprint_same(A, A ":00"));
}

static void known_hosts(void **state)
{
	const char *text = "h:443 " A "\nh:4433 " B "\n";

	assert_int_equal(known_find(text, "h:443", A), KNOWN_SAME);
	assert_int_equal(known_find(text, "h:443", B), KNOWN_OTHER);
	assert_int_equal(known_find(text, "h:4433", B), KNOWN_SAME);
	assert_int_equal(known_find(text, "h:44", A), KNOWN_NOT);
	assert_int_equal(known_find("", "h:443", A), KNOWN_NOT);
	assert_int_equal(known_find(NULL, "h:443", A), KNOWN_NOT);
	/* One of several lines is enough; a line that is cut off is another one. */
	assert_int_equal(known_find("h:443 00\nh:443 " A, "h:443", A), KNOWN_SAME);
	assert_int_equal(known_find("h:443 00", "h:443", A), KNOWN_OTHER);
}

static void known_file(void **state)
{
	char folder[] = "/tmp/xe-known-XXXXXX", path[64];

	assert_non_null(mkdtemp(folder));
	setenv("HOME", folder, 1);
	assert_int_equal(known_look("h:443", A), KNOWN_NOT);
	assert_true(known_add("h:443", A));
	assert_true(known_add("i:443", B));
	assert_int_equal(known_look("h:443", A), KNOWN_SAME);
	assert_int_equal(known_look("i:443", A), KNOWN_OTHER);
	snprintf(path, sizeof(path), "%s/.xe-known", folder);
	remove(path);
	remove(folder);
	setenv("HOME", "/nonexistent", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_and_parameters),
		cmocka_unit_test(map_keys_keep_their_colon),
		cmocka_unit_test(options_of_the_server),
		cmocka_unit_test(command_line_comes_before_environment),
		cmocka_unit_test(settings_in_lines),
		cmocka_unit_test(wrong_arguments),
		cmocka_unit_test(what_nobody_asks_for),
		cmocka_unit_test(too_many),
		cmocka_unit_test(fingerprints),
		cmocka_unit_test(known_hosts),
		cmocka_unit_test(known_file),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
