// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of VMs, templates and snapshots.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "xe/console.h"
#include "xe/die.h"
#include "xe/stream.h"
#include "xe/text.h"
#include "xe/verbs.h"

#define DISKS_KEY "disks"

/* In a template's list of disks to be made, each names its storage: sr="...". */
static char *disks_on(const char *disks, const char *sr)
{
	struct buf out = { 0 };
	const char *at;

	while ((at = strstr(disks, "sr=\""))) {
		buf_append(&out, disks, at + 4 - disks);
		buf_printf(&out, "%s", sr);
		disks = at + 4 + strcspn(at + 4, "\"");
	}
	buf_printf(&out, "%s", disks);
	return out.data;
}

static void other_config_set(struct api *api, const char *vm, const char *key, const char *value)
{
	json_decref(api_call(api, "VM.remove_from_other_config", json_pack("[ss]", vm, key)));
	json_decref(api_call(api, "VM.add_to_other_config", json_pack("[sss]", vm, key, value)));
}

static void disks_place(struct api *api, const char *vm, const char *sr)
{
	json_t *config = api_call(api, "VM.get_other_config", json_pack("[s]", vm)), *uuid;
	const char *disks = json_string_value(json_object_get(config, DISKS_KEY));
	char *placed;

	if (disks) {
		uuid = api_call(api, "SR.get_uuid", json_pack("[s]", sr));
		placed = disks_on(disks, json_string_value(uuid) ?: "");
		other_config_set(api, vm, DISKS_KEY, placed);
		free(placed);
		json_decref(uuid);
	}
	json_decref(config);
}

/* What an installation is asked for, beside the template. */
struct wishes {
	const char *sr, *repository;
	int64_t vcpus, memory; /* 0: as the template has it; bytes */
};

/* As in the older form: vcpus=, and memory_set= in MiB. */
static void wishes_read(struct api *api, struct request *r, struct wishes *w)
{
	const char *vcpus = request_get(r, "vcpus"), *mib = request_get(r, "memory_set");
	const char *sr = request_get(r, "sr-uuid") ?: request_get(r, "sr-name-label");

	if (vcpus && (!size_parse(vcpus, &w->vcpus) || w->vcpus < 1))
		request_wrong("vcpus=%s: expected a number", vcpus);
	if (mib && (!size_parse(mib, &w->memory) || w->memory < 1 || w->memory > 1 << 30))
		request_wrong("memory_set=%s: expected a number of MiB", mib);
	w->memory <<= 20;
	w->repository = request_get(r, "repo") ?: request_get(r, "url");
	if (sr)
		w->sr = object_named(api, kind_find("sr"), sr);
}

static void wishes_grant(struct api *api, const char *vm, const struct wishes *w)
{
	if (w->sr)
		disks_place(api, vm, w->sr);
	if (w->repository)
		other_config_set(api, vm, "install-repository", w->repository);
	if (w->vcpus) {
		json_decref(api_call(api, "VM.set_VCPUs_max", json_pack("[sI]", vm, w->vcpus)));
		json_decref(
			api_call(api, "VM.set_VCPUs_at_startup", json_pack("[sI]", vm, w->vcpus)));
	}
	if (w->memory)
		json_decref(api_call(api, "VM.set_memory", json_pack("[sI]", vm, w->memory)));
}

/* For who is called when all has failed. */
static struct api *undo_api;

static json_t *vm_disks(struct api *api, const char *vm);

static void installation_undo(const char *vm)
{
	json_t *disks, *vdi, *error;
	size_t i;

	objects_forget();
	disks = vm_disks(undo_api, vm);
	json_array_foreach(disks, i, vdi)
		json_decref(api_try(undo_api, "VDI.destroy", json_pack("[O]", vdi), &error));
	json_decref(api_try(undo_api, "VM.destroy", json_pack("[s]", vm), &error));
}

static void vm_install(struct api *api, struct request *r)
{
	const char *name = request_need(r, "new-name-label"), *template, *vm;
	struct wishes wishes = { 0 };
	json_t *made;

	request_rename(r, "template-uuid", "template");
	template = object_named(api, kind_find("template"), request_need(r, "template"));
	wishes_read(api, r, &wishes);
	request_finish(r);
	made = api_task(api, "VM.clone", json_pack("[ss]", template, name));
	vm = json_string_value(made) ?: MODEL_NULL_REF;
	undo_api = api;
	die_undo(installation_undo, vm);
	wishes_grant(api, vm, &wishes);
	json_decref(api_task(api, "VM.provision", json_pack("[s]", vm)));
	die_undo(NULL, "");
	verb_print_uuid(api, "VM", vm);
	json_decref(made);
}

/* One that is not from a template: disks and interfaces are added later. */
static void vm_create(struct api *api, struct request *r)
{
	const char *memory = request_get(r, "memory") ?: "256MiB";
	const char *vcpus = request_get(r, "vcpus") ?: "1";
	int64_t bytes, n;
	json_t *vm;

	if (!size_parse(memory, &bytes) || bytes <= 0)
		request_wrong("memory=%s: expected bytes, or a number with MiB, GiB", memory);
	if (!size_parse(vcpus, &n) || n < 1)
		request_wrong("vcpus=%s: expected a number", vcpus);
	vm = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "name_label",
		       request_need(r, "name-label"), "name_description",
		       request_get(r, "name-description") ?: "", "memory_static_max", bytes,
		       "memory_dynamic_max", bytes, "memory_dynamic_min", bytes, "VCPUs_max", n,
		       "VCPUs_at_startup", n, "PV_kernel", request_get(r, "kernel") ?: "",
		       "PV_ramdisk", request_get(r, "ramdisk") ?: "", "PV_args",
		       request_get(r, "args") ?: "");
	request_finish(r);
	vm = api_call(api, "VM.create", json_pack("[o]", vm));
	verb_print_uuid(api, "VM", json_string_value(vm) ?: MODEL_NULL_REF);
	json_decref(vm);
}

/* The disks that go with a VM: those that are written to and not in another VM. */
static json_t *vm_disks(struct api *api, const char *vm)
{
	json_t *disks = json_array(), *vbd;
	const char *ref;

	json_object_foreach(objects_of(api, "VBD"), ref, vbd)
	{
		const char *vdi = json_string_value(json_object_get(vbd, "VDI"));
		json_t *record = json_object_get(objects_of(api, "VDI"), vdi ? vdi : "");

		if (strcmp(json_string_value(json_object_get(vbd, "VM")) ?: "", vm) == 0 &&
		    strcmp(json_string_value(json_object_get(vbd, "type")) ?: "", "Disk") == 0 &&
		    record && json_array_size(json_object_get(record, "VBDs")) < 2)
			json_array_append_new(disks, json_string(vdi));
	}
	return disks;
}

static void uninstall_ask(struct api *api, const json_t *record, const json_t *disks)
{
	char answer[16];
	json_t *vdi;
	size_t i;

	fprintf(stderr, "This is destroyed for ever:\nVM : %s (%s)\n",
		json_string_value(json_object_get(record, "uuid")) ?: "",
		json_string_value(json_object_get(record, "name_label")) ?: "");
	json_array_foreach(disks, i, vdi)
	{
		json_t *disk = json_object_get(objects_of(api, "VDI"), json_string_value(vdi));

		fprintf(stderr, "VDI: %s (%s)\n",
			json_string_value(json_object_get(disk, "uuid")) ?: "",
			json_string_value(json_object_get(disk, "name_label")) ?: "");
	}
	if (!isatty(STDIN_FILENO))
		die(EXIT_USAGE, "--force does it without a question");
	fprintf(stderr, "Type 'yes' to go on: ");
	if (!fgets(answer, sizeof(answer), stdin) || strcmp(answer, "yes\n") != 0)
		die(EXIT_USAGE, "nothing was done");
}

static void uninstall(struct api *api, const char *kind, struct request *r)
{
	bool force = request_flag(r, "force"), many = request_flag(r, "multiple");
	json_t *found = objects_selected(api, kind_find(kind), r, many, false), *record, *vdi;
	const char *ref;
	size_t i;

	request_finish(r);
	json_object_foreach(found, ref, record)
	{
		json_t *disks = vm_disks(api, ref);

		if (!force)
			uninstall_ask(api, record, disks);
		/* A checkpoint looks suspended, and goes with its memory. */
		if (!json_is_true(json_object_get(record, "is_a_snapshot")) &&
		    strcmp(json_string_value(json_object_get(record, "power_state")) ?: "",
			   "Halted") != 0)
			json_decref(api_task(api, "VM.hard_shutdown", json_pack("[s]", ref)));
		json_array_foreach(disks, i, vdi)
			json_decref(api_task(api, "VDI.destroy", json_pack("[O]", vdi)));
		json_decref(api_task(api, "VM.destroy", json_pack("[s]", ref)));
		json_decref(disks);
	}
	json_decref(found);
}

static void vm_uninstall(struct api *api, struct request *r)
{
	uninstall(api, "vm", r);
}

static void template_uninstall(struct api *api, struct request *r)
{
	uninstall(api, "template", r);
}

static void snapshot_uninstall(struct api *api, struct request *r)
{
	uninstall(api, "snapshot", r);
}

static void vm_start(struct api *api, struct request *r)
{
	bool paused = request_flag(r, "paused"), force = request_flag(r, "force");
	const char *on = request_get(r, "on"), *host = NULL, *ref;
	bool many = request_flag(r, "multiple");
	json_t *found, *record;

	if (on)
		host = object_named(api, kind_find("host"), on);
	found = objects_selected(api, kind_find("vm"), r, many, false);
	request_finish(r);
	json_object_foreach(found, ref, record)
	{
		if (host)
			json_decref(api_task(api, "VM.start_on",
					     json_pack("[ssbb]", ref, host, paused, force)));
		else
			json_decref(
				api_task(api, "VM.start", json_pack("[sbb]", ref, paused, force)));
	}
	json_decref(found);
}

/* A VM that is thought to run, and does not. */
static void vm_reset_powerstate(struct api *api, struct request *r)
{
	bool force = request_flag(r, "force");
	const char *vm = verb_object(api, "vm", r);

	request_finish(r);
	if (!force)
		request_wrong("this only forgets that the VM runs: if it does, its disks may be "
			      "destroyed when it is started again. --force if you are sure");
	json_decref(api_task(api, "VM.power_state_reset", json_pack("[s]", vm)));
}

static void export_kind(struct api *api, const char *kind, struct request *r);

/* To a file, as others have it, or to a template of this host. */
static void snapshot_export_to_template(struct api *api, struct request *r)
{
	const char *name = request_get(r, "new-name-label"), *snapshot;
	json_t *made;

	if (!name) {
		export_kind(api, "snapshot", r);
		return;
	}
	snapshot = verb_object(api, "snapshot", r);
	request_finish(r);
	made = api_task(api, "VM.clone", json_pack("[ss]", snapshot, name));
	json_decref(api_call(api, "VM.set_is_a_template", json_pack("[Ob]", made, 1)));
	verb_print_uuid(api, "VM", json_string_value(made) ?: MODEL_NULL_REF);
	json_decref(made);
}

static void export_kind(struct api *api, const char *kind, struct request *r)
{
	const char *file = request_need(r, "filename"), *compress = request_get(r, "compress");
	const char *vm = verb_object(api, kind, r);
	struct buf path = { 0 };

	request_finish(r);
	buf_printf(&path, "/export?ref=%s&use_compression=%s", vm, compress ? compress : "false");
	stream_download(api, path.data, file);
	buf_free(&path);
}

static void vm_export(struct api *api, struct request *r)
{
	export_kind(api, "vm", r);
}

static void template_export(struct api *api, struct request *r)
{
	export_kind(api, "template", r);
}

static void vm_import(struct api *api, struct request *r)
{
	const char *file = request_need(r, "filename"), *sr = request_get(r, "sr-uuid");
	struct buf path = { 0 };
	json_t *made;

	buf_printf(&path, "/import?restore=%s", request_flag(r, "preserve") ? "true" : "false");
	if (sr)
		buf_printf(&path, "&sr_id=%s", object_named(api, kind_find("sr"), sr));
	request_finish(r);
	made = stream_upload(api, path.data, file);
	/* One reference, or several of a file with several VMs. */
	if (json_is_string(made))
		verb_print_uuid(api, "VM", json_string_value(made));
	for (size_t i = 0; i < json_array_size(made); i++)
		verb_print_uuid(api, "VM", json_string_value(json_array_get(made, i)) ?: "");
	json_decref(made);
	buf_free(&path);
}

#define TARGET_WAIT_S 256
#define TARGET_NEAR   (1 << 20)

/* What the VM has comes with the host's figures, every few seconds. */
static void vm_memory_target_wait(struct api *api, struct request *r)
{
	const char *vm = verb_object(api, "vm", r);
	int64_t away = INT64_MAX;

	request_finish(r);
	for (int s = 0; s < TARGET_WAIT_S && away > TARGET_NEAR; s++) {
		json_t *target = api_call(api, "VM.get_memory_target", json_pack("[s]", vm));
		json_t *metrics = api_call(api, "VM.get_metrics", json_pack("[s]", vm));
		json_t *actual = api_call(api, "VM_metrics.get_memory_actual",
					  json_pack("[O]", metrics));

		away = llabs(json_integer_value(target) - json_integer_value(actual));
		json_decref(target);
		json_decref(metrics);
		json_decref(actual);
		if (away > TARGET_NEAR)
			sleep(1);
	}
	if (away > TARGET_NEAR)
		die(EXIT_REFUSED, "the VM is still %lld MiB away from its target",
		    (long long)away >> 20);
}

static void console(struct api *api, struct request *r)
{
	const char *vm = verb_object(api, "vm", r);

	request_finish(r);
	console_show(api, vm);
}

const struct verb vm_verbs[] = {
	{ "vm-install", NULL, NULL, NULL,
	  "template= new-name-label= [sr-uuid=] [sr-name-label=] [url=] [vcpus=] [memory_set=]",
	  "makes a VM from a template; prints its UUID", vm_install, false },
	{ "vm-create", NULL, NULL, NULL,
	  "name-label= [name-description=] [memory=256MiB] [vcpus=1] [kernel=] [ramdisk=] [args=]",
	  "makes an empty VM; without a kernel it boots what is on its disk", vm_create, false },
	{ "vm-uninstall", "vm", NULL, NULL, "[--force]", "destroys a VM and its disks",
	  vm_uninstall, false },
	{ "vm-destroy", "vm", "VM.destroy", NULL, "", "forgets a VM; its disks stay", NULL, false },
	{ "vm-start", "vm", NULL, NULL, "[on=] [--paused] [--force]", "starts it", vm_start,
	  false },
	{ "vm-shutdown", "vm", "VM.clean_shutdown", "VM.hard_shutdown", "[--force]",
	  "asks it to shut down; --force takes its power", NULL, false },
	{ "vm-reboot", "vm", "VM.clean_reboot", "VM.hard_reboot", "[--force]",
	  "asks it to reboot; --force resets it", NULL, false },
	{ "vm-suspend", "vm", "VM.suspend", NULL, "", "puts it on a disk as it runs", NULL, false },
	{ "vm-resume", "vm", "VM.resume", NULL, "[paused=false] [force=false]",
	  "goes on where it was suspended", NULL, false },
	{ "vm-pause", "vm", "VM.pause", NULL, "", "stops its CPUs", NULL, false },
	{ "vm-unpause", "vm", "VM.unpause", NULL, "", "lets its CPUs go on", NULL, false },
	{ "vm-clone", "vm", "VM.clone", NULL, "new-name-label=",
	  "copies it at once where the storage can; prints the UUID", NULL, false },
	{ "vm-copy", "vm", "VM.copy", NULL, "new-name-label= [sr-uuid=]",
	  "copies it with all of its disks; prints the UUID", NULL, false },
	{ "vm-snapshot", "vm", "VM.snapshot", NULL,
	  "new-name-label=", "keeps its disks as they are now; prints the UUID", NULL, false },
	{ "vm-checkpoint", "vm", "VM.checkpoint", NULL, "new-name-label=",
	  "keeps its disks and its memory while it goes on; prints the UUID", NULL, false },
	{ "vm-reset-powerstate", "vm", NULL, NULL, "--force", "forgets that it runs",
	  vm_reset_powerstate, false },
	{ "vm-export", "vm", NULL, NULL, "filename= [compress=]",
	  "writes it to a file (XVA); filename=- is the output", vm_export, false },
	{ "vm-import", NULL, NULL, NULL, "filename= [sr-uuid=] [--preserve]",
	  "makes a VM from such a file; prints its UUID", vm_import, false },
	{ "vm-memory-set", "vm", "VM.set_memory", NULL, "memory=", "its memory", NULL, false },
	{ "vm-memory-target-set", "vm", "VM.set_memory_target_live", NULL,
	  "target=", "the memory it is to have, also while it runs", NULL, false },
	{ "vm-memory-target-wait", "vm", NULL, NULL, "", "waits until it has that much",
	  vm_memory_target_wait, false },
	{ "vm-memory-static-range-set", "vm", "VM.set_memory_static_range", NULL,
	  "min= max=", "what it can have, while it is halted", NULL, true },
	{ "vm-memory-dynamic-range-set", "vm", "VM.set_memory_dynamic_range", NULL,
	  "min= max=", "what it is given, also while it runs", NULL, true },
	{ "vm-memory-limits-set", "vm", "VM.set_memory_limits", NULL,
	  "static-min= static-max= dynamic-min= dynamic-max=", "all four", NULL, true },
	{ "vm-compute-memory-overhead", "vm", "VM.compute_memory_overhead", NULL, "",
	  "what the hypervisor needs for it, bytes", NULL, true },
	{ "vm-compute-maximum-memory", "vm", "VM.maximise_memory", NULL,
	  "total= [approximate=false]", "the most memory that it can have in so much, bytes", NULL,
	  true },
	{ "vm-send-sysrq", "vm", "VM.send_sysrq", NULL, "key=", "Linux's magic key, one letter",
	  NULL, true },
	{ "vm-send-trigger", "vm", "VM.send_trigger", NULL,
	  "trigger=", "nmi; others reach no PVH guest", NULL, true },
	{ "vm-vcpu-hotplug", "vm", "VM.set_VCPUs_number_live", NULL,
	  "new-vcpus=", "virtual CPUs while it runs", NULL, false },
	{ "console", "vm", NULL, NULL, "", "its console in this terminal; Ctrl-] leaves it",
	  console, false },
	{ "snapshot-revert", "snapshot", "VM.revert", NULL, "", "the VM becomes what it was", NULL,
	  false },
	{ "snapshot-clone", "snapshot", "VM.clone", NULL, "new-name-label=", "makes a VM of it",
	  NULL, false },
	{ "snapshot-destroy", "snapshot", "VM.destroy", NULL, "", "forgets it; its disks stay",
	  NULL, false },
	{ "snapshot-uninstall", "snapshot", NULL, NULL, "[--force]", "destroys it and its disks",
	  snapshot_uninstall, false },
	{ "snapshot-copy", "snapshot", "VM.copy", NULL, "new-name-label= [sr-uuid=]",
	  "makes a VM of it with copied disks; prints the UUID", NULL, false },
	{ "snapshot-export-to-template", "snapshot", NULL, NULL,
	  "[new-name-label=] [filename=] [compress=]", "makes a template of it, or a file (XVA)",
	  snapshot_export_to_template, false },
	{ "template-export", "template", NULL, NULL, "filename= [compress=]",
	  "writes it to a file (XVA)", template_export, false },
	{ "template-clone", "template", "VM.clone", NULL, "new-name-label=", "makes a copy of it",
	  NULL, false },
	{ "template-uninstall", "template", NULL, NULL, "[--force]", "destroys it and its disks",
	  template_uninstall, false },
	{ 0 },
};
