// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Both directions by the model: what a field is, is said there and nowhere else.
 */
#include "transfer/ova.h"

#include <stdio.h>
#include <string.h>

#include "model/model.h"
#include "model/value.h"
#include "model/wire.h"
#include "model/xmlrpc.h"

/* Of the format; readers look at it. */
#define EXPORT_VERSION 2

bool ova_add(struct ova *o, const char *class, const char *ref, json_t *record)
{
	if (!o->objects)
		o->objects = json_array();
	if (ova_number(o, ref) >= 0)
		return true;
	return json_array_append_new(o->objects, json_pack("[ssO]", class, ref, record)) == 0;
}

int ova_number(const struct ova *o, const char *ref)
{
	json_t *object;
	size_t i;

	json_array_foreach(o->objects, i, object)
	{
		if (strcmp(json_string_value(json_array_get(object, 1)), ref) == 0)
			return (int)i;
	}
	return -1;
}

/* A copy, in which references are those of the file. */
static json_t *renamed(const struct ova *o, const json_t *v)
{
	const char *text = json_string_value(v), *key;
	json_t *copy, *item;
	char name[32];
	size_t i;

	if (json_is_object(v)) {
		copy = json_object();
		json_object_foreach((json_t *)v, key, item)
			json_object_set_new(copy, key, renamed(o, item));
		return copy;
	}
	if (json_is_array(v)) {
		copy = json_array();
		json_array_foreach(v, i, item)
		{
			const char *ref = json_string_value(item);

			/* A set has no null references. */
			if (!ref || strncmp(ref, MODEL_REF_PREFIX, strlen(MODEL_REF_PREFIX)) != 0 ||
			    ova_number(o, ref) >= 0)
				json_array_append_new(copy, renamed(o, item));
		}
		return copy;
	}
	if (!text || strncmp(text, MODEL_REF_PREFIX, strlen(MODEL_REF_PREFIX)) != 0)
		return json_incref((json_t *)v);
	if (ova_number(o, text) < 0)
		return json_string(MODEL_NULL_REF);
	snprintf(name, sizeof(name), "Ref:%d", ova_number(o, text));
	return json_string(name);
}

static void object_write(const struct ova *o, struct wire *w, size_t number)
{
	const json_t *object = json_array_get(o->objects, number);
	const struct model_class *class =
		model_class_find(json_string_value(json_array_get(object, 0)));
	json_t *record = renamed(o, json_array_get(object, 2));
	char name[32];

	snprintf(name, sizeof(name), "Ref:%zu", number);
	wire_struct_begin(w);
	wire_key(w, "class");
	wire_string(w, class->name);
	wire_key(w, "id");
	wire_string(w, name);
	wire_key(w, "snapshot");
	wire_struct_begin(w);
	for (size_t i = 0; i < class->nr_fields; i++) {
		const json_t *value = json_object_get(record, class->fields[i].name);

		if (!value)
			continue;
		wire_key(w, class->fields[i].name);
		wire_value(w, class->fields[i].type, value);
	}
	wire_struct_end(w);
	wire_struct_end(w);
	json_decref(record);
}

void ova_write(const struct ova *o, const char *version, struct buf *out)
{
	struct wire w;

	wire_open(&w, out, WIRE_XML);
	wire_struct_begin(&w);
	wire_key(&w, "version");
	wire_struct_begin(&w);
	wire_key(&w, "product_brand");
	wire_string(&w, "Socle");
	wire_key(&w, "product_version");
	wire_string(&w, version);
	wire_key(&w, "export_vsn");
	wire_int(&w, EXPORT_VERSION);
	wire_struct_end(&w);
	wire_key(&w, "objects");
	wire_array_begin(&w);
	for (size_t i = 0; i < json_array_size(o->objects); i++)
		object_write(o, &w, i);
	wire_array_end(&w);
	wire_struct_end(&w);
}

/* ---- reading ----------------------------------------------------------------------------- */

int ova_read(struct ova *o, struct bytes text, struct reason *why)
{
	json_t *all = xmlrpc_parse_value((const char *)text.data, text.len, why);
	json_t *objects = json_object_get(all, "objects"), *object;
	size_t i;

	if (!all)
		return -1;
	o->objects = json_array();
	json_array_foreach(objects, i, object)
	{
		const char *class = json_string_value(json_object_get(object, "class"));
		const char *id = json_string_value(json_object_get(object, "id"));
		json_t *record = json_object_get(object, "snapshot");

		if (class && id && json_is_object(record) && ova_number(o, id) < 0)
			json_array_append_new(o->objects, json_pack("[ssO]", class, id, record));
	}
	json_decref(all);
	if (ova_object(o, "VM", 0, &(const char *){ NULL }))
		return 0;
	ova_free(o);
	return reason_set(why, "ova.xml is not one of a VM");
}

const json_t *ova_object(const struct ova *o, const char *class, size_t i, const char **id)
{
	json_t *object;
	size_t at;

	json_array_foreach(o->objects, at, object)
	{
		if (strcmp(json_string_value(json_array_get(object, 0)), class) != 0 || i--)
			continue;
		*id = json_string_value(json_array_get(object, 1));
		return json_array_get(object, 2);
	}
	return NULL;
}

const json_t *ova_find(const struct ova *o, const char *class, const char *id)
{
	const json_t *record;
	const char *name;

	for (size_t i = 0; (record = ova_object(o, class, i, &name)); i++)
		if (strcmp(name, id) == 0)
			return record;
	return NULL;
}

const char *ova_text(const json_t *record, const char *field)
{
	const char *text = json_string_value(json_object_get(record, field));

	return text ? text : "";
}

json_t *ova_value(const char *class, const json_t *record, const char *field)
{
	const struct model_field *f = model_field_find(model_class_find(class), field);
	const json_t *value = json_object_get(record, field);
	struct reason why;

	return f && value ? value_check(f->type, value, &why) : NULL;
}

void ova_free(struct ova *o)
{
	json_decref(o->objects);
	o->objects = NULL;
}
