// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From slots to the wire, without JSON values in between: what is asked most goes fastest.
 */
#include "apid/record.h"

#include <string.h>

void record_write_ref(struct wire *w, const struct object *o)
{
	char ref[REF_TEXT];

	object_ref(o, ref);
	wire_string(w, ref);
}

static void write_many(struct wire *w, const struct many *m)
{
	wire_array_begin(w);
	for (size_t i = 0; m && i < m->nr; i++)
		record_write_ref(w, m->items[i]);
	wire_array_end(w);
}

static void write_empty(struct wire *w, bool map)
{
	if (map) {
		wire_struct_begin(w);
		wire_struct_end(w);
	} else {
		wire_array_begin(w);
		wire_array_end(w);
	}
}

/* References in a set are texts: those whose object is gone are left out. */
static void write_refs(struct wire *w, const json_t *refs)
{
	json_t *ref;
	size_t i;

	wire_array_begin(w);
	json_array_foreach(refs, i, ref)
	{
		if (object_find_any(json_string_value(ref)))
			wire_string(w, json_string_value(ref));
	}
	wire_array_end(w);
}

void record_write_field(struct wire *w, const struct object *o, size_t field)
{
	const struct model_field *f = &o->cls->model->fields[field];
	const union slot *s = &o->slots[field];
	char text[24];

	switch (f->type->kind) {
	case MODEL_INT: wire_int(w, s->number); break;
	case MODEL_BOOL: wire_bool(w, s->number); break;
	case MODEL_FLOAT: wire_float(w, s->real); break;
	case MODEL_ENUM: wire_string(w, f->type->names[s->number]); break;
	case MODEL_REF: record_write_ref(w, s->ref); break;
	case MODEL_DATETIME:
		datetime_format(s->number, text);
		wire_datetime(w, text);
		break;
	case MODEL_SET:
	case MODEL_MAP:
		if (f->life == LIFE_INVERSE)
			write_many(w, s->many);
		else if (!s->json)
			write_empty(w, f->type->kind == MODEL_MAP);
		else if (f->type->element->kind == MODEL_REF && f->type->kind == MODEL_SET)
			write_refs(w, s->json);
		else
			wire_value(w, f->type, s->json);
		break;
	default: wire_string(w, s->text ? s->text : "");
	}
}

void record_write(struct wire *w, const struct object *o)
{
	const struct model_class *m = o->cls->model;

	wire_struct_begin(w);
	for (size_t i = 0; i < m->nr_fields; i++) {
		wire_key(w, m->fields[i].name);
		record_write_field(w, o, i);
	}
	wire_struct_end(w);
}
