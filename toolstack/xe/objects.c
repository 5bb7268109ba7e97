// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects, fetched a class at a time: one call however many there are.
 */
#include "xe/objects.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/value.h"
#include "xe/die.h"

static json_t *fetched; /* {class: {reference: record}} */

json_t *objects_of(struct api *api, const char *class)
{
	json_t *all = json_object_get(fetched, class);
	char method[60];

	if (all)
		return all;
	if (!fetched)
		fetched = json_object();
	snprintf(method, sizeof(method), "%s.get_all_records", class);
	all = api_call(api, method, json_array());
	if (!json_is_object(all))
		die(EXIT_NO_HOST, "%s: that is no answer of a XenAPI host", method);
	if (json_object_set_new(fetched, class, all) < 0)
		die_memory();
	return all;
}

void objects_forget(void)
{
	json_decref(fetched);
	fetched = NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* References are shown by what a person can use. */
static void ref_text(struct api *api, const char *class, const char *ref, const char *field,
		     struct buf *out)
{
	const struct model_class *c = model_class_find(class);
	json_t *record = NULL;

	if (strcmp(ref, MODEL_NULL_REF) != 0 && c &&
	    !(c->flags & (CLASS_NO_OBJECTS | CLASS_NO_GET_ALL)))
		record = json_object_get(objects_of(api, class), ref);
	buf_printf(out, "%s",
		   json_string_value(json_object_get(record, field)) ?: "<not in database>");
}

static void value_text(struct api *api, const struct model_type *type, const json_t *v,
		       struct buf *out)
{
	const struct model_type *element = type->element;
	const char *key, *between = "";
	json_t *item;
	size_t i;

	if (type->kind == MODEL_REF) {
		ref_text(api, type->name, json_string_value(v) ?: MODEL_NULL_REF, "uuid", out);
	} else if (type->kind == MODEL_SET) {
		json_array_foreach(v, i, item)
		{
			buf_printf(out, "%s", between);
			value_text(api, element, item, out);
			between = "; ";
		}
	} else if (type->kind == MODEL_MAP) {
		json_object_foreach((json_t *)v, key, item)
		{
			buf_printf(out, "%s%s: ", between, key);
			value_text(api, element, item, out);
			between = "; ";
		}
	} else {
		value_to_text(v, out);
	}
}

/* The record that a column's field is in: the object's own, or that of its metrics. */
static const json_t *column_record(struct api *api, const struct column *c, const json_t *record)
{
	const char *ref;

	if (!c->via)
		return record;
	ref = json_string_value(json_object_get(record, c->via->name));
	return ref ? json_object_get(objects_of(api, c->via->type->name), ref) : NULL;
}

bool column_text(struct api *api, const struct column *c, const json_t *record, struct buf *out)
{
	const json_t *v;

	record = column_record(api, c, record);
	v = json_object_get(record, c->field->name);
	if (c->part == PART_KEY)
		v = json_object_get(v, c->key);
	if (!v)
		return false;
	buf_printf(out, "%s", ""); /* an empty text is one */
	if (c->part == PART_NAME || c->part == PART_UUID)
		ref_text(api, c->field->type->name, json_string_value(v) ?: MODEL_NULL_REF,
			 c->part == PART_NAME ? "name_label" : "uuid", out);
	else if (c->part == PART_KEY)
		value_text(api, c->field->type->element, v, out);
	else
		value_text(api, c->field->type, v, out);
	if (strcmp(c->field->name, "power_state") == 0) {
		for (char *at = out->data; at && *at; at++)
			*at |= 0x20;
	}
	return true;
}

/* ---- selectors ------------------------------------------------------------------------------- */

/* "set:contains=value" asks for a member. */
static bool set_contains(const struct kind *k, const char *key, struct column *c)
{
	const char *colon = strstr(key, ":contains");
	char name[72];

	if (!colon || strcmp(colon, ":contains") != 0 || (size_t)(colon - key) >= sizeof(name))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(colon - key), key);
	return column_find(k, name, c) && c->field->type->kind == MODEL_SET;
}

static bool member_is(struct api *api, const struct column *c, const json_t *record,
		      const char *value)
{
	const json_t *set = json_object_get(column_record(api, c, record), c->field->name);
	bool found = false;
	json_t *item;
	size_t i;

	json_array_foreach(set, i, item)
	{
		struct buf text = { 0 };

		value_text(api, c->field->type->element, item, &text);
		found |= text.data && strcmp(text.data, value) == 0;
		buf_free(&text);
	}
	return found;
}

static bool selected(struct api *api, const struct kind *k, const json_t *record, const char *key,
		     const char *value)
{
	struct buf text = { 0 };
	struct column c;
	bool same;

	if (set_contains(k, key, &c))
		return member_is(api, &c, record, value);
	if (!column_find(k, key, &c) || !column_text(api, &c, record, &text))
		return false;
	/* Enums and booleans are written either way. */
	same = text.data &&
	       (c.field->type->kind == MODEL_STRING ? strcmp(text.data, value) == 0
						    : strcasecmp(text.data, value) == 0);
	buf_free(&text);
	return same;
}

static bool named(const json_t *record, const char *text)
{
	const char *uuid = json_string_value(json_object_get(record, "uuid"));
	const char *name = json_string_value(json_object_get(record, "name_label"));

	if (!name) /* a user's */
		name = json_string_value(json_object_get(record, "short_name"));
	return (uuid && strcmp(uuid, text) == 0) || (name && strcmp(name, text) == 0);
}

/* vm=, or snapshot-uuid= and so on: the object itself. */
static bool names_object(const struct kind *k, const char *key)
{
	size_t len = strlen(k->name);

	return strncmp(key, k->name, len) == 0 && (!key[len] || strcmp(key + len, "-uuid") == 0);
}

/* Which parameters of the request select; marked as used. */
static size_t selectors_take(const struct kind *k, struct request *r, const struct param **taken)
{
	struct column c;
	size_t nr = 0;

	for (size_t i = 0; i < r->nr; i++) {
		struct param *p = &r->params[i];

		if (p->used || (!names_object(k, p->key) && !set_contains(k, p->key, &c) &&
				!column_find(k, p->key, &c)))
			continue;
		p->used = true;
		taken[nr++] = p;
	}
	return nr;
}

static bool matches(struct api *api, const struct kind *k, const json_t *record,
		    const struct param *const *by, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		if (names_object(k, by[i]->key)
			    ? !named(record, by[i]->value)
			    : !selected(api, k, record, by[i]->key, by[i]->value))
			return false;
	}
	return true;
}

/* A UUID asks for one object: no need to fetch them all. */
static json_t *one_fetched(struct api *api, const struct kind *k, const char *uuid)
{
	char method[60];
	json_t *ref, *record, *all;

	snprintf(method, sizeof(method), "%s.get_by_uuid", k->class);
	ref = api_call(api, method, json_pack("[s]", uuid));
	snprintf(method, sizeof(method), "%s.get_record", k->class);
	record = api_call(api, method, json_pack("[O]", ref));
	all = json_pack("{s:o}", json_string_value(ref) ?: "", record);
	json_decref(ref);
	return all;
}

/* Such texts stand in an expression as they are. */
static bool is_plain(const char *text)
{
	return *text && strlen(text) < 100 && !text[strcspn(text, "\"'\\")];
}

/*
 * Those that may be meant, as the host finds them: it sends one, not all of a class. NULL: it is
 * not asked by a name, or does not know how to look for one.
 */
static json_t *found_by_host(struct api *api, const struct kind *k, const struct param *const *by,
			     size_t nr)
{
	bool has_name = model_field_find(model_class_find(k->class), "name_label");
	char method[60], expr[320] = "";
	json_t *error, *found;

	for (size_t i = 0; i < nr && !*expr; i++) {
		if (!has_name || !is_plain(by[i]->value))
			continue;
		if (names_object(k, by[i]->key))
			snprintf(expr, sizeof(expr),
				 "field \"name_label\" = \"%s\" or field \"uuid\" = \"%s\"",
				 by[i]->value, by[i]->value);
		else if (strcmp(by[i]->key, "name-label") == 0)
			snprintf(expr, sizeof(expr), "field \"name_label\" = \"%s\"", by[i]->value);
	}
	if (!*expr || json_object_get(fetched, k->class))
		return NULL;
	snprintf(method, sizeof(method), "%s.get_all_records_where", k->class);
	found = api_try(api, method, json_pack("[s]", expr), &error);
	json_decref(error);
	if (json_is_object(found))
		return found;
	json_decref(found);
	return NULL;
}

json_t *objects_selected(struct api *api, const struct kind *k, struct request *r, bool many,
			 bool none)
{
	const struct param *by[MAX_PARAMS];
	size_t nr = selectors_take(k, r, by);
	json_t *all, *found, *record;
	const char *ref;

	if (!nr && !none)
		request_wrong("%s: which %s? uuid=UUID%s", r->command, k->name,
			      model_field_find(model_class_find(k->class), "name_label")
				      ? ", or a name, or field=value"
				      : ", or field=value");
	if (!none && nr == 1 && strcmp(by[0]->key, "uuid") == 0)
		return one_fetched(api, k, by[0]->value);
	found = json_object();
	all = found_by_host(api, k, by, nr) ?: json_incref(objects_of(api, k->class));
	json_object_foreach(all, ref, record)
	{
		if ((!k->is || k->is(record)) && matches(api, k, record, by, nr))
			json_object_set(found, ref, record);
	}
	json_decref(all);
	if (!none && json_object_size(found) == 0)
		die(EXIT_REFUSED, "there is no such %s", k->name);
	if (!many && json_object_size(found) > 1)
		die(EXIT_REFUSED, "%zu %ss are meant; --multiple takes all of them",
		    json_object_size(found), k->name);
	return found;
}

const char *object_named(struct api *api, const struct kind *k, const char *text)
{
	const char *ref, *found = NULL;
	json_t *record;

	json_object_foreach(objects_of(api, k->class), ref, record)
	{
		if ((k->is && !k->is(record)) || !named(record, text))
			continue;
		if (found)
			die(EXIT_REFUSED, "more than one %s has the name '%s'; take its UUID",
			    k->name, text);
		found = ref;
	}
	if (!found)
		die(EXIT_REFUSED, "there is no %s '%s'", k->name, text);
	return found;
}

const char *object_master(struct api *api)
{
	json_t *record;
	const char *ref;

	json_object_foreach(objects_of(api, "pool"), ref,
			    record) return json_string_value(json_object_get(record, "master"));
	die(EXIT_REFUSED, "the host has no pool object");
}
