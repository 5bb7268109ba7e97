// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm.start and vm.resume: verbs that make a domain.
 */
#include <stdio.h>
#include <string.h>

#include "devices/devices.h"
#include "lib/domain.h"
#include "lib/host_memory.h"
#include "storage/sr.h"
#include "vm/vm.h"
#include "vm/vm_make.h"
#include "vm/vm_name.h"
#include "vm/vm_save.h"
#include "vm/vm_text.h"
#include "vmd/start_config.h"
#include "vmd/target.h"
#include "vmd/verbs.h"

static const struct arg vdi_arg = ARG("vdis", OBJECT, .parts = args_vdi_of);
static const struct arg resume_args[] = {
	ARG("file", PATH, .words = saved_roots),
	ARG("paused", BOOL, .optional = true),
	ARG("vdis", LIST, .optional = true, .max = DISKS_MAX, .parts = &vdi_arg),
	ARGS_END,
};

/* --- what is refused before anything is done -------------------------------------------------- */

static int check_halted(struct call *c, const uint8_t uuid[16])
{
	struct xen_domctl_getdomaininfo info;
	char text[UUID_TEXT];
	domid_t domid;

	if (!vm_uuid_find(&c->xc, uuid, &domid))
		return 0;
	uuid_format(uuid, text);
	call_fail(c, "VM_BAD_POWER_STATE", text, "the VM %s is domain %u already", text, domid);
	json_array_append_new(c->error, json_string("halted"));
	json_array_append_new(c->error, json_string(domain_info(&c->xc, domid, &info) == 0 &&
								    info.flags & XEN_DOMINF_paused
							    ? "paused"
							    : "running"));
	return -1;
}

static int check_memory(struct call *c, const struct vm_config *vm)
{
	uint64_t kib = vm->memory_mib << 10;
	struct host_memory m;
	struct reason why;
	char number[24];
	uint64_t bound;

	kib += host_memory_overhead(kib);
	if (host_memory_ask(&c->xc, &m) < 0 || host_memory_judge(&m, kib, &why) == 0)
		return 0;
	bound = m.promised_kib < m.free_kib ? m.free_kib - m.promised_kib : 0;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)kib << 10);
	call_fail(c, "HOST_NOT_ENOUGH_FREE_MEMORY", number, "%s", why.text);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)bound << 10);
	json_array_append_new(c->error, json_string(number));
	return -1;
}

static int check_devices(struct call *c, const struct vm_config *vm)
{
	struct reason why;
	struct store s;
	int rc;

	if (store_open(&s) < 0)
		return call_fail(c, "INTERNAL_ERROR", "xenstored", "there is no xenstored");
	rc = devices_check(&s, &vm->devices, &why);
	store_close(&s);
	return rc < 0 ? call_fail_why(c, "OPERATION_NOT_ALLOWED", &why) : 0;
}

/* --- making ----------------------------------------------------------------------------------- */

static int build(struct xencall *xc, const struct vm_config *vm, void *arg, domid_t *domid,
		 struct reason *why)
{
	struct phases phases;

	(void)arg;
	phases_start(&phases);
	return vm_start(xc, vm, &phases, domid, why);
}

static int make(struct call *c, struct vm_making *m)
{
	char uuid[UUID_TEXT];
	struct reason why;
	domid_t domid;

	if (vm_make(&c->xc, m, &domid, &why) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &why);
	uuid_format(m->vm->uuid, uuid);
	call_set(c, "uuid", json_string(uuid));
	call_set(c, "name", json_string(m->vm->name));
	call_set(c, "domid", json_integer(domid));
	return 0;
}

static int start_vm(struct call *c, struct vm_config *vm)
{
	struct vm_making m = { .vm = vm, .make = build, .paused = arg_bool(c->args, "paused") };
	struct reason why;

	if (check_memory(c, vm) < 0)
		return -1;
	if (devices_name(&vm->devices, &why) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &why);
	if (check_devices(c, vm) < 0)
		return -1;
	call_progress(c, 0.2);
	return make(c, &m);
}

/* The label, made fit; another VM may have the same. */
static void choose_name(struct call *c, char name[VM_NAME_MAX + 1])
{
	const char *label = arg_text(c->args, "name");
	char suffix[9];
	domid_t other;

	label_to_name(label, NULL, name);
	if (!vm_name_find(&c->xc, name, &other))
		return;
	snprintf(suffix, sizeof(suffix), "%.8s", arg_text(c->args, "uuid"));
	label_to_name(label, suffix, name);
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

	choose_name(c, name);
	rc = start_config(c->args, name, targets, &text, &why);
	if (rc == 0)
		rc = vm_text_parse(vm, "vm.start", text.data, &why);
	buf_free(&text);
	return rc < 0 ? call_fail_why(c, "INVALID_VALUE", &why) : 0;
}

static int do_start(struct call *c)
{
	static char paths[DISKS_MAX][TARGET_MAX];
	const json_t *disks = json_object_get(c->args, "disks");
	const char *targets[DISKS_MAX];
	struct vm_config vm;
	uint8_t uuid[16];
	int rc;

	if (!uuid_parse(arg_text(c->args, "uuid"), uuid))
		return call_fail(c, "INVALID_VALUE", "uuid", "uuid: expected a UUID");
	if (check_halted(c, uuid) < 0 || check_images(c) < 0)
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

/* --- resuming --------------------------------------------------------------------------------- */

static int plug_all(struct call *c)
{
	const json_t *vdis = json_object_get(c->args, "vdis");
	struct sr_error e = { .code = ERR_BACKEND };
	char path[STORAGE_PATH];
	struct vdi v;
	struct sr sr;

	for (size_t i = 0; i < json_array_size(vdis); i++) {
		if (target_vdi(c, json_array_get(vdis, i), &sr, &v) < 0)
			return -1;
		if (vdi_plug(&sr, &v, path, &e) < 0)
			return call_fail_storage(c, v.uuid, &e);
	}
	return 0;
}

static int do_resume(struct call *c)
{
	struct vm_restore r;
	struct vm_making m = {
		.vm = &r.vm,
		.make = vm_restore_make,
		.arg = &r,
		.paused = arg_bool(c->args, "paused"),
	};
	char real[TARGET_MAX];
	struct reason why;
	int rc;

	if (target_check_path(c, arg_text(c->args, "file"), saved_roots, real) < 0 ||
	    plug_all(c) < 0)
		return -1;
	if (vm_restore_open(&r, real, &why) < 0)
		rc = call_fail_why(c, "INTERNAL_ERROR", &why);
	else
		rc = check_halted(c, r.vm.uuid);
	if (rc == 0)
		rc = check_memory(c, &r.vm);
	if (rc == 0) {
		call_progress(c, 0.1);
		rc = make(c, &m);
	}
	vm_restore_close(&r);
	return rc;
}

const struct verb vm_start_verbs[] = {
	{ "vm.start", args_start, do_start, "makes a VM's domain: {uuid, name, domid}" },
	{ "vm.resume", resume_args, do_resume, "the same from a file: {uuid, name, domid}" },
	{ .name = NULL },
};
