// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs start and stop. vmd does it; the VM's state follows its answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/ops.h"
#include "apid/saved.h"
#include "apid/vm_install.h"
#include "devices/screen_config.h"

static const char *const halted[] = { "Halted", NULL };
static const char *const running[] = { "Running", NULL };
static const char *const paused[] = { "Paused", NULL };
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

/* As clients of XenServer ask for one: by a graphics card, whichever. */
static void put_screen(json_t *args, const struct object *vm)
{
	const char *card = get_entry(vm, "platform", "vga");
	int mib = atoi(get_entry(vm, "platform", "videoram"));

	if (!*card || strcmp(card, "none") == 0)
		return;
	if (mib < 1 || mib > SCREEN_MIB_MAX)
		mib = SCREEN_MIB_DEFAULT;
	json_object_set_new(args, "screen", json_integer(mib));
}

/* restart, destroy and preserve are vmd's words, too; the other words come down to its own. */
static void put_actions(json_t *args, const struct object *vm)
{
	const char *crash = get_text(vm, "actions_after_crash");
	const char *reset = get_text(vm, "actions_after_softreboot");

	json_object_set_new(args, "on_poweroff",
			    json_string(get_text(vm, "actions_after_shutdown")));
	json_object_set_new(args, "on_reboot", json_string(get_text(vm, "actions_after_reboot")));
	if (strstr(crash, "restart"))
		crash = "restart";
	else if (strstr(crash, "destroy"))
		crash = "destroy";
	json_object_set_new(args, "on_crash", json_string(crash));
	if (strcmp(reset, "soft_reboot") == 0)
		reset = "soft-reset";
	json_object_set_new(args, "on_soft_reset", json_string(reset));
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
	install_put(args, vm);
	put_scheduling(args, vm);
	put_actions(args, vm);
	put_screen(args, vm);
	if (put_devices(c, args, vm))
		return args;
	json_decref(args);
	return NULL;
}

static void went_live(struct call *c, const json_t *ok, const char *state)
{
	const json_t *domid = json_object_get(ok, "domid");

	if (c->refs[0]->gone)
		return;
	vm_set_live(c->refs[0], state, domid ? json_integer_value(domid) : -1);
	vm_set_screen(c->refs[0], ok);
}

static void went_running(struct call *c, const json_t *ok)
{
	went_live(c, ok, "Running");
}

static void went_paused(struct call *c, const json_t *ok)
{
	went_live(c, ok, "Paused");
}

static void started(struct call *c, const json_t *ok)
{
	install_begun(c->refs[0]);
	went_running(c, ok);
}

static void started_paused(struct call *c, const json_t *ok)
{
	install_begun(c->refs[0]);
	went_paused(c, ok);
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
		call_vmd(c, "vm.start", args, start_paused ? started_paused : started);
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

bool vm_begin(struct call *c, const char *const *states, const char *operation)
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
	if (vm_begin(c, running, "clean_shutdown"))
		call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "clean"), went_halted);
}

static void hard_shutdown(struct call *c)
{
	static const char *const states[] = { "Running", "Paused", "Suspended", NULL };

	if (!vm_begin(c, states, "hard_shutdown"))
		return;
	if (!vm_is(c->refs[0], "Suspended")) {
		call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "hard"), went_halted);
		return;
	}
	vm_set_halted(c->refs[0]);
	saved_forget(c, c->refs[0], NULL);
}

static void take_the_power(struct call *c, const json_t *error)
{
	(void)error;
	call_vmd(c, "vm.shutdown", mode_args(c->refs[0], "hard"), went_halted);
}

static void shut_down(struct call *c)
{
	if (!vm_begin(c, live, "shutdown"))
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
	if (vm_begin(c, running, "clean_reboot"))
		call_vmd(c, "vm.reboot", mode_args(c->refs[0], "clean"), went_running);
}

static void hard_reboot(struct call *c)
{
	if (vm_begin(c, live, "hard_reboot"))
		call_vmd(c, "vm.reboot", mode_args(c->refs[0], "hard"), went_running);
}

/* ---- pause ---------------------------------------------------------------------- */

static void pause_vm(struct call *c)
{
	if (vm_begin(c, running, "pause"))
		call_vmd(c, "vm.pause", vm_args(c->refs[0]), went_paused);
}

static void unpause_vm(struct call *c)
{
	if (vm_begin(c, paused, "unpause"))
		call_vmd(c, "vm.unpause", vm_args(c->refs[0]), went_running);
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
	{ NULL, NULL },
};
