// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects, the two sides of references, undoing, and what watchers are told. The database is a
 * fake: it can be full.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "apid/database.h"
#include "apid/event.h"
#include "apid/object.h"

static bool full;
static size_t written;

int database_write(struct object *const *touched, size_t nr, struct reason *why)
{
	written = 0;
	for (size_t i = 0; i < nr; i++)
		written += touched[i]->write;
	return full ? reason_set(why, "disk full") : 0;
}

static void commit(void)
{
	struct reason why;

	assert_int_equal(store_commit(&why), 0);
}

static struct object *make(const char *class)
{
	struct object *o;

	store_begin();
	o = object_create(class, NULL);
	commit();
	return o;
}

static void drop(struct object *o)
{
	store_begin();
	object_destroy(o);
	commit();
}

static void objects_start_from_defaults(void **state)
{
	struct object *vm = make("VM");
	char ref[REF_TEXT];

	assert_string_equal(get_text(vm, "power_state"), "Halted");
	assert_int_equal(get_int(vm, "domid"), -1);
	assert_string_equal(get_text(vm, "name_label"), "");
	assert_int_equal(strlen(get_text(vm, "uuid")), 36);
	assert_int_equal(json_object_size(get_json(vm, "other_config")), 0);
	object_ref(vm, ref);
	assert_ptr_equal(object_find_any(ref), vm);
	assert_ptr_equal(object_by_uuid("VM", get_text(vm, "uuid")), vm);
	assert_null(object_find(store_class_of("VBD"), ref));
	drop(vm);
	assert_null(object_find_any(ref));
}

static void both_sides_follow(void **state)
{
	struct object *one = make("VM"), *two = make("VM"), *vbd = make("VBD");

	store_begin();
	set_ref(vbd, "VM", one);
	commit();
	assert_int_equal(get_many(one, "VBDs")->nr, 1);
	store_begin();
	set_ref(vbd, "VM", two);
	commit();
	assert_int_equal(get_many(one, "VBDs")->nr, 0);
	assert_ptr_equal(get_many(two, "VBDs")->items[0], vbd);
	drop(two);
	assert_null(get_ref(vbd, "VM"));
	drop(vbd);
	drop(one);
}

static void references_without_other_side_go_too(void **state)
{
	struct object *pool = make("pool"), *sr = make("SR");

	store_begin();
	set_ref(pool, "default_SR", sr);
	commit();
	drop(sr);
	assert_null(get_ref(pool, "default_SR"));
	drop(pool);
}

static void change_everything(struct object *vm, struct object *vbd)
{
	struct object *other = object_create("VM", NULL);

	set_text(vm, "name_label", "changed");
	set_int(vm, "order", 7);
	set_entry(vm, "other_config", "a", "b");
	set_ref(vbd, "VM", other);
	object_destroy(vm);
	object_destroy(other);
}

static void rollback_undoes_all(void **state)
{
	struct object *vm = make("VM"), *vbd = make("VBD");
	struct reason why;

	store_begin();
	set_ref(vbd, "VM", vm);
	set_text(vm, "name_label", "before");
	commit();
	for (int i = 0; i < 2; i++) {
		uint64_t events = event_now();

		store_begin();
		change_everything(vm, vbd);
		full = true;
		if (i)
			store_rollback();
		else
			assert_int_equal(store_commit(&why), -1);
		full = false;
		assert_int_equal(event_now(), events);
		assert_int_equal(store_class_of("VM")->nr, 1);
		assert_string_equal(get_text(vm, "name_label"), "before");
		assert_int_equal(get_int(vm, "order"), 0);
		assert_string_equal(get_entry(vm, "other_config", "a"), "");
		assert_ptr_equal(get_ref(vbd, "VM"), vm);
		assert_int_equal(get_many(vm, "VBDs")->nr, 1);
	}
	drop(vbd);
	drop(vm);
}

static void only_what_is_kept_is_written(void **state)
{
	struct object *vm = make("VM");

	store_begin();
	set_int(vm, "domid", 5);
	commit();
	assert_int_equal(written, 0);
	store_begin();
	set_text(vm, "name_label", "x");
	commit();
	assert_int_equal(written, 1);
	store_begin();
	set_text(vm, "name_label", "x");
	assert_null(store_touched(0));
	commit();
	drop(vm);
}

static void who_holds_may_ask(void **state)
{
	struct object *vm = object_hold(make("VM"));

	drop(vm);
	assert_true(vm->gone);
	object_release(vm);
}

static struct event_watch watch_from_now(const char *class)
{
	return (struct event_watch){
		.since = event_now(),
		.classes = 1ull << (store_class_of(class) - store_class_at(0)),
	};
}

static bool told(const struct event_watch *w, const char *text)
{
	struct buf out = { 0 };
	struct wire wire;
	bool yes;

	wire_open(&wire, &out, WIRE_JSON);
	event_write(w, &wire);
	yes = strstr(out.data, text) != NULL;
	buf_free(&out);
	return yes;
}

static void events_say_what_happened(void **state)
{
	struct event_watch before = watch_from_now("VM"), between, other = watch_from_now("SR");
	struct object *vm = make("VM");

	between = watch_from_now("VM");
	assert_true(event_any(&before));
	assert_false(event_any(&between));
	assert_false(event_any(&other));
	assert_true(told(&before, "\"operation\":\"add\""));
	store_begin();
	set_text(vm, "name_label", "new name");
	commit();
	assert_true(told(&before, "\"operation\":\"add\""));
	assert_true(told(&between, "\"operation\":\"mod\""));
	assert_true(told(&between, "\"name_label\":\"new name\""));
	drop(vm);
	assert_true(told(&between, "\"operation\":\"del\""));
	/* Who never knew it hears nothing of it. */
	assert_false(event_any(&before));
}

static void tokens(void **state)
{
	uint64_t number;
	char token[48];

	event_token(event_now(), token);
	assert_true(event_token_parse(token, &number));
	assert_int_equal(number, event_now());
	assert_true(event_token_parse("", &number));
	assert_int_equal(number, 0);
	event_token(event_now() + 1, token);
	assert_false(event_token_parse(token, &number));
	assert_false(event_token_parse("1,1", &number));
	assert_false(event_token_parse("x", &number));
	strcpy(token, "0");
	event_token(event_now(), token);
	strcat(token, "x");
	assert_false(event_token_parse(token, &number));
}

static void tokens_grow_too_old(void **state)
{
	uint64_t number;
	char token[48];

	event_token(event_now(), token);
	for (int i = 0; i < 5000; i++)
		drop(make("message"));
	assert_false(event_token_parse(token, &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_start_from_defaults),
		cmocka_unit_test(both_sides_follow),
		cmocka_unit_test(references_without_other_side_go_too),
		cmocka_unit_test(rollback_undoes_all),
		cmocka_unit_test(only_what_is_kept_is_written),
		cmocka_unit_test(who_holds_may_ask),
		cmocka_unit_test(events_say_what_happened),
		cmocka_unit_test(tokens),
		cmocka_unit_test(tokens_grow_too_old),
	};

	store_open();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
