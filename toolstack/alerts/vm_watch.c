// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs that start and end, and tasks that fail. See watch.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts/watch.h"
#include "metrics/metrics.h"

struct vm {
	struct vm *next;
	char ref[API_REF], uuid[40];
	char state[12];
	json_int_t domid;
};

static struct vm *vms;

static const char *text_of(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text ? text : "";
}

static bool flag_of(const json_t *o, const char *field)
{
	return json_is_true(json_object_get(o, field));
}

static struct vm *vm_find(const char *ref)
{
	struct vm *vm = vms;

	while (vm && strcmp(vm->ref, ref) != 0)
		vm = vm->next;
	return vm;
}

static struct vm *vm_add(const char *ref)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	if (!vm)
		abort();
	snprintf(vm->ref, sizeof(vm->ref), "%s", ref);
	vm->next = vms;
	vms = vm;
	return vms;
}

/* XenAPI's name for what happened between two states; NULL: nothing that has one. */
static const char *change_name(const char *from, const char *to, bool other_domain)
{
	static const struct {
		const char *from, *to, *name;
	} changes[] = {
		{ "Halted", "Running", "VM_STARTED" },
		{ "Halted", "Paused", "VM_STARTED" },
		{ "Running", "Halted", "VM_SHUTDOWN" },
		{ "Paused", "Halted", "VM_SHUTDOWN" },
		{ "Running", "Suspended", "VM_SUSPENDED" },
		{ "Suspended", "Running", "VM_RESUMED" },
		{ "Running", "Paused", "VM_PAUSED" },
		{ "Paused", "Running", "VM_UNPAUSED" },
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (strcmp(changes[i].from, from) == 0 && strcmp(changes[i].to, to) == 0)
			return changes[i].name;
	return strcmp(to, "Running") == 0 && other_domain ? "VM_REBOOTED" : NULL;
}

void vm_watch(const char *ref, const json_t *record, bool first)
{
	const char *state = text_of(record, "power_state"), *name;
	const struct subject of = { "VM", text_of(record, "uuid"), NULL };
	json_int_t domid = json_integer_value(json_object_get(record, "domid"));
	struct vm *vm = vm_find(ref);

	if (flag_of(record, "is_a_template") || flag_of(record, "is_control_domain"))
		return;
	if (!vm) {
		vm = vm_add(ref);
		snprintf(vm->state, sizeof(vm->state), "%s", first ? state : "Halted");
		vm->domid = first ? domid : -1;
	}
	name = change_name(vm->state, state, vm->domid >= 0 && domid >= 0 && vm->domid != domid);
	if (name)
		alert_event(name, 5, &of, "VM '%.128s'", text_of(record, "name_label"));
	snprintf(vm->state, sizeof(vm->state), "%s", state);
	snprintf(vm->uuid, sizeof(vm->uuid), "%s", of.uuid);
	vm->domid = domid;
}

void vm_watch_gone(const char *ref, const char *metrics)
{
	struct vm **at = &vms, *vm;
	struct reason why;

	while (*at && strcmp((*at)->ref, ref) != 0)
		at = &(*at)->next;
	vm = *at;
	if (!vm)
		return;
	if (vm->uuid[0] && metrics_forget(metrics, vm->uuid, &why) < 0)
		log_warning("%s", why.text);
	*at = vm->next;
	free(vm);
}

void task_watch(const json_t *task, const char *host_uuid)
{
	const struct subject of = { "Host", host_uuid, NULL };
	struct buf words = { 0 };
	json_t *word;
	size_t i;

	/* The backup daemon tells of its own. */
	if (strcmp(text_of(task, "status"), "failure") != 0 ||
	    json_object_get(json_object_get(task, "other_config"), "backup"))
		return;
	json_array_foreach(json_object_get(task, "error_info"), i, word)
	{
		buf_printf(&words, " %.200s", json_string_value(word));
	}
	alert_event("TASK_FAILED", 4, &of, "%.128s:%s", text_of(task, "name_label"),
		    words.data ? words.data : "");
	buf_free(&words);
}
