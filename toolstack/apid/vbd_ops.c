// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's disks and drives: given and taken, also while it runs.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/device_ops.h"
#include "apid/record.h"

/* ---- disks: arguments of vmd --------------------------------------------------------------- */

bool vbd_device(const char *userdevice, char device[16])
{
	unsigned long number;
	char *end;

	if (strncmp(userdevice, "xvd", 3) == 0 && islower((unsigned char)userdevice[3]) &&
	    strlen(userdevice) <= 5) {
		snprintf(device, 16, "%.5s", userdevice);
		return true;
	}
	if (!isdigit((unsigned char)userdevice[0]))
		return false;
	number = strtoul(userdevice, &end, 10);
	if (*end || number > 25)
		return false;
	snprintf(device, 16, "xvd%c", 'a' + (int)number);
	return true;
}

json_t *vbd_args(const struct object *vbd)
{
	const struct object *vdi = get_ref(vbd, "VDI");
	bool cd = field_is(vbd, "type", "CD");
	char device[16] = "xvda";
	json_t *args;

	vbd_device(get_text(vbd, "userdevice"), device);
	args = json_pack("{s: s, s: s, s: s}", "device", device, "type", cd ? "cd" : "disk", "mode",
			 cd || field_is(vbd, "mode", "RO") ? "ro" : "rw");
	if (vdi && get_ref(vdi, "SR") && !get_int(vbd, "empty"))
		json_object_set_new(args, "vdi", vdi_args(vdi));
	return args;
}

static json_t *device_args(const struct object *vbd)
{
	char device[16] = "xvda";

	vbd_device(get_text(vbd, "userdevice"), device);
	return json_pack("{s: s, s: s}", "uuid", get_text(get_ref(vbd, "VM"), "uuid"), "device",
			 device);
}

/* ---- VBD --------------------------------------------------------------------------------- */

static bool vbd_place(struct call *c, const struct object *vm, char number[12], char device[16])
{
	const char *wanted = arg_text(c, 0, "userdevice");

	if (!*wanted || strcmp(wanted, "autodetect") == 0) {
		if (device_number_choose(vm, "VBDs", "userdevice", 16, number))
			return vbd_device(number, device);
		call_fail(c, "OPERATION_NOT_ALLOWED", "the VM has no place left", NULL);
		return false;
	}
	if (!vbd_device(wanted, device) || strlen(wanted) > 7) {
		call_fail(c, "INVALID_DEVICE", wanted, NULL);
		return false;
	}
	if (device_number_taken(vm, "VBDs", "userdevice", wanted)) {
		call_fail(c, "DEVICE_ALREADY_EXISTS", wanted, NULL);
		return false;
	}
	snprintf(number, 12, "%s", wanted);
	return true;
}

static bool writer_check(struct call *c, const struct object *vdi)
{
	if (strcmp(arg_text(c, 0, "mode"), "RO") == 0 || strcmp(arg_text(c, 0, "type"), "CD") == 0)
		return true;
	if (!get_int(vdi, "read_only") && !get_int(vdi, "is_a_snapshot"))
		return true;
	call_fail_ref(c, "VDI_READONLY", vdi);
	return false;
}

static void vbd_create(struct call *c)
{
	struct object *vm, *vdi, *vbd;
	char number[12], device[16];
	bool empty;

	if (!arg_ref(c, 0, "VM", &vm) || !arg_ref(c, 0, "VDI", &vdi))
		return;
	if (!vm) {
		call_fail(c, "HANDLE_INVALID", "VM", MODEL_NULL_REF, NULL);
		return;
	}
	empty = !vdi;
	if (empty && strcmp(arg_text(c, 0, "type"), "CD") != 0) {
		call_fail(c, "HANDLE_INVALID", "VDI", MODEL_NULL_REF, NULL);
		return;
	}
	if (!vbd_place(c, vm, number, device) || (vdi && !writer_check(c, vdi)))
		return;
	vbd = object_create("VBD", NULL);
	arg_take(vbd, c->args[0]);
	set_text(vbd, "userdevice", number);
	set_text(vbd, "device", device);
	set_int(vbd, "empty", empty);
	if (field_is(vbd, "type", "CD"))
		set_text(vbd, "mode", "RO");
	record_write_ref(&c->out, vbd);
}

static void vbd_destroy(struct call *c)
{
	if (device_is_attached_live(c->refs[0]))
		call_fail_ref(c, "DEVICE_ALREADY_ATTACHED", c->refs[0]);
	else if (call_occupy(c, c->refs[0], "unplug"))
		object_destroy(c->refs[0]);
}

static void vbd_plug(struct call *c)
{
	struct object *vbd = c->refs[0];
	json_t *args;

	if (!device_check_live(c))
		return;
	if (get_int(vbd, "currently_attached")) {
		call_fail_ref(c, "DEVICE_ALREADY_ATTACHED", vbd);
		return;
	}
	if (!call_occupy(c, vbd, "plug"))
		return;
	args = json_pack("{s: s, s: o}", "uuid", get_text(get_ref(vbd, "VM"), "uuid"), "disk",
			 vbd_args(vbd));
	call_vmd(c, "vm.attach_disk", args, device_attached);
}

static void vbd_unplug_with(struct call *c, bool force)
{
	struct object *vbd = c->refs[0];
	json_t *args;

	if (!device_check_live(c))
		return;
	if (!get_int(vbd, "currently_attached")) {
		call_fail_ref(c, "DEVICE_ALREADY_DETACHED", vbd);
		return;
	}
	if (!call_occupy(c, vbd, force ? "unplug_force" : "unplug"))
		return;
	args = device_args(vbd);
	json_object_set_new(args, "force", json_boolean(force));
	call_vmd(c, "vm.detach_disk", args, device_detached);
}

static void vbd_unplug(struct call *c)
{
	vbd_unplug_with(c, false);
}

static void vbd_unplug_force(struct call *c)
{
	vbd_unplug_with(c, true);
}

/* ---- drives ------------------------------------------------------------------------------ */

static void inserted(struct call *c, const json_t *ok)
{
	(void)ok;
	if (c->refs[0]->gone || c->refs[1]->gone)
		return;
	set_ref(c->refs[0], "VDI", c->refs[1]);
	set_int(c->refs[0], "empty", false);
}

static void ejected(struct call *c, const json_t *ok)
{
	(void)ok;
	if (c->refs[0]->gone)
		return;
	set_ref(c->refs[0], "VDI", NULL);
	set_int(c->refs[0], "empty", true);
}

static bool drive_check(struct call *c, bool empty)
{
	struct object *vbd = c->refs[0];

	if (!field_is(vbd, "type", "CD"))
		call_fail_ref(c, "VBD_NOT_REMOVABLE_MEDIA", vbd);
	else if (empty && !get_int(vbd, "empty"))
		call_fail_ref(c, "VBD_NOT_EMPTY", vbd);
	else if (!empty && get_int(vbd, "empty"))
		call_fail_ref(c, "VBD_IS_EMPTY", vbd);
	return !call_failed(c);
}

static void vbd_insert(struct call *c)
{
	json_t *args;

	if (!drive_check(c, true) || !call_occupy(c, c->refs[0], "insert"))
		return;
	if (!c->refs[1]) {
		call_fail(c, "HANDLE_INVALID", "VDI", MODEL_NULL_REF, NULL);
		return;
	}
	if (!device_is_attached_live(c->refs[0])) {
		inserted(c, NULL);
		return;
	}
	args = device_args(c->refs[0]);
	json_object_set_new(args, "vdi", vdi_args(c->refs[1]));
	call_vmd(c, "vm.change_medium", args, inserted);
}

static void vbd_eject(struct call *c)
{
	if (!drive_check(c, false) || !call_occupy(c, c->refs[0], "eject"))
		return;
	if (device_is_attached_live(c->refs[0]))
		call_vmd(c, "vm.change_medium", device_args(c->refs[0]), ejected);
	else
		ejected(c, NULL);
}

static void vbd_assert_attachable(struct call *c)
{
	const struct object *vdi = get_ref(c->refs[0], "VDI");

	if (vdi && get_int(vdi, "missing"))
		call_fail(c, "VDI_MISSING", get_text(get_ref(vdi, "SR"), "uuid"),
			  get_text(vdi, "uuid"), NULL);
}

static void vbd_set_mode(struct call *c)
{
	if (device_is_attached_live(c->refs[0]))
		call_fail_ref(c, "DEVICE_ALREADY_ATTACHED", c->refs[0]);
	else
		set_text(c->refs[0], "mode", call_text(c, 1));
}

const struct binding vbd_bindings[] = {
	{ "VBD.create", vbd_create },
	{ "VBD.destroy", vbd_destroy },
	{ "VBD.plug", vbd_plug },
	{ "VBD.unplug", vbd_unplug },
	{ "VBD.unplug_force", vbd_unplug_force },
	{ "VBD.insert", vbd_insert },
	{ "VBD.eject", vbd_eject },
	{ "VBD.assert_attachable", vbd_assert_attachable },
	{ "VBD.set_mode", vbd_set_mode },
	{ NULL, NULL },
};
