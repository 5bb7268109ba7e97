// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of classes, and looking things up in the table.
 */
#include "model/model.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/table.h"

/* clang-format off */
#define CLASSES(X) \
	X(session) X(user) X(subject) X(role) X(task) X(event) X(message) X(pool) X(host) \
	X(host_metrics) X(host_cpu) X(host_crashdump) X(Certificate) X(PCI) X(PGPU) X(VM) \
	X(VM_metrics) X(VM_guest_metrics) X(VBD) X(VBD_metrics) X(VIF) X(VIF_metrics) \
	X(console) X(crashdump) X(VTPM) X(SR) X(PBD) X(VDI) X(SM) X(network) X(PIF) \
	X(PIF_metrics) X(Bond) X(VLAN) X(VMPP) X(secret) X(system)
/* clang-format on */

#define DECLARE(n) extern const struct model_class model_class_##n;
#define LIST(n)    &model_class_##n,

CLASSES(DECLARE)

const struct model_class *const model_classes[] = { CLASSES(LIST) };
const size_t model_nr_classes = sizeof(model_classes) / sizeof(model_classes[0]);

const struct model_class *model_class_find(const char *name)
{
	for (size_t i = 0; i < model_nr_classes; i++)
		if (strcmp(model_classes[i]->name, name) == 0)
			return model_classes[i];
	return NULL;
}

const struct model_class *model_event_class(const char *name)
{
	for (size_t i = 0; i < model_nr_classes; i++)
		if (strcasecmp(model_classes[i]->name, name) == 0)
			return model_classes[i];
	return NULL;
}

const struct model_field *model_field_find(const struct model_class *c, const char *name)
{
	for (size_t i = 0; i < c->nr_fields; i++)
		if (strcmp(c->fields[i].name, name) == 0)
			return &c->fields[i];
	return NULL;
}

const struct model_method *model_method_find(const struct model_class *c, const char *name)
{
	for (size_t i = 0; i < c->nr_methods; i++)
		if (strcmp(c->methods[i].name, name) == 0)
			return &c->methods[i];
	return NULL;
}

size_t model_method_params(const struct model_method *m)
{
	size_t nr = 0;

	while (nr < MODEL_PARAMS && m->params[nr].name)
		nr++;
	return nr;
}

bool model_param_optional(const struct model_param *p)
{
	return p->name[0] == '?';
}

const char *model_param_name(const struct model_param *p)
{
	return p->name + model_param_optional(p);
}

size_t model_method_required(const struct model_method *m)
{
	size_t nr = 0;

	while (nr < MODEL_PARAMS && m->params[nr].name && !model_param_optional(&m->params[nr]))
		nr++;
	return nr;
}

static const char *const role_names[] = { "read-only", "operator", "admin" };

const char *model_role_name(enum model_role role)
{
	return role_names[role];
}

bool model_role_parse(const char *name, enum model_role *role)
{
	for (int i = ROLE_READ_ONLY; i <= ROLE_ADMIN; i++) {
		if (strcmp(role_names[i], name) == 0) {
			*role = i;
			return true;
		}
	}
	return false;
}

const char *model_type_text(const struct model_type *type, char *text, size_t len)
{
	static const char *const plain[] = {
		[MODEL_VOID] = "void",   [MODEL_STRING] = "string", [MODEL_INT] = "int",
		[MODEL_FLOAT] = "float", [MODEL_BOOL] = "bool",     [MODEL_DATETIME] = "datetime",
		[MODEL_ANY] = "any",
	};
	char inner[96];

	switch (type->kind) {
	case MODEL_ENUM: snprintf(text, len, "enum %s", type->name); break;
	case MODEL_REF: snprintf(text, len, "%s ref", type->name); break;
	case MODEL_RECORD: snprintf(text, len, "%s record", type->name); break;
	case MODEL_SET:
		model_type_text(type->element, inner, sizeof(inner));
		snprintf(text, len, "set of %s", inner);
		break;
	case MODEL_MAP:
		model_type_text(type->element, inner, sizeof(inner));
		snprintf(text, len, "map of %s", inner);
		break;
	default: snprintf(text, len, "%s", plain[type->kind]);
	}
	return text;
}

int model_enum_find(const struct model_type *type, const char *name)
{
	for (int i = 0; type->names[i]; i++)
		if (strcmp(type->names[i], name) == 0)
			return i;
	return -1;
}
