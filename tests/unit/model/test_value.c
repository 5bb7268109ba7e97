// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values: from clients, from text, and to both formats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "model/value.h"
#include "model/wire.h"
#include "model/xmlrpc.h"

static const struct model_type *type_of(const char *class, const char *field)
{
	return model_field_find(model_class_find(class), field)->type;
}

/* The value in its form, as text; NULL: refused. */
static const char *checked(const struct model_type *type, const char *json)
{
	static char text[512];
	json_t *v = json_loads(json, JSON_DECODE_ANY, NULL), *form;
	struct reason why = { "" };

	assert_non_null(v);
	form = value_check(type, v, &why);
	json_decref(v);
	if (!form) {
		assert_true(why.text[0]);
		return NULL;
	}
	text[json_dumpb(form, text, sizeof(text) - 1, JSON_ENCODE_ANY | JSON_COMPACT)] = '\0';
	json_decref(form);
	return text;
}

static void numbers(void **state)
{
	const struct model_type *i = type_of("VM", "order"), *f = type_of("task", "progress");

	assert_string_equal(checked(i, "\"-9223372036854775808\""), "-9223372036854775808");
	assert_string_equal(checked(i, "3.0"), "3");
	assert_null(checked(i, "3.5"));
	assert_null(checked(i, "\"9223372036854775808\""));
	assert_null(checked(i, "\"\""));
	assert_null(checked(i, "\" 1\""));
	assert_null(checked(i, "1e300"));
	assert_null(checked(i, "true"));
	assert_string_equal(checked(f, "1"), "1.0");
	assert_string_equal(checked(f, "\"0.25\""), "0.25");
	assert_null(checked(f, "\"nan\""));
	assert_null(checked(f, "\"1e999\""));
}

static void words(void **state)
{
	assert_string_equal(checked(type_of("VBD", "mode"), "\"rw\""), "\"RW\"");
	assert_null(checked(type_of("VBD", "mode"), "\"rx\""));
	assert_string_equal(checked(type_of("VBD", "VDI"), "\"\""), "\"OpaqueRef:NULL\"");
	assert_null(checked(type_of("VBD", "VDI"), "null"));
	assert_null(checked(type_of("VM", "is_a_template"), "1"));
	assert_string_equal(checked(type_of("VM", "snapshot_time"), "\"20260131T23:59:59Z\""),
			    "\"20260131T23:59:59Z\"");
	assert_null(checked(type_of("VM", "snapshot_time"), "\"2026-01-31\""));
	assert_null(checked(type_of("VM", "snapshot_time"), "\"20260131T23:59:59Zx\""));
}

static void several(void **state)
{
	const struct model_type record = { .kind = MODEL_RECORD, .name = "VBD" };

	assert_string_equal(checked(type_of("VM", "tags"), "[\"a\",\"b\"]"), "[\"a\",\"b\"]");
	assert_null(checked(type_of("VM", "tags"), "[\"a\",1]"));
	assert_null(checked(type_of("VM", "tags"), "{}"));
	assert_null(checked(type_of("VM", "other_config"), "{\"a\":1}"));
	assert_string_equal(checked(&record, "{\"type\":\"cd\",\"empty\":true}"),
			    "{\"type\":\"CD\",\"empty\":true}");
	assert_null(checked(&record, "{\"colour\":\"red\"}"));
	assert_null(checked(&record, "{\"empty\":\"yes\"}"));
}

static json_t *parsed(const char *text)
{
	struct reason why;

	return value_parse(text, strlen(text), &why);
}

static void texts_have_limits(void **state)
{
	char deep[200] = "";
	struct buf many = { 0 };
	json_t *v = parsed("{\"a\": [1, \"x[[[[\\\"[\"]}");

	assert_non_null(v);
	json_decref(v);
	memset(deep, '[', VALUE_NESTING + 1);
	assert_null(parsed(deep));
	buf_printf(&many, "[1");
	for (int i = 0; i < VALUE_COUNT; i++)
		buf_printf(&many, ",1");
	buf_printf(&many, "]");
	assert_null(parsed(many.data));
	buf_free(&many);
	assert_null(parsed("{\"a\":1,\"a\":2}"));
	assert_null(parsed("\"\xff\""));
	assert_null(parsed("\"a\\u0000b\""));
	assert_null(parsed("[1] x"));
}

static void from_and_to_text(void **state)
{
	struct reason why;
	struct buf out = { 0 };
	json_t *v = value_from_text(type_of("VM", "other_config"), "a:b,c=d:e", &why);

	assert_non_null(v);
	value_to_text(v, &out);
	assert_string_equal(out.data, "a: b; c: d:e");
	json_decref(v);
	buf_free(&out);
	v = value_from_text(type_of("VM", "tags"), "", &why);
	assert_int_equal(json_array_size(v), 0);
	json_decref(v);
	assert_null(value_from_text(type_of("VM", "other_config"), "a", &why));
	assert_null(value_from_text(type_of("VM", "order"), "x", &why));
	assert_null(value_from_text(type_of("VM", "is_a_template"), "maybe", &why));
	assert_null(value_from_text(type_of("VM", "name_label"), "\xff", &why));
}

static const char *written(enum wire_format format)
{
	static char text[1024];
	struct buf out = { 0 };
	struct wire w;

	wire_open(&w, &out, format);
	wire_struct_begin(&w);
	wire_key(&w, "a");
	wire_array_begin(&w);
	wire_int(&w, 1);
	wire_string(&w, "<\"\\\n\x01>");
	wire_array_end(&w);
	wire_key(&w, "b");
	wire_struct_begin(&w);
	wire_struct_end(&w);
	wire_key(&w, "c");
	wire_bool(&w, true);
	wire_key(&w, "d");
	wire_datetime(&w, "20260131T23:59:59Z");
	wire_key(&w, "e");
	wire_number(&w, 7);
	wire_struct_end(&w);
	assert_false(out.failed);
	strcpy(text, out.data);
	buf_free(&out);
	return text;
}

static void both_formats(void **state)
{
	assert_string_equal(written(WIRE_JSON),
			    "{\"a\":[1,\"<\\\"\\\\\\n\\u0001>\"],\"b\":{},\"c\":true,"
			    "\"d\":\"20260131T23:59:59Z\",\"e\":7}");
	assert_string_equal(
		written(WIRE_XML),
		"<value><struct><member><name>a</name><value><array><data><value>1</value>"
		"<value>&lt;\"\\\n?&gt;</value></data></array></value></member>"
		"<member><name>b</name><value><struct></struct></value></member>"
		"<member><name>c</name><value><boolean>1</boolean></value></member>"
		"<member><name>d</name><value><dateTime.iso8601>20260131T23:59:59Z"
		"</dateTime.iso8601></value></member>"
		"<member><name>e</name><value><int>7</int></value></member></struct></value>");
}

static void infinity_is_no_number(void **state)
{
	struct buf out = { 0 };
	struct wire w;

	wire_open(&w, &out, WIRE_JSON);
	wire_float(&w, 1.0 / 0.0);
	assert_string_equal(out.data, "0");
	buf_free(&out);
}

static void xml_calls(void **state)
{
	static const char call[] =
		"<?xml version='1.0'?>\n<methodCall> <methodName>VM.start</methodName>\n<params>"
		"<param><value>plain</value></param>"
		"<param><value> <string>a &amp; b</string> </value></param>"
		"<param><value><int>-7</int></value></param>"
		"<param><value><boolean>1</boolean></value></param>"
		"<param><value><double>0.5</double></value></param>"
		"<param><value><struct><member><name>k</name><value><array><data><value/></data>"
		"</array></value></member></struct></value></param></params></methodCall>";
	struct reason why;
	char *method, *text;
	json_t *params;

	assert_int_equal(xmlrpc_parse_call(call, strlen(call), &method, &params, &why), 0);
	assert_string_equal(method, "VM.start");
	text = json_dumps(params, JSON_COMPACT);
	assert_string_equal(text, "[\"plain\",\"a & b\",\"-7\",true,0.5,{\"k\":[\"\"]}]");
	free(text);
	free(method);
	json_decref(params);
}

static void xml_that_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"<x/>",
		"<methodCall/>",
		"<methodCall><methodName>a</methodName>",
		"<methodCall><methodName>a</methodName><methodName>b</methodName></methodCall>",
		"<methodCall><methodName>a</methodName><value/></methodCall>",
		"<methodCall><methodName>a</methodName><params><param><value><int>1</int><int>2</int>"
		"</value></param></params></methodCall>",
		"<methodCall><methodName>a</methodName><params><param><value/><value/></param>"
		"</params></methodCall>",
		"<methodCall><methodName>a</methodName><params><param><value><base64>AA==</base64>"
		"</value></param></params></methodCall>",
		"<methodCall><methodName>a</methodName><params><param><value><struct><member>"
		"<value/></member></struct></value></param></params></methodCall>",
		"<methodCall><methodName>a</methodName><params><param><value><struct><member>"
		"<name>x</name></member></struct></value></param></params></methodCall>",
		"<!DOCTYPE x><methodCall><methodName>a</methodName></methodCall>",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct reason why = { "" };
		json_t *params = NULL;
		char *method = NULL;

		assert_int_equal(xmlrpc_parse_call(bad[i], strlen(bad[i]), &method, &params, &why),
				 -1);
		assert_true(why.text[0]);
	}
}

static void xml_values(void **state)
{
	static const char text[] = "<value>OpaqueRef:x</value>";
	struct reason why;
	json_t *v = xmlrpc_parse_value(text, strlen(text), &why);

	assert_string_equal(json_string_value(v), "OpaqueRef:x");
	json_decref(v);
	assert_null(xmlrpc_parse_value("<param/>", 8, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(words),
		cmocka_unit_test(several),
		cmocka_unit_test(texts_have_limits),
		cmocka_unit_test(from_and_to_text),
		cmocka_unit_test(both_formats),
		cmocka_unit_test(infinity_is_no_number),
		cmocka_unit_test(xml_calls),
		cmocka_unit_test(xml_that_is_refused),
		cmocka_unit_test(xml_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
