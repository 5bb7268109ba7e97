// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm.start: from what the API knows of a VM to its domain.
 */
#include "devices/devices.h"
#include "vm/vm.h"
#include "vm/vm_text.h"
#include "vmd/install_fetch.h"
#include "vmd/making.h"
#include "vmd/saved_files.h"
#include "vmd/start_config.h"
#include "vmd/target.h"
#include "vmd/verbs.h"

#define KERNEL_PHASES 2 /* of the builder: it is read, and found to fit */

/* --- making ----------------------------------------------------------------------------------- */

/* What is noted of it tells how far it came. */
static int build(struct xencall *xc, const struct vm_config *vm, void *arg, struct vm_hold *hold,
		 domid_t *domid, struct reason *why)
{
	struct phases *phases = arg;

	phases_start(phases);
	return vm_start(xc, vm, phases, hold, domid, why);
}

static int start_vm(struct call *c, struct vm_config *vm)
{
	struct phases phases = { 0 };
	struct vm_making m = {
		.vm = vm,
		.make = build,
		.arg = &phases,
		.paused = arg_bool(c->args, "paused"),
	};
	struct reason why;

	if (devices_name(&vm->devices, &why) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &why);
	if (making_check(c, vm, json_object_get(c->args, "disks")) < 0)
		return -1;
	call_progress(c, 0.2);
	/* Without a domain it was the kernel, or its ramdisk, that could not be used. */
	if (making_run(c, &m, &why) < 0)
		return making_failed(
			c, vm, phases.count < KERNEL_PHASES ? "BOOTLOADER_FAILED" : NULL, &why);
	return 0;
}

/* Links below those folders are followed, and must stay there. */
static int check_images(struct call *c)
{
	static const char *const images[] = { "kernel", "ramdisk" };
	char real[TARGET_MAX];

	for (size_t i = 0; i < 2; i++) {
		const char *path = arg_text(c->args, images[i]);

		if (!path)
			continue;
		if (target_check_path(c, path, kernel_roots, real) < 0)
			return -1;
		json_object_set_new(c->args, images[i], json_string(real));
	}
	return 0;
}

static int read_config(struct call *c, const char *const *targets, struct vm_config *vm)
{
	char name[VM_NAME_MAX + 1];
	struct buf text = { 0 };
	struct reason why;
	int rc;

	making_name(c, arg_text(c->args, "name"), arg_text(c->args, "uuid"), name);
	rc = start_config(c->args, name, targets, &text, &why);
	if (rc == 0)
		rc = vm_text_parse(vm, "vm.start", text.data, &why);
	buf_free(&text);
	return rc < 0 ? call_fail_why(c, "INVALID_VALUE", &why) : 0;
}

static int start(struct call *c)
{
	static char paths[DISKS_MAX][TARGET_MAX];
	const json_t *disks = json_object_get(c->args, "disks");
	const char *targets[DISKS_MAX] = { NULL };
	struct vm_config vm = { 0 };
	int rc;

	if (check_images(c) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(disks); i++) {
		if (target_find(c, json_array_get(disks, i), paths[i]) < 0)
			return -1;
		targets[i] = paths[i][0] ? paths[i] : NULL;
	}
	if (read_config(c, targets, &vm) < 0)
		return -1;
	rc = start_vm(c, &vm);
	vm_config_free(&vm);
	return rc;
}

static int do_start(struct call *c)
{
	uint8_t uuid[16];
	int rc;

	if (!uuid_parse(arg_text(c->args, "uuid"), uuid))
		return call_fail(c, "INVALID_VALUE", "uuid", "uuid: expected a UUID");
	if (making_check_halted(c, uuid) < 0 || install_prepare(c) < 0)
		return -1;
	rc = start(c);
	install_finish(c);
	if (rc == 0)
		saved_files_forget(saved_roots[0], arg_text(c->args, "uuid"));
	return rc;
}

const struct verb vm_start_verbs[] = {
	{ "vm.start", args_start, do_start, "makes a VM's domain: {uuid, name, domid}" },
	{ .name = NULL },
};
