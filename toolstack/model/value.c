// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checking values against types. See value.h.
 */
#include "model/value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- foreign text ------------------------------------------------------------------------ */

/* jansson would nest 2048 deep and make a hundred bytes of each "[]": count before it begins. */
static int text_limits(const char *text, size_t len, struct reason *why)
{
	size_t depth = 0, count = 0;
	bool string = false;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				string = false;
			continue;
		}
		if (c == '"')
			string = true;
		if (c == ',' || c == ':' || c == '[' || c == '{')
			count++;
		if (c == '[' || c == '{')
			depth++;
		if ((c == ']' || c == '}') && depth)
			depth--;
		if (depth > VALUE_NESTING)
			return reason_set(why, "nested deeper than %d", VALUE_NESTING);
		if (count > VALUE_COUNT)
			return reason_set(why, "more than %d values", VALUE_COUNT);
	}
	return 0;
}

json_t *value_parse(const char *text, size_t len, struct reason *why)
{
	json_error_t error;
	json_t *v;

	if (text_limits(text, len, why) < 0)
		return NULL;
	v = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	if (!v)
		reason_set(why, "line %d, column %d: %s", error.line, error.column, error.text);
	return v;
}

/* ---- checks ------------------------------------------------------------------------------ */

static json_t *refuse(struct reason *why, const char *expected, const json_t *v)
{
	static const char *const kinds[] = {
		[JSON_OBJECT] = "a map",    [JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string", [JSON_INTEGER] = "an integer",
		[JSON_REAL] = "a number",   [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",     [JSON_NULL] = "null",
	};

	if (json_is_string(v))
		reason_set(why, "expected %s, not \"%.80s\"", expected, json_string_value(v));
	else
		reason_set(why, "expected %s, not %s", expected, kinds[json_typeof(v)]);
	return NULL;
}

static json_t *check_int(const json_t *v, struct reason *why)
{
	const char *text = json_string_value(v);
	long long number;
	char *end;

	if (json_is_integer(v))
		return json_integer(json_integer_value(v));
	/* JavaScript has only one kind of number. */
	if (json_is_real(v) && fabs(json_real_value(v)) < 9e15 &&
	    json_real_value(v) == floor(json_real_value(v)))
		return json_integer((json_int_t)json_real_value(v));
	if (!text || (!isdigit((unsigned char)text[0]) && text[0] != '-'))
		return refuse(why, "an integer", v);
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || *end || end == text)
		return refuse(why, "an integer of 64 bits", v);
	return json_integer(number);
}

static json_t *check_float(const json_t *v, struct reason *why)
{
	const char *text = json_string_value(v);
	double number;
	char *end;

	if (json_is_number(v))
		return json_real(json_number_value(v));
	if (!text || !*text || isspace((unsigned char)text[0]))
		return refuse(why, "a number", v);
	number = strtod(text, &end);
	if (*end || !isfinite(number))
		return refuse(why, "a number", v);
	return json_real(number);
}

bool value_is_datetime(const char *text)
{
	static const char form[] = "dddddddd"
				   "Tdd:dd:dd";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return strcmp(text + i, "Z") == 0 || text[i] == '\0';
}

static json_t *check_datetime(const json_t *v, struct reason *why)
{
	const char *text = json_string_value(v);

	if (!text || !value_is_datetime(text))
		return refuse(why, "a date like 20260131T23:59:59Z", v);
	return json_sprintf("%.17sZ", text);
}

static json_t *check_enum(const struct model_type *type, const json_t *v, struct reason *why)
{
	const char *text = json_string_value(v);

	if (!text)
		return refuse(why, "a string", v);
	/* Clients are of two minds about the case: "rw", "Running". */
	for (int i = 0; type->names[i]; i++)
		if (strcasecmp(type->names[i], text) == 0)
			return json_string(type->names[i]);
	reason_set(why, "\"%.80s\" is none of the values of %s", text, type->name);
	return NULL;
}

static json_t *check_ref(const json_t *v, struct reason *why)
{
	const char *text = json_string_value(v);

	if (!text || strlen(text) > 80)
		return refuse(why, "a reference", v);
	/* Some clients leave it empty. */
	return json_string(*text ? text : MODEL_NULL_REF);
}

static json_t *check_set(const struct model_type *type, const json_t *v, struct reason *why)
{
	json_t *set, *element, *item;
	size_t i;

	if (!json_is_array(v))
		return refuse(why, "an array", v);
	set = json_array();
	json_array_foreach(v, i, element)
	{
		item = value_check(type->element, element, why);
		if (!item) {
			json_decref(set);
			return NULL;
		}
		json_array_append_new(set, item);
	}
	return set;
}

static json_t *check_map(const struct model_type *type, const json_t *v, struct reason *why)
{
	json_t *map, *element, *item;
	const char *key;

	if (!json_is_object(v))
		return refuse(why, "a map", v);
	map = json_object();
	json_object_foreach((json_t *)v, key, element)
	{
		item = value_check(type->element, element, why);
		if (!item) {
			json_decref(map);
			return NULL;
		}
		json_object_set_new_nocheck(map, key, item);
	}
	return map;
}

static json_t *check_record(const struct model_type *type, const json_t *v, struct reason *why)
{
	const struct model_class *c = model_class_find(type->name);
	json_t *record, *element, *item = NULL;
	struct reason inner;
	const char *key;

	if (!json_is_object(v) || !c)
		return refuse(why, "a record", v);
	record = json_object();
	json_object_foreach((json_t *)v, key, element)
	{
		const struct model_field *f = model_field_find(c, key);

		if (!f)
			reason_set(why, "%s has no field \"%.60s\"", c->name, key);
		else if (!(item = value_check(f->type, element, &inner)))
			reason_set(why, "%s: %.240s", f->name, inner.text);
		if (!f || !item) {
			json_decref(record);
			return NULL;
		}
		json_object_set_new_nocheck(record, key, item);
	}
	return record;
}

json_t *value_check(const struct model_type *type, const json_t *v, struct reason *why)
{
	switch (type->kind) {
	case MODEL_STRING:
		return json_is_string(v) ? json_string(json_string_value(v))
					 : refuse(why, "a string", v);
	case MODEL_INT: return check_int(v, why);
	case MODEL_FLOAT: return check_float(v, why);
	case MODEL_BOOL:
		return json_is_boolean(v) ? json_boolean(json_is_true(v))
					  : refuse(why, "true or false", v);
	case MODEL_DATETIME: return check_datetime(v, why);
	case MODEL_ENUM: return check_enum(type, v, why);
	case MODEL_REF: return check_ref(v, why);
	case MODEL_SET: return check_set(type, v, why);
	case MODEL_MAP: return check_map(type, v, why);
	case MODEL_RECORD: return check_record(type, v, why);
	case MODEL_ANY: return json_incref((json_t *)v);
	case MODEL_VOID: break;
	}
	return refuse(why, "nothing", v);
}
