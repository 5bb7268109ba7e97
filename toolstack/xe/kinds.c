// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kinds of objects and their columns, from the model's table.
 */
#include "xe/kinds.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "xe/die.h"

static bool flag(const json_t *record, const char *field)
{
	return json_is_true(json_object_get(record, field));
}

static bool is_template(const json_t *record)
{
	return flag(record, "is_a_template") && !flag(record, "is_a_snapshot");
}

static bool is_snapshot(const json_t *record)
{
	return flag(record, "is_a_snapshot");
}

static bool is_vm(const json_t *record)
{
	return !flag(record, "is_a_template") && !flag(record, "is_a_snapshot");
}

static const struct kind kinds[] = {
	{ "vm", "VM", "uuid,name-label,power-state", is_vm },
	{ "template", "VM", "uuid,name-label,name-description", is_template },
	{ "snapshot", "VM", "uuid,name-label,name-description,snapshot-time,snapshot-of",
	  is_snapshot },
	{ "host", "host", "uuid,name-label,name-description", NULL },
	{ "sr", "SR", "uuid,name-label,name-description,type,content-type", NULL },
	{ "vdi", "VDI", "uuid,name-label,name-description,sr-uuid,virtual-size,sharable,read-only",
	  NULL },
	{ "vbd", "VBD", "uuid,vm-uuid,vm-name-label,vdi-uuid,empty,device", NULL },
	{ "vif", "VIF", "uuid,vm-uuid,vm-name-label,network-uuid,device,MAC", NULL },
	{ "pbd", "PBD", "uuid,host-uuid,sr-uuid,device-config,currently-attached", NULL },
	{ "network", "network", "uuid,name-label,name-description,bridge", NULL },
	{ "pif", "PIF", "uuid,device,currently-attached,VLAN,network-uuid", NULL },
	{ "bond", "Bond", "uuid,master,slaves,mode", NULL },
	{ "vlan", "VLAN", "uuid,tagged-PIF,untagged-PIF,tag", NULL },
	{ "pool", "pool", "uuid,name-label,name-description,master,default-SR", NULL },
	{ "task", "task", "uuid,name-label,status,progress", NULL },
	{ "console", "console", "uuid,vm-uuid,vm-name-label,protocol,location", NULL },
	{ "message", "message", "uuid,name,priority,class,timestamp,body", NULL },
	{ "host-cpu", "host_cpu", "uuid,number,vendor,speed,modelname,utilisation", NULL },
	{ "certificate", "Certificate", "uuid,type,host-uuid,not-after,fingerprint-sha256", NULL },
	{ "user", "user", "uuid,short-name,fullname,role", NULL },
};

#define NR_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Those without a row, made once: the class's name with '-' and small letters. */
static struct kind others[64];
static char other_names[64][40];
static size_t nr_others;

static bool has_row(const char *class)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		if (strcmp(kinds[i].class, class) == 0)
			return true;
	}
	return false;
}

static void others_make(void)
{
	if (nr_others)
		return;
	for (size_t i = 0; i < model_nr_classes && nr_others < 64; i++) {
		const struct model_class *c = model_classes[i];
		char *name = other_names[nr_others];

		if ((c->flags & (CLASS_NO_OBJECTS | CLASS_NO_GET_ALL)) || has_row(c->name))
			continue;
		snprintf(name, sizeof(other_names[0]), "%s", c->name);
		for (char *at = name; *at; at++)
			*at = *at == '_' ? '-' : tolower((unsigned char)*at);
		others[nr_others++] = (struct kind){ name, c->name, NULL, NULL };
	}
}

const struct kind *kind_at(size_t i)
{
	others_make();
	if (i < NR_KINDS)
		return &kinds[i];
	return i - NR_KINDS < nr_others ? &others[i - NR_KINDS] : NULL;
}

const struct kind *kind_find(const char *name)
{
	const struct kind *k;

	for (size_t i = 0; (k = kind_at(i)); i++) {
		if (strcmp(k->name, name) == 0)
			return k;
	}
	return NULL;
}

const struct kind *kind_of_command(const char *command, const char **rest)
{
	const struct kind *k, *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; (k = kind_at(i)); i++) {
		size_t len = strlen(k->name);

		if (len > longest && strncmp(command, k->name, len) == 0 && command[len] == '-') {
			best = k;
			longest = len;
			*rest = command + len + 1;
		}
	}
	return best;
}

/* ---- columns --------------------------------------------------------------------------------- */

static void name_put(struct column *c, const char *field, const char *suffix)
{
	snprintf(c->name, sizeof(c->name), "%s%s", field, suffix);
	for (char *at = c->name; *at; at++) {
		if (*at == '_')
			*at = '-';
	}
}

/* VBD.VM becomes vm-uuid and vm-name-label; VM.affinity stays affinity, and is a UUID. */
static bool named_like_class(const struct model_field *f)
{
	return f->type->kind == MODEL_REF && strcasecmp(f->name, f->type->name) == 0;
}

static size_t add(struct column *all, size_t nr, const struct column *c)
{
	for (size_t i = 0; i < nr; i++) {
		if (strcasecmp(all[i].name, c->name) == 0)
			return nr;
	}
	if (nr < MAX_COLUMNS)
		all[nr++] = *c;
	return nr;
}

static size_t columns_of_field(const struct model_field *f, struct column *all, size_t nr)
{
	struct column c = { .field = f };

	if (!named_like_class(f)) {
		/* The model calls it cls, because class is a word of many languages. */
		name_put(&c, strcmp(f->name, "cls") == 0 ? "class" : f->name, "");
		return add(all, nr, &c);
	}
	c.part = PART_UUID;
	name_put(&c, f->name, "-uuid");
	for (char *at = c.name; *at; at++)
		*at = tolower((unsigned char)*at);
	nr = add(all, nr, &c);
	if (model_field_find(model_class_find(f->type->name), "name_label")) {
		c.part = PART_NAME;
		name_put(&c, f->name, "-name-label");
		for (char *at = c.name; *at; at++)
			*at = tolower((unsigned char)*at);
		nr = add(all, nr, &c);
	}
	return nr;
}

static bool leads_on(const struct model_field *f)
{
	return f->type->kind == MODEL_REF &&
	       (strcmp(f->name, "metrics") == 0 || strcmp(f->name, "guest_metrics") == 0);
}

/* The fields of an object's metrics are its own for who looks. */
static size_t columns_via(const struct model_field *via, struct column *all, size_t nr)
{
	const struct model_class *c = model_class_find(via->type->name);

	for (size_t i = 0; c && i < c->nr_fields; i++) {
		struct column column = { .field = &c->fields[i], .via = via };

		name_put(&column, c->fields[i].name, "");
		if (strcmp(c->fields[i].name, "uuid") != 0 &&
		    strcmp(c->fields[i].name, "other_config") != 0)
			nr = add(all, nr, &column);
	}
	return nr;
}

size_t columns_all(const struct kind *k, struct column *columns)
{
	const struct model_class *c = model_class_find(k->class);
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_fields; i++) {
		if (!leads_on(&c->fields[i]))
			nr = columns_of_field(&c->fields[i], columns, nr);
	}
	for (size_t i = 0; i < c->nr_fields; i++) {
		if (leads_on(&c->fields[i]))
			nr = columns_via(&c->fields[i], columns, nr);
	}
	return nr;
}

static bool by_name(const struct kind *k, const char *name, size_t len, struct column *column)
{
	static struct column all[MAX_COLUMNS];
	static const char *of;
	static size_t nr;

	if (!of || strcmp(of, k->class) != 0) {
		nr = columns_all(k, all);
		of = model_class_find(k->class)->name;
	}
	for (size_t i = 0; i < nr; i++) {
		if (strlen(all[i].name) == len && strncasecmp(all[i].name, name, len) == 0) {
			*column = all[i];
			return true;
		}
	}
	return false;
}

bool column_find(const struct kind *k, const char *name, struct column *column)
{
	const char *colon = strchr(name, ':');

	if (strcmp(name, "dom-id") == 0)
		name = "domid";
	/* For some references both forms are usual: master and master-uuid. */
	if (!colon && by_name(k, name, strlen(name), column))
		return true;
	if (!colon)
		return strlen(name) > 5 && strcmp(name + strlen(name) - 5, "-uuid") == 0 &&
		       by_name(k, name, strlen(name) - 5, column) &&
		       column->field->type->kind == MODEL_REF;
	if (!by_name(k, name, colon - name, column) || column->field->type->kind != MODEL_MAP)
		return false;
	if (strlen(colon + 1) >= sizeof(column->key))
		return false;
	column->part = PART_KEY;
	snprintf(column->key, sizeof(column->key), "%s", colon + 1);
	snprintf(column->name, sizeof(column->name), "%s", name);
	return true;
}

bool field_writable(const struct model_class *c, const struct model_field *f)
{
	char setter[80];

	snprintf(setter, sizeof(setter), "set_%s", f->name);
	return f->access == ACCESS_RW || model_method_find(c, setter);
}

const char *column_mode(const struct kind *k, const struct column *c)
{
	static const char *const modes[3][2] = { { "RO", "RW" },
						 { "SRO", "SRW" },
						 { "MRO", "MRW" } };
	enum model_kind kind = c->field->type->kind;
	bool writable = !c->via && field_writable(model_class_find(k->class), c->field) &&
			c->part != PART_NAME;
	int form = c->part == PART_KEY ? 0 : kind == MODEL_SET ? 1 : kind == MODEL_MAP ? 2 : 0;

	return modes[form][writable];
}
