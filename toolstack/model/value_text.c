// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values from and to text that people write and read, and the defaults of fields.
 */
#include <stdlib.h>
#include <string.h>

#include "model/value.h"

static json_t *scalar_from_text(const struct model_type *type, const char *text, struct reason *why)
{
	json_t *string, *v;

	if (type->kind == MODEL_BOOL) {
		if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
			return json_true();
		if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
			return json_false();
		reason_set(why, "expected true or false, not \"%.80s\"", text);
		return NULL;
	}
	string = json_string(text);
	if (!string) {
		reason_set(why, "not UTF-8");
		return NULL;
	}
	v = value_check(type, string, why);
	json_decref(string);
	return v;
}

/* One "a" of a set, or "k:v" of a map. */
static int item_add(const struct model_type *type, json_t *all, char *item, struct reason *why)
{
	char *value = item;
	json_t *v;

	if (type->kind == MODEL_MAP) {
		value = strpbrk(item, ":=");
		if (!value)
			return reason_set(why, "expected KEY:VALUE, not \"%.80s\"", item);
		*value++ = '\0';
	}
	v = scalar_from_text(type->element, value, why);
	if (!v)
		return -1;
	return type->kind == MODEL_MAP ? json_object_set_new(all, item, v)
				       : json_array_append_new(all, v);
}

static json_t *several_from_text(const struct model_type *type, const char *text,
				 struct reason *why)
{
	json_t *all = type->kind == MODEL_MAP ? json_object() : json_array();
	char *copy = strdup(text), *at = copy, *item;

	if (!copy || !all) {
		reason_set(why, "out of memory");
		free(copy);
		json_decref(all);
		return NULL;
	}
	while (*text && (item = strsep(&at, ","))) {
		if (item_add(type, all, item, why) < 0) {
			json_decref(all);
			all = NULL;
			break;
		}
	}
	free(copy);
	return all;
}

json_t *value_from_text(const struct model_type *type, const char *text, struct reason *why)
{
	if (type->kind == MODEL_SET || type->kind == MODEL_MAP)
		return several_from_text(type, text, why);
	return scalar_from_text(type, text, why);
}

json_t *value_initial(const struct model_field *f)
{
	struct reason why;

	if (f->initial)
		return value_from_text(f->type, f->initial, &why);
	switch (f->type->kind) {
	case MODEL_INT: return json_integer(0);
	case MODEL_FLOAT: return json_real(0);
	case MODEL_BOOL: return json_false();
	case MODEL_DATETIME: return json_string("19700101T00:00:00Z");
	case MODEL_ENUM: return json_string(f->type->names[0]);
	case MODEL_REF: return json_string(MODEL_NULL_REF);
	case MODEL_SET: return json_array();
	case MODEL_MAP: return json_object();
	default: return json_string("");
	}
}

static void scalar_to_text(const json_t *v, struct buf *out)
{
	switch (json_typeof(v)) {
	case JSON_STRING: buf_printf(out, "%s", json_string_value(v)); break;
	case JSON_INTEGER: buf_printf(out, "%lld", (long long)json_integer_value(v)); break;
	case JSON_REAL: buf_printf(out, "%.3f", json_real_value(v)); break;
	case JSON_TRUE: buf_printf(out, "true"); break;
	case JSON_FALSE: buf_printf(out, "false"); break;
	default: break;
	}
}

void value_to_text(const json_t *v, struct buf *out)
{
	json_t *element;
	const char *key, *between = "";
	size_t i;

	if (json_is_array(v)) {
		json_array_foreach(v, i, element)
		{
			buf_printf(out, "%s", between);
			value_to_text(element, out);
			between = "; ";
		}
	} else if (json_is_object(v)) {
		json_object_foreach((json_t *)v, key, element)
		{
			buf_printf(out, "%s%s: ", between, key);
			value_to_text(element, out);
			between = "; ";
		}
	} else {
		scalar_to_text(v, out);
	}
}
