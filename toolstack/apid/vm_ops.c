// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs come and go, and what can be asked of them without changing them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "apid/ops.h"
#include "apid/record.h"
#include "apid/saved.h"
#include "lib/uuid.h"
#include "model/value.h"

#define MIB            (1024 * 1024)
#define MEMORY_LEAST   (16ll * MIB)
#define MEMORY_MOST    (16ll * 1024 * 1024 * MIB)
#define VBD_DEVICES    26
#define VIF_DEVICES    16
#define OVERHEAD_BASE  (4ll * MIB)
#define OVERHEAD_SHARE 256 /* nested page tables: a page for each 256 */

/* ---- checks that others need --------------------------------------------------------------- */

bool vm_check_state(struct call *c, const struct object *vm, const char *const *names)
{
	const char *state = get_text(vm, "power_state");
	char ref[REF_TEXT], expected[80] = "", actual[16];

	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], state) == 0)
			return true;
		snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "%s%c%s",
			 i ? "," : "", names[i][0] | 0x20, names[i] + 1);
	}
	object_ref(vm, ref);
	snprintf(actual, sizeof(actual), "%c%s", state[0] | 0x20, state + 1);
	call_fail(c, "VM_BAD_POWER_STATE", ref, expected, actual, NULL);
	return false;
}

bool vm_check_real(struct call *c, const struct object *vm, const char *operation)
{
	char ref[REF_TEXT];

	object_ref(vm, ref);
	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if (get_int(vm, "is_a_snapshot"))
		call_fail(c, "VM_IS_SNAPSHOT", ref, operation, NULL);
	else if (get_int(vm, "is_a_template"))
		call_fail(c, "VM_IS_TEMPLATE", ref, NULL);
	return !call_failed(c);
}

/* ---- create, destroy ----------------------------------------------------------------------- */

static json_int_t record_int(const json_t *record, const char *field, json_int_t otherwise)
{
	const json_t *v = json_object_get(record, field);

	return v ? json_integer_value(v) : otherwise;
}

/* Four numbers of bytes, in order, or none given at all. */
static bool memory_take(struct call *c, struct object *vm, const json_t *record)
{
	static const char *const fields[] = { "memory_static_min", "memory_dynamic_min",
					      "memory_dynamic_max", "memory_static_max" };
	json_int_t most = record_int(record, fields[3], 256ll * MIB), before = 0;

	for (size_t i = 0; i < 4; i++) {
		json_int_t v = record_int(record, fields[i], i ? most : MEMORY_LEAST);

		if (v < before || v > MEMORY_MOST) {
			call_fail(c, "MEMORY_CONSTRAINT_VIOLATION",
				  "static_min <= dynamic_min <= dynamic_max <= static_max", NULL);
			return false;
		}
		set_int(vm, fields[i], v);
		before = v;
	}
	return true;
}

static bool vcpus_take(struct call *c, struct object *vm, const json_t *record)
{
	json_int_t most = record_int(record, "VCPUs_max", 1);
	json_int_t start = record_int(record, "VCPUs_at_startup", most);

	if (most < 1 || most > 128 || start < 1 || start > most) {
		call_fail(c, "INVALID_VALUE", "VCPUs_max", "1 to 128, not less than at startup",
			  NULL);
		return false;
	}
	set_int(vm, "VCPUs_max", most);
	set_int(vm, "VCPUs_at_startup", start);
	return true;
}

/* XenAPI gives these when a VM is made, though nothing sets them as they are later. */
static void more_take(struct object *vm, const json_t *record)
{
	static const char *const fields[] = { "actions_after_crash",   "HVM_boot_policy",
					      "HVM_shadow_multiplier", "generation_id",
					      "reference_label",       "snapshot_schedule" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const json_t *v = json_object_get(record, fields[i]);

		if (v)
			slot_set(vm, field_index(vm->cls->model, fields[i]), v);
	}
}

static void create(struct call *c)
{
	const struct model_type record_type = { .kind = MODEL_RECORD, .name = "VM" };
	struct reason why;
	json_t *record = value_check(&record_type, c->args[0], &why);
	struct object *vm;

	if (!record) {
		call_fail(c, "FIELD_TYPE_ERROR", "args", why.text, NULL);
		return;
	}
	vm = object_create("VM", NULL);
	arg_take(vm, record);
	more_take(vm, record);
	if (memory_take(c, vm, record) && vcpus_take(c, vm, record)) {
		set_int(vm, "memory_target", get_int(vm, "memory_dynamic_max"));
		set_int(vm, "is_default_template", false);
		set_ref(vm, "metrics", object_create("VM_metrics", NULL));
		set_int(get_ref(vm, "metrics"), "install_time", time(NULL));
		record_write_ref(&c->out, vm);
	}
	json_decref(record);
}

static void destroy(struct call *c)
{
	static const char *const states[] = { "Halted", "Suspended", NULL };
	struct object *vm = c->refs[0];

	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if (get_int(vm, "is_default_template"))
		call_fail_ref(c, "VM_CANNOT_DELETE_DEFAULT_TEMPLATE", vm);
	else if (vm_check_state(c, vm, states) && call_occupy(c, vm, "destroy")) {
		if (vm_is(vm, "Suspended"))
			saved_forget(c, vm, NULL);
		vm_gone(vm);
	}
}

static void set_is_a_template(struct call *c)
{
	static const char *const states[] = { "Halted", NULL };
	struct object *vm = c->refs[0];

	if (get_int(vm, "is_a_snapshot") && call_bool(c, 1))
		call_fail(c, "OPERATION_NOT_ALLOWED", "a snapshot: clone it", NULL);
	else if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if (vm_check_state(c, vm, states))
		set_int(vm, "is_a_template", call_bool(c, 1));
}

static void set_is_default_template(struct call *c)
{
	if (call_bool(c, 1) && !get_int(c->refs[0], "is_a_template"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "not a template", NULL);
	else
		set_int(c->refs[0], "is_default_template", call_bool(c, 1));
}

static void power_state_reset(struct call *c)
{
	struct object *vm = c->refs[0];

	if (!vm_check_real(c, vm, "power_state_reset"))
		return;
	/* vmd tells of every domain: what it tells of is there. */
	if (vm_is_live(vm) && get_int(vm, "domid") >= 0)
		call_fail(c, "OPERATION_NOT_ALLOWED", "its domain is there", NULL);
	else if (call_occupy(c, vm, "power_state_reset")) {
		if (vm_is(vm, "Suspended"))
			saved_forget(c, vm, NULL);
		vm_set_halted(vm);
	}
}

/* ---- questions --------------------------------------------------------------------------- */

static int64_t overhead(int64_t memory, int64_t vcpus)
{
	return OVERHEAD_BASE + memory / OVERHEAD_SHARE + vcpus * 64 * 1024;
}

static void compute_memory_overhead(struct call *c)
{
	wire_int(&c->out, overhead(get_int(c->refs[0], "memory_static_max"),
				   get_int(c->refs[0], "VCPUs_max")));
}

static void maximise_memory(struct call *c)
{
	int64_t total = call_int(c, 1), vcpus = get_int(c->refs[0], "VCPUs_max");
	int64_t memory = (total - overhead(0, vcpus)) / (OVERHEAD_SHARE + 1) * OVERHEAD_SHARE;

	wire_int(&c->out, memory > 0 ? memory / MIB * MIB : 0);
}

static void free_numbers(struct call *c, const char *set, const char *field, int most)
{
	const struct many *all = get_many(c->refs[0], set);
	char number[12];

	wire_array_begin(&c->out);
	for (int i = 0; i < most; i++) {
		size_t k = 0;

		snprintf(number, sizeof(number), "%d", i);
		while (k < all->nr && strcmp(get_text(all->items[k], field), number) != 0)
			k++;
		if (k == all->nr)
			wire_string(&c->out, number);
	}
	wire_array_end(&c->out);
}

static void get_allowed_VBD_devices(struct call *c)
{
	free_numbers(c, "VBDs", "userdevice", VBD_DEVICES);
}

static void get_allowed_VIF_devices(struct call *c)
{
	free_numbers(c, "VIFs", "device", VIF_DEVICES);
}

static void get_possible_hosts(struct call *c)
{
	wire_array_begin(&c->out);
	record_write_ref(&c->out, the_host());
	wire_array_end(&c->out);
}

static void assert_can_boot_here(struct call *c)
{
	const struct object *metrics = get_ref(the_host(), "metrics");
	int64_t needed = get_int(c->refs[0], "memory_dynamic_min");
	char has[24], needs[24];

	if (!get_int(the_host(), "enabled")) {
		call_fail_ref(c, "HOST_DISABLED", the_host());
	} else if (needed > get_int(metrics, "memory_free")) {
		snprintf(needs, sizeof(needs), "%lld", (long long)needed);
		snprintf(has, sizeof(has), "%lld", (long long)get_int(metrics, "memory_free"));
		call_fail(c, "HOST_NOT_ENOUGH_FREE_MEMORY", needs, has, NULL);
	}
}

static void assert_operation_valid(struct call *c)
{
	const json_t *allowed = get_json(c->refs[0], "allowed_operations"), *name;
	size_t i;

	json_array_foreach(allowed, i, name)
	{
		if (strcmp(json_string_value(name), call_text(c, 1)) == 0)
			return;
	}
	call_fail(c, "OPERATION_NOT_ALLOWED", call_text(c, 1), NULL);
}

/* Its settings are read when it starts; what can be changed later is changed in the domain, too. */
static void get_boot_record(struct call *c)
{
	record_write(&c->out, c->refs[0]);
}

static void send(struct call *c, const char *verb, const char *what, const char *operation)
{
	static const char *const states[] = { "Running", NULL };

	if (vm_begin(c, states, operation))
		call_vmd(c, verb,
			 json_pack("{s: s, s: s}", "uuid", get_text(c->refs[0], "uuid"), what,
				   call_text(c, 1)),
			 NULL);
}

static void send_sysrq(struct call *c)
{
	send(c, "vm.sysrq", "key", "send_sysrq");
}

static void send_trigger(struct call *c)
{
	send(c, "vm.trigger", "event", "send_trigger");
}

static void update_allowed_operations(struct call *c)
{
	object_touch(c->refs[0]);
}

const struct binding vm_bindings[] = {
	{ "VM.create", create },
	{ "VM.destroy", destroy },
	{ "VM.set_is_a_template", set_is_a_template },
	{ "VM.set_is_default_template", set_is_default_template },
	{ "VM.power_state_reset", power_state_reset },
	{ "VM.compute_memory_overhead", compute_memory_overhead },
	{ "VM.maximise_memory", maximise_memory },
	{ "VM.get_allowed_VBD_devices", get_allowed_VBD_devices },
	{ "VM.get_allowed_VIF_devices", get_allowed_VIF_devices },
	{ "VM.get_possible_hosts", get_possible_hosts },
	{ "VM.assert_can_boot_here", assert_can_boot_here },
	{ "VM.assert_operation_valid", assert_operation_valid },
	{ "VM.get_boot_record", get_boot_record },
	{ "VM.send_sysrq", send_sysrq },
	{ "VM.send_trigger", send_trigger },
	{ "VM.update_allowed_operations", update_allowed_operations },
	{ NULL, NULL },
};
