// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Backup policies: what they may say is checked here, by the same code that the backup daemon reads
 * them with. What is asked of that daemon is a task that waits for it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apid/ops.h"
#include "apid/record.h"
#include "apid/task.h"
#include "backup/policy.h"

#define ALERTS 10

/* Fails the call if that is no policy. */
static bool check(struct call *c, const json_t *record)
{
	struct policy_fault f;
	struct policy p;

	if (policy_parse(record, &p, &f) == 0)
		return true;
	call_fail(c, "INVALID_VALUE", f.field, f.value, NULL);
	return false;
}

/* All that it says. */
static json_t *record_of(const struct object *vmpp)
{
	const struct model_class *m = vmpp->cls->model;
	json_t *record = json_object();

	for (size_t i = 0; i < m->nr_fields; i++)
		json_object_set_new(record, m->fields[i].name, slot_get(vmpp, i));
	return record;
}

/* Fields of the record, and no others, become the policy's; the call fails if that is none. */
static void take(struct call *c, struct object *vmpp, const json_t *fields)
{
	json_t *record = record_of(vmpp), *value;
	const char *name;

	json_object_update(record, (json_t *)fields);
	if (check(c, record)) {
		json_object_foreach((json_t *)fields, name, value)
		{
			slot_set(vmpp, field_index(vmpp->cls->model, name), value);
		}
	}
	json_decref(record);
}

/* Those that a client gave in a record, and may. */
static void take_record(struct call *c, struct object *vmpp, size_t arg)
{
	static const char *const given[] = {
		"name_label",        "name_description",    "is_policy_enabled",
		"backup_type",       "backup_frequency",    "backup_retention_value",
		"backup_schedule",   "archive_target_type", "archive_target_config",
		"archive_frequency", "is_alarm_enabled",    "alarm_config",
		"other_config",
	};
	json_t *fields = json_object();

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (arg_field(c, arg, given[i]))
			json_object_set(fields, given[i], (json_t *)arg_field(c, arg, given[i]));
	take(c, vmpp, fields);
	json_decref(fields);
	if (!*get_text(vmpp, "name_label") && !call_failed(c))
		call_fail(c, "INVALID_VALUE", "name_label", "", NULL);
}

static void create(struct call *c)
{
	struct object *vmpp = object_create("VMPP", NULL);

	take_record(c, vmpp, 0);
	/* The times before it was made were not missed. */
	set_int(vmpp, "backup_last_run_time", time(NULL));
	record_write_ref(&c->out, vmpp);
}

static void modify(struct call *c)
{
	take_record(c, c->refs[0], 1);
}

static void destroy(struct call *c)
{
	object_destroy(c->refs[0]);
}

/* set_FIELD */
static void set(struct call *c)
{
	const char *field = strchr(c->rpc.method, '.') + strlen(".set_");
	json_t *fields = json_pack("{sO}", field, c->args[1]);

	take(c, c->refs[0], fields);
	json_decref(fields);
}

/* ---- what the backup daemon does ----------------------------------------------------------- */

/* It finds what it is to do in other_config, and tells of it as a client does of its own tasks. */
static void ask(struct call *c, const char *what, const struct object *vm, const char *name,
		const struct object *sr)
{
	struct object *task = task_create(c->rpc.method, get_text(c->refs[0], "name_label"));

	set_text(task, "type", "client");
	set_entry(task, "other_config", "backup", what);
	set_entry(task, "other_config", "vmpp", get_text(c->refs[0], "uuid"));
	set_entry(task, "other_config", "vm", vm ? get_text(vm, "uuid") : "");
	set_entry(task, "other_config", "name", name);
	set_entry(task, "other_config", "sr", sr ? get_text(sr, "uuid") : "");
	record_write_ref(&c->out, task);
}

static void protect_now(struct call *c)
{
	const struct object *vm = call_has(c, 1) ? c->refs[1] : NULL;

	if (vm && get_ref(vm, "protection_policy") != c->refs[0])
		call_fail(c, "OPERATION_NOT_ALLOWED", "that VM is not of this policy", NULL);
	else
		ask(c, "protect", vm, "", NULL);
}

static bool has_target(struct call *c)
{
	if (strcmp(get_text(c->refs[0], "archive_frequency"), "never") != 0)
		return true;
	call_fail(c, "OPERATION_NOT_ALLOWED", "this policy writes no archives", NULL);
	return false;
}

static void get_archives(struct call *c)
{
	if (has_target(c))
		ask(c, "list", NULL, "", NULL);
}

static void restore(struct call *c)
{
	if (has_target(c))
		ask(c, "restore", NULL, call_text(c, 1), call_has(c, 2) ? c->refs[2] : NULL);
}

static void report(struct call *c)
{
	struct object *vmpp = c->refs[0];
	bool running = call_bool(c, 1);

	if (running && !get_int(vmpp, "is_backup_running"))
		set_int(vmpp, "backup_last_run_time", time(NULL));
	if (call_bool(c, 2))
		set_int(vmpp, "archive_last_run_time", time(NULL));
	set_int(vmpp, "is_backup_running", running);
	set_int(vmpp, "is_archive_running",
		running && strcmp(get_text(vmpp, "archive_frequency"), "never") != 0);
	if (*call_text(c, 3)) {
		json_t *words = json_deep_copy(get_json(vmpp, "recent_alerts"));

		json_array_insert_new(words, 0, json_string(call_text(c, 3)));
		while (json_array_size(words) > ALERTS)
			json_array_remove(words, ALERTS);
		set_json(vmpp, "recent_alerts", words);
		json_decref(words);
	}
}

const struct binding vmpp_bindings[] = {
	{ "VMPP.create", create },
	{ "VMPP.modify", modify },
	{ "VMPP.destroy", destroy },
	{ "VMPP.set_backup_type", set },
	{ "VMPP.set_backup_retention_value", set },
	{ "VMPP.set_backup_frequency", set },
	{ "VMPP.set_backup_schedule", set },
	{ "VMPP.set_archive_target_type", set },
	{ "VMPP.set_archive_target_config", set },
	{ "VMPP.set_archive_frequency", set },
	{ "VMPP.protect_now", protect_now },
	{ "VMPP.get_archives", get_archives },
	{ "VMPP.restore", restore },
	{ "VMPP.report", report },
	{ NULL, NULL },
};
