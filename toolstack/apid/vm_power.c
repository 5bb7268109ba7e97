// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs start and stop. vmd does it; the VM's state follows its answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/ops.h"

#define SUSPEND_FOLDER "/var/lib/socle/suspend/"

static const char *const halted[] = { "Halted", NULL };
static const char *const running[] = { "Running", NULL };
static const char *const paused[] = { "Paused", NULL };
static const char *const suspended[] = { "Suspended", NULL };
static const char *const live[] = { "Running", "Paused", NULL };

static json_t *vm_args(const struct object *vm)
{
	return json_pack("{s: s}", "uuid", get_text(vm, "uuid"));
}

/* ---- start ------------------------------------------------------------------------------- */

static void put_scheduling(json_t *args, const struct object *vm)
{
	const char *weight = get_entry(vm, "VCPUs_params", "weight");
	const char *cap = get_entry(vm, "VCPUs_params", "cap");
	const char *mask = get_entry(vm, "VCPUs_params", "mask");

	if (*weight)
		json_object_set_new(args, "weight", json_integer(atoi(weight)));
	if (*cap)
		json_object_set_new(args, "cap", json_integer(atoi(cap)));
	if (*mask)
		json_object_set_new(args, "affinity", json_pack("[s]", mask));
}

static void put_kernel(json_t *args, const struct object *vm)
{
	if (!*get_text(vm, "PV_kernel"))
		return;
	json_object_set_new(args, "kernel", json_string(get_text(vm, "PV_kernel")));
	json_object_set_new(args, "cmdline", json_string(get_text(vm, "PV_args")));
	if (*get_text(vm, "PV_ramdisk"))
		json_object_set_new(args, "ramdisk", json_string(get_text(vm, "PV_ramdisk")));
}

/* restart and destroy are vmd's words, too; the others keep what there is to look at. */
static void put_actions(json_t *args, const struct object *vm)
{
	const char *crash = get_text(vm, "actions_after_crash");

	json_object_set_new(args, "on_poweroff",
			    json_string(get_text(vm, "actions_after_shutdown")));
	json_object_set_new(args, "on_reboot", json_string(get_text(vm, "actions_after_reboot")));
	if (strstr(crash, "restart"))
		crash = "restart";
	else if (strstr(crash, "destroy"))
		crash = "destroy";
	json_object_set_new(args, "on_crash", json_string(crash));
}

static bool put_devices(struct call *c, json_t *args, const struct object *vm)
{
	const struct many *vbds = get_many(vm, "VBDs"), *vifs = get_many(vm, "VIFs");
	json_t *disks = json_array(), *interfaces = json_array();

	json_object_set_new(args, "disks", disks);
	json_object_set_new(args, "vifs", interfaces);
	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vdi = get_ref(vbds->items[i], "VDI");

		if (vdi && get_int(vdi, "missing")) {
			call_fail(c, "VDI_MISSING", get_text(get_ref(vdi, "SR"), "uuid"),
				  get_text(vdi, "uuid"), NULL);
			return false;
		}
		json_array_append_new(disks, vbd_args(vbds->items[i]));
	}
	for (size_t i = 0; i < vifs->nr; i++)
		json_array_append_new(interfaces, vif_args(vifs->items[i]));
	return true;
}

json_t *vm_start_args(struct call *c, const struct object *vm, bool start_paused)
{
	const char *name = get_text(vm, "name_label");
	json_t *args =
		json_pack("{s: s, s: s, s: I, s: I, s: I, s: I, s: I, s: I, s: b}", "uuid",
			  get_text(vm, "uuid"), "name", *name ? name : get_text(vm, "uuid"),
			  "memory_static_max", (json_int_t)get_int(vm, "memory_static_max"),
			  "memory_dynamic_max", (json_int_t)get_int(vm, "memory_dynamic_max"),
			  "memory_dynamic_min", (json_int_t)get_int(vm, "memory_dynamic_min"),
			  "memory_static_min", (json_int_t)get_int(vm, "memory_static_min"),
			  "vcpus_max", (json_int_t)get_int(vm, "VCPUs_max"), "vcpus",
			  (json_int_t)get_int(vm, "VCPUs_at_startup"), "paused", (int)start_paused);

	put_kernel(args, vm);
	put_scheduling(args, vm);
	put_actions(args, vm);
	if (put_devices(c, args, vm))
		return args;
	json_decref(args);
	return NULL;
}

static void went_live(struct call *c, const json_t *ok, const char *state)
{
	const json_t *domid = json_object_get(ok, "domid");

	if (!c->refs[0]->gone)
		vm_set_live(c->refs[0], state, domid ? json_integer_value(domid) : -1);
}

static void went_running(struct call *c, const json_t *ok)
{
	went_live(c, ok, "Running");
}

static void went_paused(struct call *c, const json_t *ok)
{
	went_live(c, ok, "Paused");
}

static void start_with(struct call *c, bool start_paused, const char *operation)
{
	struct object *vm = c->refs[0];
	json_t *args;

	if (!vm_check_real(c, vm, operation) || !vm_check_state(c, vm, halted))
		return;
	if (!get_int(the_host(), "enabled")) {
		call_fail_ref(c, "HOST_DISABLED", the_host());
		return;
	}
	if (!call_occupy(c, vm, operation))
		return;
	args = vm_start_args(c, vm, start_paused);
	if (args)
		call_vmd(c, "vm.start", args, start_paused ? went_paused : went_running);
}

static void start(struct call *c)
{
	start_with(c, call_bool(c, 1), "start");
}

static void start_on(struct call *c)
{
	start_with(c, call_bool(c, 2), "start_on");
}

/* ---- stop -------------------------------------------------------------------------------- */

static void went_halted(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		vm_set_halted(c->refs[0]);
}

static bool begin(struct call *c, const char *const *states, const char *operation)
{
	return vm_check_real(c, c->refs[0], operation) && vm_check_state(c, c->refs[0], states) &&
	       call_occupy(c, c->refs[0], operation);
}

static json_t *mode_args(const struct object *vm, const char *mode)
{
	return json_pack("{s: s, s: s}", "uuid", get_text(vm, "uuid"), "mode", mode);
}

static void clean_shutdown(struct call *c)
{
	if (begin(c, running, "clean_shutdown"))
		call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "clean"), went_halted);
}

static void hard_shutdown(struct call *c)
{
	static const char *const states[] = { "Running", "Paused", "Suspended", NULL };

	if (!begin(c, states, "hard_shutdown"))
		return;
	/* The memory of one that is suspended is given up. */
	if (vm_is(c->refs[0], "Suspended"))
		vm_set_halted(c->refs[0]);
	else
		call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "hard"), went_halted);
}

static void take_the_power(struct call *c, const json_t *error)
{
	(void)error;
	call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "hard"), went_halted);
}

static void shut_down(struct call *c)
{
	if (!begin(c, live, "shutdown"))
		return;
	if (vm_is(c->refs[0], "Paused")) {
		take_the_power(c, NULL);
		return;
	}
	call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "clean"), went_halted);
	c->otherwise = take_the_power;
}

static void clean_reboot(struct call *c)
{
	if (begin(c, running, "clean_reboot"))
		call_vmd(c, "vm.reboot", mode_args(c->refs[0], "clean"), went_running);
}

static void hard_reboot(struct call *c)
{
	if (begin(c, live, "hard_reboot"))
		call_vmd(c, "vm.reboot", mode_args(c->refs[0], "hard"), went_running);
}

/* ---- pause, suspend ---------------------------------------------------------------------- */

static void pause_vm(struct call *c)
{
	if (begin(c, running, "pause"))
		call_vmd(c, "vm.pause", vm_args(c->refs[0]), went_paused);
}

static void unpause_vm(struct call *c)
{
	if (begin(c, paused, "unpause"))
		call_vmd(c, "vm.unpause", vm_args(c->refs[0]), went_running);
}

static void went_suspended(struct call *c, const json_t *ok)
{
	(void)ok;
	if (c->refs[0]->gone)
		return;
	vm_set_halted(c->refs[0]);
	set_text(c->refs[0], "power_state", "Suspended");
}

static json_t *file_args(const struct object *vm, bool with_uuid)
{
	char path[120];

	snprintf(path, sizeof(path), SUSPEND_FOLDER "%s.save", get_text(vm, "uuid"));
	return with_uuid ? json_pack("{s: s, s: s}", "uuid", get_text(vm, "uuid"), "file", path)
			 : json_pack("{s: s}", "file", path);
}

static void suspend_vm(struct call *c)
{
	if (begin(c, running, "suspend"))
		call_vmd(c, "vm.suspend", file_args(c->refs[0], true), went_suspended);
}

static void resume_with(struct call *c, bool start_paused, const char *operation)
{
	struct object *vm = c->refs[0];
	const struct many *vbds = get_many(vm, "VBDs");
	json_t *args, *vdis = json_array();

	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vdi = get_ref(vbds->items[i], "VDI");

		if (vdi && get_ref(vdi, "SR"))
			json_array_append_new(vdis, json_pack("{s: s, s: s}", "sr",
							      get_text(get_ref(vdi, "SR"), "uuid"),
							      "vdi", get_text(vdi, "uuid")));
	}
	if (!begin(c, suspended, operation)) {
		json_decref(vdis);
		return;
	}
	args = file_args(vm, false);
	json_object_set_new(args, "paused", json_boolean(start_paused));
	json_object_set_new(args, "vdis", vdis);
	call_vmd(c, "vm.resume", args, start_paused ? went_paused : went_running);
}

static void resume_vm(struct call *c)
{
	resume_with(c, call_bool(c, 1), "resume");
}

static void resume_on(struct call *c)
{
	resume_with(c, call_bool(c, 2), "resume_on");
}

const struct binding vm_power_bindings[] = {
	{ "VM.start", start },
	{ "VM.start_on", start_on },
	{ "VM.clean_shutdown", clean_shutdown },
	{ "VM.hard_shutdown", hard_shutdown },
	{ "VM.shutdown", shut_down },
	{ "VM.clean_reboot", clean_reboot },
	{ "VM.hard_reboot", hard_reboot },
	{ "VM.pause", pause_vm },
	{ "VM.unpause", unpause_vm },
	{ "VM.suspend", suspend_vm },
	{ "VM.resume", resume_vm },
	{ "VM.resume_on", resume_on },
	{ NULL, NULL },
};
