// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KIND-param-*: looks at fields and changes them, by the setters that the model gives them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/value.h"
#include "xe/die.h"
#include "xe/generated.h"
#include "xe/text.h"

static void param_list(struct api *api, const struct kind *k, struct request *r)
{
	static struct column columns[MAX_COLUMNS];
	bool many = request_flag(r, "multiple");
	json_t *found = objects_selected(api, k, r, many, false);

	request_finish(r);
	records_print(api, k, found, columns, columns_all(k, columns), false);
	json_decref(found);
}

/* The column of param-name= and, for a map, param-key=. */
static struct column column_wanted(const struct kind *k, struct request *r, bool key)
{
	const char *name = request_need(r, "param-name");
	struct column c;

	if (!column_find(k, name, &c))
		request_wrong("a %s has no parameter '%s'", k->name, name);
	if (key && c.part != PART_KEY && request_get(r, "param-key")) {
		if (snprintf(c.key, sizeof(c.key), "%s", request_get(r, "param-key")) >=
		    (int)sizeof(c.key))
			request_wrong("param-key=: too long");
		c.part = PART_KEY;
	}
	return c;
}

static void param_get(struct api *api, const struct kind *k, struct request *r)
{
	struct column c = column_wanted(k, r, true);
	bool many = request_flag(r, "multiple");
	const char *ref;
	json_t *found, *record;

	request_flag(r, "minimal"); /* as always here */
	if (c.part == PART_KEY && c.field->type->kind != MODEL_MAP)
		request_wrong("'%s' is no map: it has no keys", c.name);
	found = objects_selected(api, k, r, many, false);
	request_finish(r);
	json_object_foreach(found, ref, record)
	{
		struct buf text = { 0 };

		if (!column_text(api, &c, record, &text) && c.part == PART_KEY)
			die(EXIT_REFUSED, "%s has no key '%s'", c.field->name, c.key);
		printf("%s\n", text.data ? text.data : "");
		buf_free(&text);
	}
	json_decref(found);
}

static void writable_check(const struct kind *k, const struct column *c)
{
	if (c->via || !field_writable(model_class_find(k->class), c->field))
		request_wrong("'%s' cannot be changed", c->name);
}

/* Calls Class.VERBfield on each object. value is consumed; key may be NULL. */
static void each_call(struct api *api, const struct kind *k, json_t *found, const char *verb,
		      const struct column *c, const char *key, json_t *value)
{
	char method[120];
	const char *ref;
	json_t *record;

	writable_check(k, c);
	snprintf(method, sizeof(method), "%s.%s%s", k->class, verb, c->field->name);
	json_object_foreach(found, ref, record)
	{
		json_t *params = json_pack("[s]", ref);

		if (key)
			json_array_append_new(params, json_string(key));
		if (value)
			json_array_append(params, value);
		json_decref(api_call(api, method, params));
	}
	json_decref(value);
}

struct change {
	struct column column;
	json_t *value;
};

/* Everything that can be wrong with a change is found here, before anything is changed. */
static void change_read(struct api *api, const struct kind *k, const struct param *p,
			struct change *change)
{
	struct column *c = &change->column;

	if (!column_find(k, p->key, c))
		request_wrong("a %s has no parameter '%s'", k->name, p->key);
	writable_check(k, c);
	if (c->part == PART_KEY)
		change->value = text_value(api, c->field->type->element, p->key, p->value);
	else if (c->field->type->kind == MODEL_SET)
		request_wrong("%s is a set: %s-param-add and -remove", c->name, k->name);
	else if (c->field->type->kind == MODEL_MAP)
		request_wrong("%s is a map: %s:KEY=VALUE", c->name, c->name);
	else
		change->value = text_value(api, c->field->type, p->key, p->value);
}

/* map:key=value takes the place of what was there. */
static void change_make(struct api *api, const struct kind *k, json_t *found, struct change *change)
{
	const struct column *c = &change->column;

	if (c->part == PART_KEY) {
		each_call(api, k, found, "remove_from_", c, c->key, NULL);
		each_call(api, k, found, "add_to_", c, c->key, change->value);
	} else {
		each_call(api, k, found, "set_", c, NULL, change->value);
	}
}

/* uuid=, or KIND= says which one; all else is what is to be changed. */
static void param_set(struct api *api, const struct kind *k, struct request *r)
{
	struct request which = { .command = r->command };
	static struct change changes[MAX_PARAMS];
	bool many = request_flag(r, "multiple");
	json_t *found;
	size_t nr = 0;

	for (size_t i = 0; i < r->nr; i++) {
		struct param *p = &r->params[i];

		if (p->used)
			continue;
		if (strcmp(p->key, "uuid") == 0 || strcmp(p->key, k->name) == 0)
			request_put(&which, p->key, p->value);
		else
			change_read(api, k, p, &changes[nr++]);
	}
	if (!nr)
		request_wrong("%s: what is to be set? FIELD=VALUE, MAP:KEY=VALUE", r->command);
	found = objects_selected(api, k, &which, many, false);
	for (size_t i = 0; i < nr; i++)
		change_make(api, k, found, &changes[i]);
	json_decref(found);
}

static struct column several_wanted(const struct kind *k, struct request *r)
{
	struct column c = column_wanted(k, r, false);

	if (c.part == PART_KEY ||
	    (c.field->type->kind != MODEL_MAP && c.field->type->kind != MODEL_SET))
		request_wrong("%s has one value: %s-param-set sets it", c.name, k->name);
	return c;
}

/* A map's keys are parameters of the request; a set's member is param-key=. */
static void param_add(struct api *api, const struct kind *k, struct request *r)
{
	struct column c = several_wanted(k, r);
	struct request which = { .command = r->command };
	json_t *found;

	request_put(&which, "uuid", request_need(r, "uuid"));
	found = objects_selected(api, k, &which, false, false);
	if (c.field->type->kind == MODEL_SET)
		each_call(api, k, found, "add_", &c, NULL,
			  text_value(api, c.field->type->element, "param-key",
				     request_need(r, "param-key")));
	for (size_t i = 0; c.field->type->kind == MODEL_MAP && i < r->nr; i++) {
		struct param *p = &r->params[i];

		if (p->used)
			continue;
		p->used = true;
		each_call(api, k, found, "add_to_", &c, p->key, json_string(p->value));
	}
	request_finish(r);
	json_decref(found);
}

static void param_remove(struct api *api, const struct kind *k, struct request *r)
{
	struct column c = several_wanted(k, r);
	const char *key = request_need(r, "param-key");
	json_t *found = objects_selected(api, k, r, false, false);

	request_finish(r);
	if (c.field->type->kind == MODEL_SET)
		each_call(api, k, found, "remove_", &c, NULL,
			  text_value(api, c.field->type->element, "param-key", key));
	else
		each_call(api, k, found, "remove_from_", &c, key, NULL);
	json_decref(found);
}

static void param_clear(struct api *api, const struct kind *k, struct request *r)
{
	struct column c = column_wanted(k, r, false);
	json_t *found = objects_selected(api, k, r, false, false);

	request_finish(r);
	each_call(api, k, found, "set_", &c, NULL, value_initial(c.field));
	json_decref(found);
}

const struct generated generated_commands[] = {
	{ "list", "[params=all|A,B] [FIELD=VALUE] [--minimal]", "shows them, or those that match",
	  list_run, false },
	{ "param-list", "uuid=", "shows all that is known of one", param_list, false },
	{ "param-get", "uuid= param-name= [param-key=]", "shows one parameter", param_get, false },
	{ "param-set", "uuid= FIELD=VALUE MAP:KEY=VALUE", "changes parameters", param_set, true },
	{ "param-add", "uuid= param-name= [param-key=] [KEY=VALUE]", "adds to a set or a map",
	  param_add, true },
	{ "param-remove", "uuid= param-name= param-key=", "takes from a set or a map", param_remove,
	  true },
	{ "param-clear", "uuid= param-name=", "empties a parameter", param_clear, true },
};
const size_t nr_generated_commands = sizeof(generated_commands) / sizeof(generated_commands[0]);

const struct generated *generated_find(const char *name)
{
	for (size_t i = 0; i < nr_generated_commands; i++) {
		if (strcmp(generated_commands[i].name, name) == 0)
			return &generated_commands[i];
	}
	return NULL;
}
