// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the rows of the verbs' tables: brings arguments into the types that the model asks for,
 * calls the method on each object that is meant, and prints what comes back.
 */
#include "xe/verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/value.h"
#include "xe/die.h"
#include "xe/text.h"

#define CONFIRM "confirm-within" /* an argument that is none of the method's */

const struct verb *const all_verbs[] = { vm_verbs,   device_verbs, storage_verbs,
					 host_verbs, guard_verbs,  stream_verbs,
					 log_verbs,  data_verbs,   certificate_verbs };
const size_t nr_all_verbs = sizeof(all_verbs) / sizeof(all_verbs[0]);

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < nr_all_verbs; i++) {
		for (const struct verb *v = all_verbs[i]; v->name; v++) {
			if (strcmp(v->name, name) == 0)
				return v;
		}
	}
	return NULL;
}

bool verb_arg_next(const char **args, struct verb_arg *arg)
{
	const char *at = *args ? *args + strspn(*args, " ") : "";
	size_t len = strcspn(at, " "), name;

	*arg = (struct verb_arg){ .optional = *at == '[' };
	*args = at + len;
	if (!len)
		return false;
	at += arg->optional;
	len -= 2 * arg->optional;
	name = strcspn(at, "=:]");
	arg->map = name < len && at[name] == ':';
	snprintf(arg->name, sizeof(arg->name), "%.*s", (int)name, at);
	if (name < len && !arg->map) {
		arg->preset = at + name + 1;
		arg->preset_len = len - name - 1;
	}
	return true;
}

/* All "name:key=value" of the request. */
static json_t *map_collect(struct request *r, const char *name)
{
	size_t len = strlen(name);
	json_t *map = json_object();

	for (size_t i = 0; i < r->nr; i++) {
		struct param *p = &r->params[i];

		if (strncmp(p->key, name, len) != 0 || p->key[len] != ':')
			continue;
		p->used = true;
		json_object_set_new(map, p->key + len + 1, json_string(p->value));
	}
	return map;
}

static json_t *empty_value(struct api *api, const struct model_type *type)
{
	const struct model_field f = { .type = type };

	if (type->kind == MODEL_REF && strcmp(type->name, "host") == 0)
		return json_string(object_master(api));
	return value_initial(&f);
}

/* NULL: it was not given, and has no default. */
static json_t *arg_value(struct api *api, const struct verb_arg *arg, const struct model_type *type,
			 struct request *r)
{
	const char *text;
	char preset[64];

	if (arg->map)
		return map_collect(r, arg->name);
	text = arg->optional ? request_get(r, arg->name) : request_need(r, arg->name);
	if (!text && arg->preset_len) {
		snprintf(preset, sizeof(preset), "%.*s", (int)arg->preset_len, arg->preset);
		text = preset;
	}
	return text ? text_value(api, type, arg->name, text) : NULL;
}

/* A record has a field for each argument that was given. */
static json_t *record_make(struct api *api, const char *class, const char *args, struct request *r)
{
	const struct kind k = { .name = class, .class = class };
	json_t *record = json_object(), *v;
	struct verb_arg arg;
	struct column c;

	while (verb_arg_next(&args, &arg)) {
		if (!column_find(&k, arg.name, &c))
			die(EXIT_USAGE, "%s: no field '%s'", class, arg.name);
		v = arg_value(api, &arg, c.field->type, r);
		json_object_set_new(record, c.field->name, v ? v : empty_value(api, c.field->type));
	}
	return record;
}

/* The arguments of the method behind the object that it is called on. */
static json_t *params_make(struct api *api, const struct model_method *m, size_t first,
			   const char *args, struct request *r)
{
	json_t *params = json_array(), *v;
	struct verb_arg arg;

	if (first < model_method_params(m) && m->params[first].type->kind == MODEL_RECORD) {
		json_array_append_new(params,
				      record_make(api, m->params[first].type->name, args, r));
		return params;
	}
	for (size_t i = first; i < model_method_params(m) && verb_arg_next(&args, &arg);) {
		if (strcmp(arg.name, CONFIRM) == 0)
			continue;
		i++;
		v = arg_value(api, &arg, m->params[i - 1].type, r);
		json_array_append_new(params, v ? v : empty_value(api, m->params[i - 1].type));
	}
	return params;
}

void verb_print_uuid(struct api *api, const char *class, const char *ref)
{
	char method[60];
	json_t *uuid;

	snprintf(method, sizeof(method), "%s.get_uuid", class);
	uuid = api_call(api, method, json_pack("[s]", ref));
	printf("%s\n", json_string_value(uuid) ?: "");
	json_decref(uuid);
}

static void result_print(struct api *api, const struct model_type *type, const json_t *result)
{
	struct buf text = { 0 };

	if (type->kind == MODEL_VOID)
		return;
	if (type->kind == MODEL_REF) {
		verb_print_uuid(api, type->name, json_string_value(result) ?: MODEL_NULL_REF);
		return;
	}
	value_to_text(result, &text);
	/* What has lines has an end already. */
	if (text.data)
		printf("%s", text.data);
	if (!text.data || !text.len || text.data[text.len - 1] != '\n')
		printf("\n");
	buf_free(&text);
}

static void method_call(struct api *api, const struct verb *v, const char *name,
			const struct model_method *m, json_t *params)
{
	json_t *result = v->quick ? api_call(api, name, params) : api_task(api, name, params);

	result_print(api, m->result, result);
	json_decref(result);
}

/* A host needs no name where there is one. */
static json_t *objects_meant(struct api *api, const struct verb *v, struct request *r)
{
	const struct kind *k = kind_find(v->kind);
	bool many = request_flag(r, "multiple"), host = strcmp(k->name, "host") == 0;
	json_t *found = objects_selected(api, k, r, many, host);

	return found;
}

static void on_each(struct api *api, const struct verb *v, const char *name,
		    const struct model_method *m, struct request *r)
{
	json_t *rest = params_make(api, m, 1, v->args, r), *found, *record;
	const char *ref;

	if (v->forced)
		request_flag(r, "force");
	found = objects_meant(api, v, r);
	request_finish(r);
	json_object_foreach(found, ref, record)
	{
		json_t *params = json_copy(rest);

		json_array_insert_new(params, 0, json_string(ref));
		method_call(api, v, name, m, params);
	}
	json_decref(found);
	json_decref(rest);
}

/* A change of networks that is undone unless somebody confirms it: the session says so. */
static void confirm_take(struct api *api, const struct verb *v, struct request *r)
{
	const char *seconds = strstr(v->args, "[" CONFIRM "=]") ? request_get(r, CONFIRM) : NULL;

	if (seconds)
		api_session_set(api, "network-" CONFIRM, seconds);
}

void verb_run(struct api *api, const struct verb *v, struct request *r)
{
	const char *name = v->method, *dot;
	const struct model_method *m;
	char class[40];
	json_t *params;

	if (v->run) {
		v->run(api, r);
		return;
	}
	confirm_take(api, v, r);
	if (v->forced && request_flag(r, "force"))
		name = v->forced;
	dot = strchr(name, '.');
	snprintf(class, sizeof(class), "%.*s", (int)(dot - name), name);
	m = model_method_find(model_class_find(class), dot + 1);
	if (!m)
		die(EXIT_USAGE, "the API has no %s", name);
	if (v->kind) {
		on_each(api, v, name, m, r);
		return;
	}
	params = params_make(api, m, 0, v->args, r);
	request_finish(r);
	method_call(api, v, name, m, params);
}

const char *verb_object(struct api *api, const char *kind, struct request *r)
{
	/* The table of the class is kept, so its references stay. */
	json_t *found = objects_selected(api, kind_find(kind), r, false, false);
	char *ref = strdup(json_object_iter_key(json_object_iter(found)) ?: "");

	json_decref(found);
	if (!ref)
		die_memory();
	return ref;
}

/* ---- older forms ----------------------------------------------------------------------------- */

void legacy_translate(struct request *r)
{
	static const struct {
		const char *old, *present;
	} commands[] = {
		{ "host-vm-list", "vm-list" },           { "host-template-list", "template-list" },
		{ "host-pif-list", "pif-list" },         { "host-sr-list", "sr-list" },
		{ "host-vbridge-list", "network-list" }, { "vbridge-list", "network-list" },
		{ "vdi-delete", "vdi-destroy" },         { "vm-delete", "vm-destroy" },
	};

	for (size_t i = 0; r->command && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(r->command, commands[i].old) == 0)
			r->command = commands[i].present;
	}
	if (r->command && strcmp(r->command, "user-create") == 0)
		request_rename(r, "name", "short-name");
	request_rename(r, "vm-name", "vm");
	request_rename(r, "vm-id", "vm");
	request_rename(r, "template-name", "template");
	request_rename(r, "template-name-label", "template");
	if (r->command &&
	    (strcmp(r->command, "vm-install") == 0 || strcmp(r->command, "vm-clone") == 0))
		request_rename(r, "name", "new-name-label");
	/* Where people's scripts do not call an argument like its field. */
	if (r->command && strcmp(r->command, "vbd-create") == 0)
		request_rename(r, "device", "userdevice");
	if (r->command && strcmp(r->command, "vif-create") == 0) {
		request_rename(r, "mac", "MAC");
		request_rename(r, "mtu", "MTU");
	}
}
