// SPDX-License-Identifier: GPL-2.0-or-later
/* ova.xml, there and back; what others' may lack or have too much of; and what is none. */
#include "transfer/ova.h"

#include "../toolstack/test.h"

#define VM_REF  "OpaqueRef:11111111-1111-1111-1111-111111111111"
#define VBD_REF "OpaqueRef:22222222-2222-2222-2222-222222222222"
#define FAR_REF "OpaqueRef:33333333-3333-3333-3333-333333333333"

static void test_there_and_back(void **state)
{
	json_t *vm = json_pack("{ss, sI, s[ss], s{ss}, sb, ss}", "name_label", "a <VM> & \"more\"",
			       "memory_static_max", (json_int_t)1 << 40, "VBDs", VBD_REF, FAR_REF,
			       "other_config", "key", FAR_REF "?", "is_a_template", 0, "affinity",
			       FAR_REF);
	json_t *vbd = json_pack("{ss, ss, ss}", "VM", VM_REF, "VDI", FAR_REF, "userdevice", "0");
	struct ova o = { 0 }, back = { 0 };
	struct buf text = { 0 };
	const json_t *record;
	struct reason why;
	const char *id;
	json_t *value;

	(void)state;
	assert_true(ova_add(&o, "VM", VM_REF, vm) && ova_add(&o, "VBD", VBD_REF, vbd));
	assert_true(ova_add(&o, "VM", VM_REF, vm));
	assert_int_equal(ova_number(&o, VBD_REF), 1);
	assert_int_equal(ova_number(&o, FAR_REF), -1);
	ova_write(&o, "1.0", &text);
	assert_null(strstr(text.data, "OpaqueRef:1"));
	if (ova_read(&back, (struct bytes){ (uint8_t *)text.data, text.len }, &why) < 0)
		fail_msg("%s", why.text);
	record = ova_object(&back, "VM", 0, &id);
	assert_string_equal(id, "Ref:0");
	assert_null(ova_object(&back, "VM", 1, &id));
	assert_string_equal(ova_text(record, "name_label"), "a <VM> & \"more\"");
	assert_string_equal(ova_text(record, "affinity"), "OpaqueRef:NULL");
	value = ova_value("VM", record, "memory_static_max");
	assert_int_equal(json_integer_value(value), 1ll << 40);
	json_decref(value);
	value = ova_value("VM", record, "VBDs");
	assert_int_equal(json_array_size(value), 1);
	json_decref(value);
	record = ova_find(&back, "VBD", "Ref:1");
	assert_string_equal(ova_text(record, "VM"), "Ref:0");
	assert_string_equal(ova_text(record, "VDI"), "OpaqueRef:NULL");
	assert_null(ova_find(&back, "VBD", "Ref:0"));
	buf_free(&text);
	ova_free(&o);
	ova_free(&back);
	json_decref(vm);
	json_decref(vbd);
}

#define VALUE(...)   "<value>" __VA_ARGS__ "</value>"
#define MEMBER(n, v) "<member><name>" n "</name>" VALUE(v) "</member>"
#define OBJECTS(...)                       \
	VALUE("<struct>" MEMBER("objects", \
				"<array><data>" __VA_ARGS__ "</data></array>") "</struct>")
#define OBJECT(class, id, record)                                \
	VALUE("<struct>" MEMBER("class", class) MEMBER("id", id) \
		      MEMBER("snapshot", "<struct>" record "</struct>") "</struct>")

static void test_others(void **state)
{
	/* cppcheck-suppress unknownMacro; a macro in its own argument */
	static const char text[] = OBJECTS(
		OBJECT("host", "Ref:9", MEMBER("x", "y"))
			OBJECT("VM", "Ref:7",
			       MEMBER("name_label", "theirs") MEMBER("no_such_field", "1")
				       MEMBER("VCPUs_max", "many")
					       MEMBER("memory_static_max", "1073741824"))
				VALUE("not an object")
					OBJECT("VM", "Ref:7", MEMBER("name_label", "twice")));
	struct ova o = { 0 };
	const json_t *record;
	struct reason why;
	const char *id;
	json_t *value;

	(void)state;
	if (ova_read(&o, text_bytes(text), &why) < 0)
		fail_msg("%s", why.text);
	record = ova_object(&o, "VM", 0, &id);
	assert_string_equal(id, "Ref:7");
	assert_string_equal(ova_text(record, "name_label"), "theirs");
	assert_string_equal(ova_text(record, "name_description"), "");
	assert_null(ova_object(&o, "VM", 1, &id));
	assert_null(ova_value("VM", record, "VCPUs_max"));
	assert_null(ova_value("VM", record, "no_such_field"));
	value = ova_value("VM", record, "memory_static_max");
	assert_int_equal(json_integer_value(value), 1 << 30);
	json_decref(value);
	ova_free(&o);
}

static void test_none(void **state)
{
	static const char *const texts[] = {
		"",
		"<value>",
		VALUE("text"),
		OBJECTS(""),
		OBJECTS(OBJECT("VDI", "Ref:0", "")),
		OBJECTS(VALUE("<struct>" MEMBER("class", "VM") "</struct>"))
	};
	struct reason why;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct ova o = { 0 };

		assert_int_equal(ova_read(&o, text_bytes(texts[i]), &why), -1);
		assert_null(o.objects);
		assert_true(why.text[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
