// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory and virtual CPUs of VMs.
 */
#include <stdlib.h>
#include <string.h>

#include "apid/ops.h"

#define MEMORY_MOST (16ll << 40)
#define VCPUS_MOST  128

static const char *const halted[] = { "Halted", NULL };
static const char *const not_suspended[] = { "Halted", "Running", "Paused", NULL };

/* ---- memory ------------------------------------------------------------------------------ */

struct memory {
	int64_t static_min, dynamic_min, dynamic_max, static_max;
};

static struct memory memory_of(const struct object *vm)
{
	return (struct memory){
		get_int(vm, "memory_static_min"),
		get_int(vm, "memory_dynamic_min"),
		get_int(vm, "memory_dynamic_max"),
		get_int(vm, "memory_static_max"),
	};
}

static void memory_put(struct object *vm, const struct memory *m)
{
	set_int(vm, "memory_static_min", m->static_min);
	set_int(vm, "memory_dynamic_min", m->dynamic_min);
	set_int(vm, "memory_dynamic_max", m->dynamic_max);
	set_int(vm, "memory_static_max", m->static_max);
	set_int(vm, "memory_target", m->dynamic_max);
}

/* A domain that runs was asked: now it is so. The new range is in the call. */
static void target_reached(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		memory_put(c->refs[0], c->state);
}

static void memory_change(struct call *c, struct memory m, const char *const *states,
			  const char *operation)
{
	struct object *vm = c->refs[0];
	struct memory *kept;

	if (m.static_min < 0 || m.static_min > m.dynamic_min || m.dynamic_min > m.dynamic_max ||
	    m.dynamic_max > m.static_max || m.static_max > MEMORY_MOST) {
		call_fail(c, "MEMORY_CONSTRAINT_VIOLATION",
			  "static_min <= dynamic_min <= dynamic_max <= static_max", NULL);
		return;
	}
	if (!vm_check_state(c, vm, states) || !call_occupy(c, vm, operation))
		return;
	if (!vm_is_live(vm)) {
		memory_put(vm, &m);
		return;
	}
	kept = malloc(sizeof(*kept));
	if (!kept)
		abort();
	*kept = m;
	c->state = kept;
	c->state_free = free;
	call_vmd(c, "vm.set_memory",
		 json_pack("{s: s, s: I}", "uuid", get_text(vm, "uuid"), "target",
			   (json_int_t)m.dynamic_max),
		 target_reached);
}

static void set_memory_static_max(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.static_max = call_int(c, 1);
	memory_change(c, m, halted, "changing_static_range");
}

static void set_memory_static_min(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.static_min = call_int(c, 1);
	memory_change(c, m, halted, "changing_static_range");
}

static void set_memory_dynamic_max(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.dynamic_max = call_int(c, 1);
	memory_change(c, m, not_suspended, "changing_dynamic_range");
}

static void set_memory_dynamic_min(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.dynamic_min = call_int(c, 1);
	memory_change(c, m, not_suspended, "changing_dynamic_range");
}

static void set_memory_dynamic_range(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.dynamic_min = call_int(c, 1);
	m.dynamic_max = call_int(c, 2);
	memory_change(c, m, not_suspended, "changing_dynamic_range");
}

static void set_memory_target_live(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.dynamic_min = m.dynamic_max = call_int(c, 1);
	memory_change(c, m, not_suspended, "changing_dynamic_range");
}

static void set_memory_static_range(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.static_min = call_int(c, 1);
	m.static_max = call_int(c, 2);
	memory_change(c, m, halted, "changing_static_range");
}

static void set_memory_limits(struct call *c)
{
	struct memory m = {
		.static_min = call_int(c, 1),
		.static_max = call_int(c, 2),
		.dynamic_min = call_int(c, 3),
		.dynamic_max = call_int(c, 4),
	};

	memory_change(c, m, halted, "changing_memory_limits");
}

static void set_memory(struct call *c)
{
	struct memory m = memory_of(c->refs[0]);

	m.dynamic_min = m.dynamic_max = m.static_max = call_int(c, 1);
	if (m.static_min > m.static_max)
		m.static_min = m.static_max;
	memory_change(c, m, halted, "changing_memory_limits");
}

/* ---- virtual CPUs ------------------------------------------------------------------------ */

static void vcpus_change(struct call *c, int64_t most, int64_t start)
{
	struct object *vm = c->refs[0];

	if (!vm_check_state(c, vm, halted))
		return;
	if (most < 1 || most > VCPUS_MOST || start < 1 || start > most) {
		call_fail(c, "INVALID_VALUE", "VCPUs", "1 <= at_startup <= max <= 128", NULL);
		return;
	}
	if (!call_occupy(c, vm, "changing_VCPUs"))
		return;
	set_int(vm, "VCPUs_max", most);
	set_int(vm, "VCPUs_at_startup", start);
}

static void set_VCPUs_max(struct call *c)
{
	vcpus_change(c, call_int(c, 1), get_int(c->refs[0], "VCPUs_at_startup"));
}

static void set_VCPUs_at_startup(struct call *c)
{
	vcpus_change(c, get_int(c->refs[0], "VCPUs_max"), call_int(c, 1));
}

static void vcpus_set(struct call *c, const json_t *ok)
{
	struct object *vm = c->refs[0];

	(void)ok;
	if (vm->gone)
		return;
	set_int(vm, "VCPUs_at_startup", call_int(c, 1));
	if (get_ref(vm, "metrics"))
		set_int(get_ref(vm, "metrics"), "VCPUs_number", call_int(c, 1));
}

static void set_VCPUs_number_live(struct call *c)
{
	static const char *const running[] = { "Running", NULL };
	struct object *vm = c->refs[0];

	if (!vm_check_state(c, vm, running))
		return;
	if (call_int(c, 1) < 1 || call_int(c, 1) > get_int(vm, "VCPUs_max")) {
		call_fail(c, "INVALID_VALUE", "nvcpu", "1 to VCPUs_max", NULL);
		return;
	}
	if (call_occupy(c, vm, "changing_VCPUs_live"))
		call_vmd(c, "vm.set_vcpus",
			 json_pack("{s: s, s: I}", "uuid", get_text(vm, "uuid"), "vcpus",
				   (json_int_t)call_int(c, 1)),
			 vcpus_set);
}

static void params_set(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		set_entry(c->refs[0], "VCPUs_params", call_text(c, 1), call_text(c, 2));
}

static void add_to_VCPUs_params_live(struct call *c)
{
	struct object *vm = c->refs[0];
	const char *key = call_text(c, 1);
	json_t *args;

	if (strcmp(key, "weight") != 0 && strcmp(key, "cap") != 0 && strcmp(key, "mask") != 0) {
		call_fail(c, "INVALID_VALUE", "key", key, NULL);
		return;
	}
	if (!vm_is_live(vm)) {
		params_set(c, NULL);
		return;
	}
	args = json_pack("{s: s}", "uuid", get_text(vm, "uuid"));
	if (strcmp(key, "mask") == 0)
		json_object_set_new(args, "affinity", json_pack("[s]", call_text(c, 2)));
	else
		json_object_set_new(args, key, json_integer(atoi(call_text(c, 2))));
	if (call_occupy(c, vm, "changing_VCPUs_live"))
		call_vmd(c, "vm.set_scheduling", args, params_set);
	else
		json_decref(args);
}

/* ---- names ------------------------------------------------------------------------------- */

static void renamed(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		set_text(c->refs[0], "name_label", call_text(c, 1));
}

/* One whose domain has gone meanwhile has its name all the same. */
static void not_renamed(struct call *c, const json_t *error)
{
	const char *code = json_string_value(json_array_get(error, 0));

	if (strcmp(code, "VM_BAD_POWER_STATE") == 0)
		renamed(c, NULL);
	else
		c->error = json_deep_copy(error);
}

static void set_name_label(struct call *c)
{
	struct object *vm = c->refs[0];
	size_t len = strlen(call_text(c, 1));

	/* A domain's name has its limits; what is no name for one is one for us. */
	if (!vm_is_live(vm) || get_int(vm, "is_control_domain") || !len || len > 255) {
		renamed(c, NULL);
		return;
	}
	call_vmd(c, "vm.rename",
		 json_pack("{s: s, s: s}", "uuid", get_text(vm, "uuid"), "name", call_text(c, 1)),
		 renamed);
	c->otherwise = not_renamed;
}

/* ---- words ------------------------------------------------------------------------------- */

static void set_actions_after_crash(struct call *c)
{
	set_text(c->refs[0], "actions_after_crash", call_text(c, 1));
}

static void set_HVM_boot_policy(struct call *c)
{
	if (vm_check_state(c, c->refs[0], halted))
		set_text(c->refs[0], "HVM_boot_policy", call_text(c, 1));
}

const struct binding vm_settings_bindings[] = {
	{ "VM.set_memory_static_max", set_memory_static_max },
	{ "VM.set_memory_static_min", set_memory_static_min },
	{ "VM.set_memory_dynamic_max", set_memory_dynamic_max },
	{ "VM.set_memory_dynamic_min", set_memory_dynamic_min },
	{ "VM.set_memory_dynamic_range", set_memory_dynamic_range },
	{ "VM.set_memory_target_live", set_memory_target_live },
	{ "VM.set_memory_static_range", set_memory_static_range },
	{ "VM.set_memory_limits", set_memory_limits },
	{ "VM.set_memory", set_memory },
	{ "VM.set_VCPUs_max", set_VCPUs_max },
	{ "VM.set_VCPUs_at_startup", set_VCPUs_at_startup },
	{ "VM.set_VCPUs_number_live", set_VCPUs_number_live },
	{ "VM.add_to_VCPUs_params_live", add_to_VCPUs_params_live },
	{ "VM.set_name_label", set_name_label },
	{ "VM.set_actions_after_crash", set_actions_after_crash },
	{ "VM.set_HVM_boot_policy", set_HVM_boot_policy },
	{ NULL, NULL },
};
