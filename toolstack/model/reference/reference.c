// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prints the API's reference as Markdown, from the table. Runs on the machine that builds.
 */
#include <stdio.h>

#include "model/model.h"

static const char intro[] =
	"# The API\n\n"
	"Made from the table in `toolstack/model/`; what the daemon, `xe` and this page know is the same.\n"
	"[management.md](../../docs/management.md) has the picture, and how to call it.\n\n"
	"Each class with objects has, beside the methods below: `get_record`, `get_all`,\n"
	"`get_all_records`, `get_all_records_where`, `get_by_uuid`, with a `name_label` also\n"
	"`get_by_name_label`; for each field `get_FIELD`; for a field that is RW `set_FIELD`, for a set\n"
	"`add_FIELD` and `remove_FIELD`, for a map `add_to_FIELD` and `remove_from_FIELD`. The first\n"
	"argument of each is the session. `Async.` in front of a method gives a task at once.\n\n"
	"Access: RO, clients read it; static, given to `create`; RW, has setters. A field that is live is\n"
	"known only while the host runs. Roles: read-only < operator < admin.\n";

static const char *type_text(const struct model_type *type)
{
	static char text[160];

	return model_type_text(type, text, sizeof(text));
}

static const char *access_text(const struct model_field *f)
{
	static const char *const names[] = {
		[ACCESS_RO] = "RO",
		[ACCESS_STATIC] = "static",
		[ACCESS_RW] = "RW",
	};

	return f->life == LIFE_LIVE ? "RO, live" : names[f->access];
}

static void print_fields(const struct model_class *c)
{
	printf("\n| field | type | access | default | |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < c->nr_fields; i++) {
		const struct model_field *f = &c->fields[i];

		printf("| `%s` | %s | %s | %s | %s |\n", f->name, type_text(f->type),
		       access_text(f), f->initial ? f->initial : "", f->doc);
	}
}

static void print_method(const struct model_method *m)
{
	const char *between = "";

	printf("| `%s` | ", m->name);
	for (size_t i = 0; i < model_method_params(m); i++) {
		const struct model_param *p = &m->params[i];

		printf("%s%s `%s`%s", between, type_text(p->type), model_param_name(p),
		       model_param_optional(p) ? " (optional)" : "");
		between = ", ";
	}
	printf(" | %s | %s | %s |\n", type_text(m->result), model_role_name(m->role), m->doc);
}

static void print_class(const struct model_class *c)
{
	printf("\n## %s\n\n%s. Since %s", c->name, c->doc, c->since);
	if (!(c->flags & CLASS_NO_OBJECTS))
		printf("; least role to read %s, for setters %s", model_role_name(c->reader),
		       model_role_name(c->writer));
	printf(".\n");
	if (c->nr_fields)
		print_fields(c);
	if (!c->nr_methods)
		return;
	printf("\n| method | arguments | result | least role | |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < c->nr_methods; i++)
		print_method(&c->methods[i]);
}

/* Each once, where it is met first. */
static void print_enum(const struct model_type *type)
{
	static const struct model_type *seen[128];
	static size_t nr = 0;

	while (type->element)
		type = type->element;
	if (type->kind != MODEL_ENUM)
		return;
	for (size_t i = 0; i < nr; i++)
		if (seen[i] == type)
			return;
	if (nr < sizeof(seen) / sizeof(seen[0]))
		seen[nr++] = type;
	printf("- `%s`:", type->name);
	for (size_t i = 0; type->names[i]; i++)
		printf("%s %s", i ? "," : "", type->names[i]);
	printf("\n");
}

int main(void)
{
	printf("%s", intro);
	for (size_t i = 0; i < model_nr_classes; i++)
		print_class(model_classes[i]);
	printf("\n## Enumerations\n\n");
	for (size_t i = 0; i < model_nr_classes; i++)
		for (size_t k = 0; k < model_classes[i]->nr_fields; k++)
			print_enum(model_classes[i]->fields[k].type);
	return 0;
}
