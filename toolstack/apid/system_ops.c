// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The API itself, messages, and what the files of methods share about records.
 */
#include <string.h>
#include <time.h>

#include "apid/ops.h"
#include "apid/record.h"
#include "model/value.h"

/* ---- records given to create --------------------------------------------------------------- */

const json_t *arg_field(const struct call *c, size_t arg, const char *field)
{
	return json_object_get(c->args[arg], field);
}

const char *arg_text(const struct call *c, size_t arg, const char *field)
{
	const char *text = json_string_value(arg_field(c, arg, field));

	return text ? text : "";
}

bool arg_ref(struct call *c, size_t arg, const char *field, struct object **o)
{
	const struct model_class *m = model_class_find(c->cls->name);
	const char *to = model_field_find(m, field)->type->name;
	const char *ref = arg_text(c, arg, field);

	*o = NULL;
	if (!*ref || strcmp(ref, MODEL_NULL_REF) == 0)
		return true;
	*o = object_find(store_class_of(to), ref);
	if (*o)
		return true;
	call_fail(c, "HANDLE_INVALID", to, ref, NULL);
	return false;
}

void arg_take(struct object *o, const json_t *record)
{
	const struct model_class *m = o->cls->model;
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)record, key, v)
	{
		const struct model_field *f = model_field_find(m, key);

		if (f && (f->access == ACCESS_RW || f->access == ACCESS_STATIC))
			slot_set(o, (size_t)(f - m->fields), v);
	}
}

/* ---- methods ----------------------------------------------------------------------------- */

static void list_methods(struct call *c)
{
	call_list_methods(&c->out);
}

struct object *message_make(const char *name, int64_t priority, const char *class, const char *uuid,
			    const char *body)
{
	struct object *message = object_create("message", NULL);

	set_text(message, "name", name);
	set_int(message, "priority", priority);
	set_text(message, "cls", class);
	set_text(message, "obj_uuid", uuid);
	set_text(message, "body", body);
	set_int(message, "timestamp", time(NULL));
	return message;
}

static void message_create(struct call *c)
{
	record_write_ref(&c->out, message_make(call_text(c, 0), call_int(c, 1), call_text(c, 2),
					       call_text(c, 3), call_text(c, 4)));
}

static void message_destroy(struct call *c)
{
	object_destroy(c->refs[0]);
}

/* {reference: record}, of those that pass. */
static void messages_write(struct call *c, const char *class, const char *uuid, int64_t since)
{
	const struct store_class *all = store_class_of("message");
	char ref[REF_TEXT];

	wire_struct_begin(&c->out);
	for (size_t i = 0; i < all->nr; i++) {
		const struct object *o = all->objects[i];

		if (get_int(o, "timestamp") < since ||
		    (class && (strcmp(get_text(o, "cls"), class) != 0 ||
			       strcmp(get_text(o, "obj_uuid"), uuid) != 0)))
			continue;
		object_ref(o, ref);
		wire_key(&c->out, ref);
		record_write(&c->out, o);
	}
	wire_struct_end(&c->out);
}

static void message_get(struct call *c)
{
	messages_write(c, call_text(c, 0), call_text(c, 1), datetime_parse(call_text(c, 2)));
}

static void message_get_since(struct call *c)
{
	messages_write(c, NULL, NULL, datetime_parse(call_text(c, 0)));
}

const struct binding system_bindings[] = {
	{ "system.listMethods", list_methods },
	{ "host.list_methods", list_methods },
	{ "message.create", message_create },
	{ "message.destroy", message_destroy },
	{ "message.get", message_get },
	{ "message.get_since", message_get_since },
	{ NULL, NULL },
};
