// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The syntax of xl.cfg, and that every mistake is told with its place.
 */
#include "test.h"

#include "lib/config.h"

static struct config c;
static struct reason why;

static int parse(const char *text)
{
	config_free(&c);
	return config_parse(&c, "x.cfg", text_bytes(text), false, &why);
}

static void refused(const char *text, const char *part)
{
	assert_int_equal(parse(text), -1);
	assert_reason(why, part);
}

static const struct config_value *value(const char *key)
{
	struct config_entry *e = config_find(&c, key);

	assert_non_null(e);
	return &e->value;
}

static int cleanup(void **state)
{
	(void)state;
	config_free(&c);
	return 0;
}

static void test_values(void **state)
{
	(void)state;
	assert_int_equal(parse("# comment\nname = \"a b\"; memory=512 # x\n\n hex =0x10\n"
			       "neg = -3\nquote = 'it is \"so\"'\nlast='no newline'"),
			 0);
	assert_string_equal(value("name")->text, "a b");
	assert_int_equal(value("memory")->number, 512);
	assert_int_equal(value("hex")->number, 16);
	assert_int_equal(value("neg")->number, -3);
	assert_string_equal(value("quote")->text, "it is \"so\"");
	assert_string_equal(value("last")->text, "no newline");
	assert_int_equal(value("quote")->line, 6);
	assert_null(config_find(&c, "nothing"));
	assert_int_equal(parse(""), 0);
	assert_int_equal(c.nr_entries, 0);
}

static void test_lists(void **state)
{
	(void)state;
	assert_int_equal(parse("a = [ ]\nb = [ 'x', 3,\n  [ 'y' ], # more\n ]\nc=1"), 0);
	assert_int_equal(value("a")->nr_items, 0);
	assert_int_equal(value("b")->nr_items, 3);
	assert_string_equal(value("b")->items[2].items[0].text, "y");
	assert_int_equal(value("b")->items[2].items[0].line, 3);
	assert_int_equal(value("c")->line, 5);
	refused("a = [ 'x' 'y' ]", "x.cfg:1: expected \",\" or \"]\" in the list, found \"'y'\"");
	refused("a = [ 'x',", "found the end of the text");
	refused("a = [[[[[[[[[[[[1]]]]]]]]]]]]", "too deep");
}

static void test_replace_and_add(void **state)
{
	(void)state;
	assert_int_equal(parse("a='x'\na='y'\nb='1'\nb+='2'\nl=[1]\nl+=[2,3]\nn+='new'"), 0);
	assert_string_equal(value("a")->text, "y");
	assert_string_equal(value("b")->text, "12");
	assert_int_equal(value("l")->nr_items, 3);
	assert_int_equal(value("l")->items[2].number, 3);
	assert_string_equal(value("n")->text, "new");
	refused("a='x'\na+=3", "x.cfg:2: a +=");
	refused("a=[1]\na+='x'", "x.cfg:2: a +=");
	refused("a=1\na+=1", "x.cfg:2: a +=");
}

static void test_mistakes(void **state)
{
	(void)state;
	refused("name", "x.cfg:1: expected \"=\" after \"name\"");
	refused("\n\nname \"x\"", "x.cfg:3: expected \"=\" after \"name\"");
	refused("name = xyz",
		"x.cfg:1: expected a \"quoted string\", a number or a [list], found \"xyz\"");
	refused("name =\n", "found the end of the line");
	refused("name = \"x\ny\"", "x.cfg:1: expected a closing \" on the same line");
	refused("name = 'x", "expected a closing '");
	refused("memory = 12abc", "x.cfg:1: expected a number, found \"12abc\"");
	refused("memory = 1 2", "x.cfg:1: expected the end of the line or \";\", found \"2\"");
	refused("= 3", "expected a setting (key = value), found \"=\"");
	refused("9a = 3", "expected a setting");
	refused("a = 'x\x01y'", "expected a closing '");
}

/* As on the command line. */
static void test_bare(void **state)
{
	(void)state;
	config_free(&c);
	assert_int_equal(config_parse(&c, "command line", text_bytes("name=demo-2"), true, &why),
			 0);
	assert_int_equal(config_parse(&c, "command line", text_bytes("kernel=/boot/x"), true, &why),
			 0);
	assert_int_equal(config_parse(&c, "command line", text_bytes("memory=64"), true, &why), 0);
	assert_int_equal(config_parse(&c, "command line", text_bytes("extra=\"a b\""), true, &why),
			 0);
	assert_string_equal(value("name")->text, "demo-2");
	assert_string_equal(value("kernel")->text, "/boot/x");
	assert_int_equal(value("memory")->number, 64);
	assert_string_equal(value("extra")->text, "a b");
	assert_int_equal(config_parse(&c, "command line", text_bytes("a=x y"), true, &why), -1);
}

/* No text may read past its end: each prefix of a good one, in memory of its own. */
static void test_prefixes(void **state)
{
	static const char text[] =
		"name = \"demo\"\nlist = [ 'a', 12, [ \"b\" ] ]\n# end\nx += 0x1f ; y='z'";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		char *copy = malloc(len + 1);

		memcpy(copy, text, len);
		config_free(&c);
		config_parse(&c, "x.cfg", (struct bytes){ (uint8_t *)copy, len }, false, &why);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_values, cleanup),
		cmocka_unit_test_teardown(test_lists, cleanup),
		cmocka_unit_test_teardown(test_replace_and_add, cleanup),
		cmocka_unit_test_teardown(test_mistakes, cleanup),
		cmocka_unit_test_teardown(test_bare, cleanup),
		cmocka_unit_test_teardown(test_prefixes, cleanup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
