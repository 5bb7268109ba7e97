// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The slots of an object: values in and out, by place and by name. Every change is noted, so that
 * it can be undone, written and told.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/object_private.h"
#include "model/value.h"

static void slot_change(struct object *o, size_t field, union slot to)
{
	undo_note(UNDO_SLOT, o, field, o->slots[field]);
	o->slots[field] = to;
	touch_note(o, o->cls->model->fields[field].life == LIFE_KEPT);
}

static void put_number(struct object *o, size_t field, int64_t number)
{
	if (o->slots[field].number != number)
		slot_change(o, field, (union slot){ .number = number });
}

static void put_text(struct object *o, size_t field, const char *text)
{
	const char *old = o->slots[field].text;

	if (strcmp(old ? old : "", text) != 0)
		slot_change(o, field, (union slot){ .text = *text ? need(strdup(text)) : NULL });
}

static void put_json(struct object *o, size_t field, const json_t *v)
{
	const json_t *old = o->slots[field].json;
	bool empty = json_is_array(v) ? !json_array_size(v) : !json_object_size(v);

	if (old == v || (empty ? old == NULL : (old && json_equal(old, v))))
		return;
	slot_change(o, field, (union slot){ .json = empty ? NULL : json_incref((json_t *)v) });
}

static void put_float(struct object *o, size_t field, double real)
{
	if (o->slots[field].real < real || o->slots[field].real > real)
		slot_change(o, field, (union slot){ .real = real });
}

void slot_set(struct object *o, size_t field, const json_t *v)
{
	const struct model_field *f = &o->cls->model->fields[field];
	const char *text = json_string_value(v);
	struct store_class *c;

	switch (f->type->kind) {
	case MODEL_STRING: put_text(o, field, text ? text : ""); break;
	case MODEL_INT: put_number(o, field, json_integer_value(v)); break;
	case MODEL_BOOL: put_number(o, field, json_is_true(v)); break;
	case MODEL_FLOAT: put_float(o, field, json_number_value(v)); break;
	case MODEL_DATETIME: put_number(o, field, text ? datetime_parse(text) : 0); break;
	case MODEL_ENUM: {
		int place = text ? model_enum_find(f->type, text) : -1;

		put_number(o, field, place < 0 ? 0 : place);
		break;
	}
	case MODEL_REF:
		c = store_class_of(f->type->name);
		ref_change(o, field, c && text ? object_find(c, text) : NULL);
		break;
	case MODEL_SET:
	case MODEL_MAP:
		if (f->life != LIFE_INVERSE)
			put_json(o, field, v);
		break;
	default: break;
	}
}

static json_t *many_json(const struct many *m)
{
	json_t *all = json_array();
	char ref[REF_TEXT];

	for (size_t i = 0; m && i < m->nr; i++) {
		object_ref(m->items[i], ref);
		json_array_append_new(all, json_string(ref));
	}
	return all;
}

json_t *slot_get(const struct object *o, size_t field)
{
	const struct model_field *f = &o->cls->model->fields[field];
	const union slot *s = &o->slots[field];
	char text[REF_TEXT];

	if (f->life == LIFE_INVERSE)
		return many_json(s->many);
	switch (f->type->kind) {
	case MODEL_INT: return json_integer(s->number);
	case MODEL_BOOL: return json_boolean(s->number);
	case MODEL_FLOAT: return json_real(s->real);
	case MODEL_DATETIME: datetime_format(s->number, text); return json_string(text);
	case MODEL_ENUM: return json_string(f->type->names[s->number]);
	case MODEL_REF: object_ref(s->ref, text); return json_string(text);
	case MODEL_SET: return s->json ? json_deep_copy(s->json) : json_array();
	case MODEL_MAP: return s->json ? json_deep_copy(s->json) : json_object();
	default: return json_string(s->text ? s->text : "");
	}
}

void datetime_format(int64_t seconds, char text[24])
{
	time_t t = seconds;
	struct tm tm;

	if (seconds < 0 || seconds > 253402300799 || !gmtime_r(&t, &tm))
		gmtime_r(&(time_t){ 0 }, &tm);
	strftime(text, 24, "%Y%m%dT%H:%M:%SZ", &tm);
}

int64_t datetime_parse(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, "%Y%m%dT%H:%M:%S", &tm) ? timegm(&tm) : 0;
}

/* ---- fields by name ---------------------------------------------------------------------- */

static const union slot *slot_of(const struct object *o, const char *field)
{
	return &o->slots[field_index(o->cls->model, field)];
}

const char *get_text(const struct object *o, const char *field)
{
	size_t i = field_index(o->cls->model, field);
	const struct model_type *type = o->cls->model->fields[i].type;

	if (type->kind == MODEL_ENUM)
		return type->names[o->slots[i].number];
	return o->slots[i].text ? o->slots[i].text : "";
}

int64_t get_int(const struct object *o, const char *field)
{
	return slot_of(o, field)->number;
}

double get_float(const struct object *o, const char *field)
{
	return slot_of(o, field)->real;
}

struct object *get_ref(const struct object *o, const char *field)
{
	return slot_of(o, field)->ref;
}

const struct many *get_many(const struct object *o, const char *field)
{
	static const struct many none;
	const struct many *m = slot_of(o, field)->many;

	return m ? m : &none;
}

const json_t *get_json(const struct object *o, const char *field)
{
	static json_t *no_map, *no_set;
	size_t i = field_index(o->cls->model, field);

	if (o->slots[i].json)
		return o->slots[i].json;
	if (!no_map) {
		no_map = need(json_object());
		no_set = need(json_array());
	}
	return o->cls->model->fields[i].type->kind == MODEL_MAP ? no_map : no_set;
}

const char *get_entry(const struct object *o, const char *field, const char *key)
{
	const char *text = json_string_value(json_object_get(get_json(o, field), key));

	return text ? text : "";
}

void set_text(struct object *o, const char *field, const char *text)
{
	size_t i = field_index(o->cls->model, field);
	const struct model_type *type = o->cls->model->fields[i].type;

	if (type->kind == MODEL_ENUM) {
		int place = model_enum_find(type, text);

		put_number(o, i, place < 0 ? 0 : place);
	} else {
		put_text(o, i, text ? text : "");
	}
}

void set_int(struct object *o, const char *field, int64_t number)
{
	put_number(o, field_index(o->cls->model, field), number);
}

void set_float(struct object *o, const char *field, double real)
{
	put_float(o, field_index(o->cls->model, field), real);
}

void set_ref(struct object *o, const char *field, struct object *to)
{
	ref_change(o, field_index(o->cls->model, field), to);
}

void set_json(struct object *o, const char *field, const json_t *v)
{
	put_json(o, field_index(o->cls->model, field), v);
}

void set_entry(struct object *o, const char *field, const char *key, const char *value)
{
	json_t *map = json_deep_copy(get_json(o, field));

	json_object_set_new(map, key, json_string(value));
	set_json(o, field, map);
	json_decref(map);
}

void drop_entry(struct object *o, const char *field, const char *key)
{
	json_t *map = json_deep_copy(get_json(o, field));

	json_object_del(map, key);
	set_json(o, field, map);
	json_decref(map);
}
