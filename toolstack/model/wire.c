// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two formats. See wire.h.
 */
#include "model/wire.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void put(struct wire *w, const char *text)
{
	buf_append(w->out, text, strlen(text));
}

void wire_open(struct wire *w, struct buf *out, enum wire_format format)
{
	*w = (struct wire){ .out = out, .format = format };
}

/* ---- texts ------------------------------------------------------------------------------- */

/* What stands for a byte, or NULL: itself. XML 1.0 cannot carry most control characters at all. */
static const char *escape_json(unsigned char c, char code[8])
{
	static const char hex[] = "0123456789abcdef";

	switch (c) {
	case '"': return "\\\"";
	case '\\': return "\\\\";
	case '\n': return "\\n";
	case '\r': return "\\r";
	case '\t': return "\\t";
	}
	if (c >= 0x20 && c != 0x7f)
		return NULL;
	memcpy(code, "\\u00", 4);
	code[4] = hex[c >> 4];
	code[5] = hex[c & 15];
	code[6] = '\0';
	return code;
}

static const char *escape_xml(unsigned char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '\r': return "&#13;";
	case '\n':
	case '\t': return NULL;
	}
	return c < 0x20 ? "?" : NULL;
}

static void put_escaped(struct wire *w, const char *text)
{
	const char *from = text, *at;
	char code[8];

	for (at = text; *at; at++) {
		const char *instead = w->format == WIRE_JSON ? escape_json(*at, code)
							     : escape_xml(*at);

		if (!instead)
			continue;
		buf_append(w->out, from, at - from);
		put(w, instead);
		from = at + 1;
	}
	buf_append(w->out, from, at - from);
}

/* ---- values inside of others ------------------------------------------------------------- */

static void value_before(struct wire *w)
{
	if (w->format == WIRE_XML) {
		put(w, "<value>");
		return;
	}
	/* In a struct the key has seen to it. */
	if (!(w->structs & 1) && (w->filled & 1))
		put(w, ",");
	w->filled |= 1;
}

static void value_after(struct wire *w)
{
	if (w->format == WIRE_XML)
		put(w, w->structs & 1 ? "</value></member>" : "</value>");
}

static void level_enter(struct wire *w, bool is_struct)
{
	w->structs = w->structs << 1 | is_struct;
	w->filled <<= 1;
}

static void level_leave(struct wire *w)
{
	w->structs >>= 1;
	w->filled >>= 1;
}

void wire_array_begin(struct wire *w)
{
	value_before(w);
	put(w, w->format == WIRE_JSON ? "[" : "<array><data>");
	level_enter(w, false);
}

void wire_array_end(struct wire *w)
{
	put(w, w->format == WIRE_JSON ? "]" : "</data></array>");
	level_leave(w);
	value_after(w);
}

void wire_struct_begin(struct wire *w)
{
	value_before(w);
	put(w, w->format == WIRE_JSON ? "{" : "<struct>");
	level_enter(w, true);
}

void wire_struct_end(struct wire *w)
{
	put(w, w->format == WIRE_JSON ? "}" : "</struct>");
	level_leave(w);
	value_after(w);
}

void wire_key(struct wire *w, const char *key)
{
	if (w->format == WIRE_XML) {
		put(w, "<member><name>");
		put_escaped(w, key);
		put(w, "</name>");
		return;
	}
	put(w, w->filled & 1 ? ",\"" : "\"");
	put_escaped(w, key);
	put(w, "\":");
	w->filled |= 1;
}

/* ---- values ------------------------------------------------------------------------------ */

void wire_string(struct wire *w, const char *text)
{
	value_before(w);
	if (w->format == WIRE_JSON)
		put(w, "\"");
	put_escaped(w, text);
	if (w->format == WIRE_JSON)
		put(w, "\"");
	value_after(w);
}

void wire_int(struct wire *w, int64_t number)
{
	value_before(w);
	buf_printf(w->out, "%" PRId64, number);
	value_after(w);
}

void wire_number(struct wire *w, int64_t number)
{
	value_before(w);
	buf_printf(w->out, w->format == WIRE_JSON ? "%" PRId64 : "<int>%" PRId64 "</int>", number);
	value_after(w);
}

void wire_float(struct wire *w, double number)
{
	/* Neither format knows infinity. */
	double known = isfinite(number) ? number : 0;

	value_before(w);
	buf_printf(w->out, w->format == WIRE_JSON ? "%.15g" : "<double>%.15g</double>", known);
	value_after(w);
}

void wire_bool(struct wire *w, bool yes)
{
	value_before(w);
	if (w->format == WIRE_JSON)
		put(w, yes ? "true" : "false");
	else
		put(w, yes ? "<boolean>1</boolean>" : "<boolean>0</boolean>");
	value_after(w);
}

void wire_datetime(struct wire *w, const char *text)
{
	if (w->format == WIRE_JSON) {
		wire_string(w, text);
		return;
	}
	value_before(w);
	put(w, "<dateTime.iso8601>");
	put_escaped(w, text);
	put(w, "</dateTime.iso8601>");
	value_after(w);
}

void wire_raw(struct wire *w, const char *text, size_t len)
{
	/* The XML was written outside of any struct: only the end of the member is missing. */
	if (w->format == WIRE_JSON)
		value_before(w);
	buf_append(w->out, text, len);
	if (w->format == WIRE_XML && (w->structs & 1))
		put(w, "</member>");
}

static void wire_members(struct wire *w, const struct model_type *type, const json_t *v)
{
	const struct model_class *c = NULL;
	const struct model_type *inner = NULL;
	json_t *element;
	const char *key;

	if (type && type->kind == MODEL_RECORD)
		c = model_class_find(type->name);
	else if (type && type->kind == MODEL_MAP)
		inner = type->element;
	wire_struct_begin(w);
	json_object_foreach((json_t *)v, key, element)
	{
		const struct model_field *f = c ? model_field_find(c, key) : NULL;

		wire_key(w, key);
		wire_value(w, f ? f->type : inner, element);
	}
	wire_struct_end(w);
}

void wire_value(struct wire *w, const struct model_type *type, const json_t *v)
{
	json_t *element;
	size_t i;

	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_OBJECT: wire_members(w, type, v); break;
	case JSON_ARRAY:
		wire_array_begin(w);
		json_array_foreach(v, i, element)
		{
			wire_value(w, type && type->kind == MODEL_SET ? type->element : NULL,
				   element);
		}
		wire_array_end(w);
		break;
	case JSON_STRING:
		if (type && type->kind == MODEL_DATETIME)
			wire_datetime(w, json_string_value(v));
		else
			wire_string(w, json_string_value(v));
		break;
	case JSON_INTEGER: wire_int(w, json_integer_value(v)); break;
	case JSON_REAL: wire_float(w, json_real_value(v)); break;
	case JSON_TRUE:
	case JSON_FALSE: wire_bool(w, json_is_true(v)); break;
	case JSON_NULL: wire_string(w, ""); break;
	}
}
