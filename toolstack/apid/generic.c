// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The methods that the model makes: the same for every class and field.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "apid/dispatch.h"
#include "apid/record.h"

static struct store_class *class_of(const struct call *c)
{
	return store_class_of(c->cls->name);
}

/* ---- reading ----------------------------------------------------------------------------- */

static void get_record(struct call *c)
{
	record_write(&c->out, c->refs[0]);
}

static void get_field(struct call *c)
{
	record_write_field(&c->out, c->refs[0], c->field);
}

static void get_all(struct call *c)
{
	const struct store_class *all = class_of(c);

	wire_array_begin(&c->out);
	for (size_t i = 0; i < all->nr; i++)
		record_write_ref(&c->out, all->objects[i]);
	wire_array_end(&c->out);
}

static void write_keyed(struct call *c, const struct object *o)
{
	char ref[REF_TEXT];

	object_ref(o, ref);
	wire_key(&c->out, ref);
	record_write(&c->out, o);
}

static void get_all_records(struct call *c)
{
	const struct store_class *all = class_of(c);

	wire_struct_begin(&c->out);
	for (size_t i = 0; i < all->nr; i++)
		write_keyed(c, all->objects[i]);
	wire_struct_end(&c->out);
}

static void get_by_uuid(struct call *c)
{
	const struct object *o = object_by_uuid(c->cls->name, call_text(c, 0));

	if (o)
		record_write_ref(&c->out, o);
	else
		call_fail(c, "UUID_INVALID", c->cls->name, call_text(c, 0), NULL);
}

static void get_by_name_label(struct call *c)
{
	const struct store_class *all = class_of(c);

	wire_array_begin(&c->out);
	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(get_text(all->objects[i], "name_label"), call_text(c, 0)) == 0)
			record_write_ref(&c->out, all->objects[i]);
	wire_array_end(&c->out);
}

/* ---- get_all_records_where: true, or field "f" = "v" and ... or ... ---------------------- */

#define TERMS 8

struct term {
	size_t field;
	char value[128];
	bool first; /* behind an "or" */
};

static bool quoted(const char **at, char *text, size_t len)
{
	char quote;
	size_t n = 0;

	*at += strspn(*at, " ");
	quote = **at;
	if (quote != '"' && quote != '\'')
		return false;
	for (++*at; **at && **at != quote && n + 1 < len; ++*at)
		text[n++] = **at;
	text[n] = '\0';
	if (**at != quote)
		return false;
	++*at;
	return true;
}

/* The number of terms; -1: not an expression that we know. */
static int terms_parse(const struct model_class *m, const char *at, struct term *terms)
{
	const struct model_field *f;
	char name[64];
	int nr = 0;

	at += strspn(at, " ");
	if (strcmp(at, "true") == 0)
		return 0;
	terms[0].first = false;
	while (nr < TERMS) {
		at += strspn(at, " ");
		if (strncmp(at, "field", 5) != 0 || (at += 5, !quoted(&at, name, sizeof(name))))
			return -1;
		at += strspn(at, " ");
		f = model_field_find(m, name);
		if (*at++ != '=' || !f || !quoted(&at, terms[nr].value, sizeof(terms[nr].value)))
			return -1;
		terms[nr++].field = (size_t)(f - m->fields);
		at += strspn(at, " ");
		if (!*at)
			return nr;
		if (nr == TERMS || (strncmp(at, "and ", 4) != 0 && strncmp(at, "or ", 3) != 0))
			return -1;
		terms[nr].first = *at == 'o';
		at += *at == 'o' ? 3 : 4;
	}
	return -1;
}

static bool term_holds(const struct object *o, const struct term *t)
{
	json_t *v = slot_get(o, t->field);
	struct buf text = { 0 };
	bool holds;

	if (json_is_string(v))
		buf_printf(&text, "%s", json_string_value(v));
	else if (json_is_integer(v))
		buf_printf(&text, "%lld", (long long)json_integer_value(v));
	else if (json_is_boolean(v))
		buf_printf(&text, "%s", json_is_true(v) ? "true" : "false");
	holds = text.data && strcmp(text.data, t->value) == 0;
	buf_free(&text);
	json_decref(v);
	return holds;
}

static bool terms_hold(const struct object *o, const struct term *terms, int nr)
{
	bool holds = true;

	for (int i = 0; i < nr; i++) {
		if (terms[i].first) {
			if (holds)
				return true;
			holds = true;
		}
		holds = holds && term_holds(o, &terms[i]);
	}
	return holds;
}

static void get_all_records_where(struct call *c)
{
	const struct store_class *all = class_of(c);
	struct term terms[TERMS];
	int nr = terms_parse(c->cls, call_text(c, 0), terms);

	if (nr < 0) {
		call_fail(c, "INVALID_VALUE", "expr", call_text(c, 0), NULL);
		return;
	}
	wire_struct_begin(&c->out);
	for (size_t i = 0; i < all->nr; i++)
		if (terms_hold(all->objects[i], terms, nr))
			write_keyed(c, all->objects[i]);
	wire_struct_end(&c->out);
}

/* ---- writing ----------------------------------------------------------------------------- */

static const char *field_name(const struct call *c)
{
	return c->cls->fields[c->field].name;
}

static void set_field(struct call *c)
{
	slot_set(c->refs[0], c->field, c->args[1]);
}

static void set_change(struct call *c, bool add)
{
	json_t *set = json_deep_copy(get_json(c->refs[0], field_name(c)));

	for (size_t i = json_array_size(set); i-- > 0;)
		if (json_equal(json_array_get(set, i), c->args[1]))
			json_array_remove(set, i);
	if (add)
		json_array_append(set, c->args[1]);
	set_json(c->refs[0], field_name(c), set);
	json_decref(set);
}

static void add_item(struct call *c)
{
	set_change(c, true);
}

static void remove_item(struct call *c)
{
	set_change(c, false);
}

static void add_to(struct call *c)
{
	json_t *map;

	if (json_object_get(get_json(c->refs[0], field_name(c)), call_text(c, 1))) {
		char ref[REF_TEXT];

		object_ref(c->refs[0], ref);
		call_fail(c, "MAP_DUPLICATE_KEY", c->cls->name, field_name(c), ref, call_text(c, 1),
			  NULL);
		return;
	}
	map = json_deep_copy(get_json(c->refs[0], field_name(c)));
	json_object_set(map, call_text(c, 1), c->args[2]);
	set_json(c->refs[0], field_name(c), map);
	json_decref(map);
}

static void remove_from(struct call *c)
{
	drop_entry(c->refs[0], field_name(c), call_text(c, 1));
}

/* ---- which class and field has which ------------------------------------------------------- */

static bool has_objects(const struct model_class *c, const struct model_field *f)
{
	(void)f;
	return !(c->flags & CLASS_NO_OBJECTS);
}

static bool has_all(const struct model_class *c, const struct model_field *f)
{
	(void)f;
	return !(c->flags & (CLASS_NO_OBJECTS | CLASS_NO_GET_ALL));
}

static bool has_label(const struct model_class *c, const struct model_field *f)
{
	return has_all(c, f) && model_field_find(c, "name_label");
}

static bool is_settable(const struct model_class *c, const struct model_field *f)
{
	(void)c;
	return f->access == ACCESS_RW;
}

static bool is_set(const struct model_class *c, const struct model_field *f)
{
	return is_settable(c, f) && f->type->kind == MODEL_SET;
}

static bool is_map(const struct model_class *c, const struct model_field *f)
{
	return is_settable(c, f) && f->type->kind == MODEL_MAP;
}

/* Longer prefixes first. */
const struct generic generics[] = {
	{ "get_record", false, false, TAKES_SELF, has_objects, get_record },
	{ "get_all", false, false, TAKES_NOTHING, has_all, get_all },
	{ "get_all_records", false, false, TAKES_NOTHING, has_all, get_all_records },
	{ "get_all_records_where", false, false, TAKES_TEXT, has_all, get_all_records_where },
	{ "get_by_uuid", false, false, TAKES_TEXT, has_all, get_by_uuid },
	{ "get_by_name_label", false, false, TAKES_TEXT, has_label, get_by_name_label },
	{ "get_", true, false, TAKES_SELF, has_objects, get_field },
	{ "set_", true, true, TAKES_VALUE, is_settable, set_field },
	{ "add_to_", true, true, TAKES_ENTRY, is_map, add_to },
	{ "remove_from_", true, true, TAKES_KEY, is_map, remove_from },
	{ "add_", true, true, TAKES_ITEM, is_set, add_item },
	{ "remove_", true, true, TAKES_ITEM, is_set, remove_item },
	{ NULL, false, false, TAKES_NOTHING, NULL, NULL },
};
