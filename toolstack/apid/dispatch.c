// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names of methods. See dispatch.h.
 */
#include "apid/dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASSES_MAX 64
#define METHODS_MAX 64

static const struct model_type text_type = { .kind = MODEL_STRING };
static call_function *functions[CLASSES_MAX][METHODS_MAX];

static call_function **function_of(const struct model_class *c, const struct model_method *m)
{
	size_t i = 0, k = (size_t)(m - c->methods);

	while (i < model_nr_classes && model_classes[i] != c)
		i++;
	return i < CLASSES_MAX && k < METHODS_MAX ? &functions[i][k] : NULL;
}

void call_bind(const struct binding *list)
{
	for (; list->name; list++) {
		const char *dot = strchr(list->name, '.');
		char class[40];
		const struct model_class *c;
		const struct model_method *m;

		snprintf(class, sizeof(class), "%.*s", (int)(dot - list->name), list->name);
		c = model_class_find(class);
		m = c ? model_method_find(c, dot + 1) : NULL;
		if (!m || !function_of(c, m)) {
			log_error("%s is not in the model", list->name);
			abort();
		}
		*function_of(c, m) = list->run;
	}
}

const struct model_param *target_params(const struct target *t)
{
	return t->method ? t->method->params : t->params;
}

/* ---- generated methods ------------------------------------------------------------------- */

static void generic_params(struct target *t, const struct generic *g, const struct model_field *f)
{
	struct model_param *p = t->params;

	t->self = (struct model_type){ .kind = MODEL_REF, .name = t->cls->name };
	if (g->takes == TAKES_TEXT)
		*p++ = (struct model_param){ "value", &text_type };
	else if (g->takes != TAKES_NOTHING)
		*p++ = (struct model_param){ "self", &t->self };
	if (g->takes == TAKES_KEY || g->takes == TAKES_ENTRY)
		*p++ = (struct model_param){ "key", &text_type };
	if (g->takes == TAKES_VALUE)
		*p++ = (struct model_param){ "value", f->type };
	if (g->takes == TAKES_ITEM || g->takes == TAKES_ENTRY)
		*p++ = (struct model_param){ "value", f->type->element };
	p->name = NULL;
}

static bool find_generic(const char *name, struct target *t)
{
	for (const struct generic *g = generics; g->prefix; g++) {
		size_t len = strlen(g->prefix);
		const struct model_field *f = NULL;

		if (g->per_field ? strncmp(g->prefix, name, len) != 0
				 : strcmp(g->prefix, name) != 0)
			continue;
		if (g->per_field && !(f = model_field_find(t->cls, name + len)))
			continue;
		if (!g->fits(t->cls, f))
			continue;
		t->run = g->run;
		t->field = f ? (size_t)(f - t->cls->fields) : 0;
		t->role = g->writes ? t->cls->writer : t->cls->reader;
		generic_params(t, g, f);
		return true;
	}
	return false;
}

bool dispatch_find(const char *name, struct target *t)
{
	const char *dot = strchr(name, '.');
	char class[40];

	*t = (struct target){ 0 };
	if (!dot || (size_t)(dot - name) >= sizeof(class))
		return false;
	snprintf(class, sizeof(class), "%.*s", (int)(dot - name), name);
	t->cls = model_class_find(class);
	if (!t->cls)
		return false;
	t->method = model_method_find(t->cls, dot + 1);
	if (!t->method)
		return find_generic(dot + 1, t);
	t->run = *function_of(t->cls, t->method);
	t->role = t->method->role;
	return t->run != NULL;
}

/* ---- the list ---------------------------------------------------------------------------- */

static void list_one(struct wire *out, const char *before, const char *class, const char *name)
{
	char text[120];

	snprintf(text, sizeof(text), "%s%s.%s", before, class, name);
	wire_string(out, text);
}

static void list_generic(struct wire *out, const struct model_class *c)
{
	for (const struct generic *g = generics; g->prefix; g++) {
		if (!g->per_field && g->fits(c, NULL) && !model_method_find(c, g->prefix))
			list_one(out, "", c->name, g->prefix);
		for (size_t i = 0; g->per_field && i < c->nr_fields; i++) {
			char name[80];

			snprintf(name, sizeof(name), "%s%s", g->prefix, c->fields[i].name);
			if (g->fits(c, &c->fields[i]) && !model_method_find(c, name))
				list_one(out, "", c->name, name);
		}
	}
}

void call_list_methods(struct wire *out)
{
	wire_array_begin(out);
	for (size_t i = 0; i < model_nr_classes; i++) {
		const struct model_class *c = model_classes[i];

		for (size_t k = 0; k < c->nr_methods; k++) {
			if (!*function_of(c, &c->methods[k]))
				continue;
			list_one(out, "", c->name, c->methods[k].name);
			if (call_may_be_async(c, &c->methods[k]))
				list_one(out, "Async.", c->name, c->methods[k].name);
		}
		list_generic(out, c);
	}
	wire_array_end(out);
}
