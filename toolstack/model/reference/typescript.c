// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the table as TypeScript declarations, for clients in the browser: a record for each class,
 * and each method with its arguments and result, those included that are made for every class and
 * field. Runs on the machine that builds.
 */
#include <stdio.h>
#include <string.h>

#include "model/model.h"

static const char intro[] =
	"// Made from the table in toolstack/model.\n\n"
	"/** A reference to an object of a class. */\n"
	"export type Ref<Class extends string> = string & { readonly _class?: Class };\n";

static void print_type(const struct model_type *type)
{
	switch (type->kind) {
	case MODEL_VOID: printf("null"); break;
	case MODEL_INT:
	case MODEL_FLOAT: printf("number"); break;
	case MODEL_BOOL: printf("boolean"); break;
	case MODEL_STRING:
	case MODEL_DATETIME: printf("string"); break;
	case MODEL_ENUM:
		for (size_t i = 0; type->names[i]; i++)
			printf("%s\"%s\"", i ? " | " : "", type->names[i]);
		break;
	case MODEL_REF: printf("Ref<\"%s\">", type->name); break;
	case MODEL_SET:
		printf("readonly (");
		print_type(type->element);
		printf(")[]");
		break;
	case MODEL_MAP:
		printf("Readonly<Record<string, ");
		print_type(type->element);
		printf(">>");
		break;
	case MODEL_RECORD: printf("Partial<%s>", type->name); break;
	case MODEL_ANY: printf("unknown"); break;
	}
}

static void print_record(const struct model_class *c)
{
	printf("\n/** %s. */\nexport interface %s {\n", c->doc, c->name);
	for (size_t i = 0; i < c->nr_fields; i++) {
		printf("\t/** %s. */\n\treadonly %s: ", c->fields[i].doc, c->fields[i].name);
		print_type(c->fields[i].type);
		printf(";\n");
	}
	printf("}\n");
}

static void call_begin(const struct model_class *c, const char *verb, const char *field)
{
	printf("\t\"%s.%s%s\": [[", c->name, verb, field);
}

static void call_end(const struct model_type *result)
{
	printf("], ");
	print_type(result);
	printf("];\n");
}

static const struct model_type nothing = { .kind = MODEL_VOID };

/* What a parameter is called there: "class" is a word of the language. */
static const char *label(const struct model_param *p)
{
	const char *name = model_param_name(p);

	return strcmp(name, "class") ? name : "class_";
}

static void print_method(const struct model_class *c, const struct model_method *m)
{
	call_begin(c, m->name, "");
	for (size_t i = 0; i < model_method_params(m); i++) {
		const struct model_param *p = &m->params[i];

		printf("%s%s%s: ", i ? ", " : "", label(p), model_param_optional(p) ? "?" : "");
		print_type(p->type);
	}
	call_end(m->result);
}

/* verb_FIELD(self, key or value, ...) */
static void print_change(const struct model_class *c, const struct model_field *f, const char *verb,
			 const char *key, const struct model_type *value)
{
	call_begin(c, verb, f->name);
	printf("self: Ref<\"%s\">", c->name);
	if (key)
		printf(", %s: string", key);
	if (value) {
		printf(", value: ");
		print_type(value);
	}
	call_end(&nothing);
}

static void print_setters(const struct model_class *c, const struct model_field *f)
{
	char name[64];

	snprintf(name, sizeof(name), "set_%s", f->name);
	if (!model_method_find(c, name)) /* one of its own stands for it */
		print_change(c, f, "set_", NULL, f->type);
	if (f->type->kind == MODEL_SET) {
		print_change(c, f, "add_", NULL, f->type->element);
		print_change(c, f, "remove_", NULL, f->type->element);
	}
	if (f->type->kind == MODEL_MAP) {
		print_change(c, f, "add_to_", "key", f->type->element);
		print_change(c, f, "remove_from_", "key", NULL);
	}
}

static void print_reading(const struct model_class *c)
{
	const struct model_type record = { .kind = MODEL_RECORD, .name = c->name };
	const struct model_type ref = { .kind = MODEL_REF, .name = c->name };

	call_begin(c, "get_record", "");
	printf("self: Ref<\"%s\">], %s];\n", c->name, c->name);
	if (c->flags & CLASS_NO_GET_ALL)
		return;
	call_begin(c, "get_all_records", "");
	printf("], Readonly<Record<string, %s>>];\n", c->name);
	call_begin(c, "get_by_uuid", "");
	printf("uuid: string");
	call_end(&ref);
	if (!(c->flags & CLASS_MADE))
		return;
	call_begin(c, "create", "");
	printf("args: ");
	print_type(&record);
	call_end(&ref);
	call_begin(c, "destroy", "");
	printf("self: Ref<\"%s\">", c->name);
	call_end(&nothing);
}

static void print_calls(const struct model_class *c)
{
	if (!(c->flags & CLASS_NO_OBJECTS))
		print_reading(c);
	for (size_t i = 0; i < c->nr_fields; i++)
		if (c->fields[i].access == ACCESS_RW)
			print_setters(c, &c->fields[i]);
	for (size_t i = 0; i < c->nr_methods; i++)
		print_method(c, &c->methods[i]);
}

static void print_classes(void)
{
	printf("\n/** The classes that have objects. */\nexport interface Classes {\n");
	for (size_t i = 0; i < model_nr_classes; i++)
		if (!(model_classes[i]->flags & CLASS_NO_OBJECTS))
			printf("\t%s: %s;\n", model_classes[i]->name, model_classes[i]->name);
	printf("}\n\nexport const classNames = [");
	for (size_t i = 0; i < model_nr_classes; i++)
		if (!(model_classes[i]->flags & CLASS_NO_OBJECTS))
			printf("\"%s\", ", model_classes[i]->name);
	printf("] as const;\n");
}

int main(void)
{
	printf("%s", intro);
	for (size_t i = 0; i < model_nr_classes; i++)
		if (!(model_classes[i]->flags & CLASS_NO_OBJECTS))
			print_record(model_classes[i]);
	print_classes();
	printf("\n/** Each method: its arguments behind the session, and its result. */\n"
	       "export interface Calls {\n");
	for (size_t i = 0; i < model_nr_classes; i++)
		print_calls(model_classes[i]);
	printf("}\n");
	return 0;
}
