// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * New VMs from others: clone, copy, snapshot and revert. Disks come first, one after the other; the
 * VM is made when all are there. When one fails, those that were made are destroyed again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/ops.h"
#include "apid/record.h"
#include "model/value.h"

#define DISKS 64

struct copying {
	const char *verb;       /* of vmd, for one disk */
	struct object *vm, *sr; /* held; sr only for copies to another repository */
	struct {
		struct object *vbd, *made; /* held */
	} disks[DISKS];
	size_t nr, at;
	json_t *error; /* why we take back what was made */
	void (*done)(struct call *c, struct copying *k);
};

static void copying_free(void *state)
{
	struct copying *k = state;

	object_release(k->vm);
	object_release(k->sr);
	for (size_t i = 0; i < k->nr; i++) {
		object_release(k->disks[i].vbd);
		object_release(k->disks[i].made);
	}
	json_decref(k->error);
	free(k);
}

static json_t *disk_args(const struct object *vdi)
{
	return json_pack("{s: s, s: s}", "sr", get_text(get_ref(vdi, "SR"), "uuid"), "vdi",
			 get_text(vdi, "uuid"));
}

/* ---- taking back ------------------------------------------------------------------------- */

static void undo_next(struct call *c, const json_t *ignored)
{
	struct copying *k = c->state;

	(void)ignored;
	while (k->at > 0) {
		struct object *made = k->disks[--k->at].made;
		json_t *args;

		if (!made || made->gone || !get_ref(made, "SR"))
			continue;
		args = disk_args(made);
		object_destroy(made);
		call_vmd(c, "vdi.destroy", args, undo_next);
		c->otherwise = undo_next;
		return;
	}
	if (!c->error)
		c->error = json_incref(k->error);
}

static void undo_begin(struct call *c, const json_t *error)
{
	struct copying *k = c->state;

	k->error = json_deep_copy(error);
	undo_next(c, NULL);
}

/* ---- disks ------------------------------------------------------------------------------- */

static void disk_next(struct call *c);

static void disk_made(struct call *c, const json_t *ok)
{
	struct copying *k = c->state;
	struct object *vbd = k->disks[k->at].vbd, *from = get_ref(vbd, "VDI");
	struct object *sr = k->sr ? k->sr : (from ? get_ref(from, "SR") : NULL);

	if (vbd->gone || !sr || sr->gone || k->vm->gone) {
		json_t *error = json_pack("[s, s]", "INTERNAL_ERROR", "the VM went meanwhile");

		undo_begin(c, error);
		json_decref(error);
		return;
	}
	k->disks[k->at++].made = object_hold(vdi_from_vmd(sr, ok));
	disk_next(c);
}

static void disk_next(struct call *c)
{
	struct copying *k = c->state;
	const struct object *vdi;
	json_t *args;

	if (k->at == k->nr) {
		k->done(c, k);
		return;
	}
	vdi = get_ref(k->disks[k->at].vbd, "VDI");
	if (!vdi || !get_ref(vdi, "SR")) {
		call_fail(c, "INTERNAL_ERROR", "a disk went meanwhile", NULL);
		return;
	}
	args = disk_args(vdi);
	json_object_set_new(args, "name", json_string(get_text(vdi, "name_label")));
	if (k->sr && strcmp(k->verb, "vdi.copy") == 0)
		json_object_set_new(args, "to", json_string(get_text(k->sr, "uuid")));
	if (k->nr > 1 && c->task)
		set_float(c->task, "progress", (double)k->at / (double)k->nr);
	call_vmd(c, k->verb, args, disk_made);
	c->otherwise = undo_begin;
}

static bool is_ignored(const struct call *c, size_t arg, const struct object *vdi)
{
	char ref[REF_TEXT];
	json_t *one;
	size_t i;

	object_ref(vdi, ref);
	json_array_foreach(arg < c->nr_args ? c->args[arg] : NULL, i, one)
	{
		if (strcmp(json_string_value(one), ref) == 0)
			return true;
	}
	return false;
}

/* ignored: the argument that lists disks to leave out. */
static void copying_start(struct call *c, struct object *vm, const char *verb, struct object *sr,
			  size_t ignored, void (*done)(struct call *c, struct copying *k))
{
	const struct many *vbds = get_many(vm, "VBDs");
	struct copying *k = calloc(1, sizeof(*k));

	if (!k)
		abort();
	c->state = k;
	c->state_free = copying_free;
	k->verb = verb;
	k->vm = object_hold(vm);
	k->sr = object_hold(sr);
	k->done = done;
	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vdi = get_ref(vbds->items[i], "VDI");

		if (!vdi || strcmp(get_text(vbds->items[i], "type"), "Disk") != 0 ||
		    is_ignored(c, ignored, vdi))
			continue;
		if (k->nr == DISKS) {
			call_fail(c, "OPERATION_NOT_ALLOWED", "too many disks", NULL);
			return;
		}
		k->disks[k->nr++].vbd = object_hold(vbds->items[i]);
	}
	disk_next(c);
}

/* ---- the new VM -------------------------------------------------------------------------- */

static bool is_its_own(const struct model_field *f)
{
	static const char *const own[] = {
		"uuid",
		"power_state",
		"suspend_VDI",
		"metrics",
		"guest_metrics",
		"is_a_snapshot",
		"snapshot_of",
		"snapshot_time",
		"snapshot_info",
		"snapshot_metadata",
		"parent",
		"is_default_template",
		"is_control_domain",
		"name_label",
		"generation_id",
		"protection_policy",
		NULL,
	};

	if (f->life != LIFE_KEPT)
		return true;
	for (size_t i = 0; own[i]; i++)
		if (strcmp(own[i], f->name) == 0)
			return true;
	return false;
}

static void fields_copy(struct object *to, const struct object *from)
{
	for (size_t i = 0; i < from->cls->model->nr_fields; i++) {
		json_t *v;

		if (is_its_own(&from->cls->model->fields[i]))
			continue;
		v = slot_get(from, i);
		slot_set(to, i, v);
		json_decref(v);
	}
}

static const struct object *made_for(const struct copying *k, const struct object *vbd)
{
	for (size_t i = 0; i < k->nr; i++)
		if (k->disks[i].vbd == vbd)
			return k->disks[i].made;
	return NULL;
}

static void vbds_copy(const struct copying *k, struct object *to)
{
	const struct many *vbds = get_many(k->vm, "VBDs");

	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vbd = vbds->items[i];
		struct object *made = (struct object *)made_for(k, vbd), *copy;

		if (!made && strcmp(get_text(vbd, "type"), "Disk") == 0)
			continue;
		copy = object_create("VBD", NULL);
		fields_copy(copy, vbd);
		set_int(copy, "currently_attached", false);
		set_ref(copy, "VM", to);
		if (made)
			set_ref(copy, "VDI", made);
	}
}

static void vifs_copy(const struct copying *k, struct object *to, bool same_mac)
{
	const struct many *vifs = get_many(k->vm, "VIFs");

	for (size_t i = 0; i < vifs->nr; i++) {
		struct object *copy = object_create("VIF", NULL);

		fields_copy(copy, vifs->items[i]);
		set_int(copy, "currently_attached", false);
		set_ref(copy, "VM", to);
		if (!same_mac)
			vif_choose_mac(copy);
	}
}

static struct object *vm_copy(struct call *c, const struct copying *k, bool same_mac)
{
	struct object *vm = object_create("VM", NULL);

	fields_copy(vm, k->vm);
	set_text(vm, "name_label", call_text(c, 1));
	set_ref(vm, "metrics", object_create("VM_metrics", NULL));
	set_int(get_ref(vm, "metrics"), "install_time", time(NULL));
	vbds_copy(k, vm);
	vifs_copy(k, vm, same_mac);
	return vm;
}

static void copied(struct call *c, struct copying *k)
{
	struct object *vm = vm_copy(c, k, false);

	if (get_int(k->vm, "is_a_snapshot"))
		set_int(vm, "is_a_template", false);
	if (get_int(k->vm, "is_default_template"))
		set_text(vm, "reference_label", get_text(k->vm, "name_label"));
	record_write_ref(&c->out, vm);
}

static void vm_clone(struct call *c)
{
	static const char *const states[] = { "Halted", "Suspended", NULL };
	struct object *vm = c->refs[0];

	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if ((get_int(vm, "is_a_snapshot") || vm_check_state(c, vm, states)) &&
		 call_occupy(c, vm, "clone"))
		copying_start(c, vm, "vdi.clone", NULL, MODEL_PARAMS, copied);
}

static void vm_copy_to(struct call *c)
{
	static const char *const states[] = { "Halted", "Suspended", NULL };
	struct object *vm = c->refs[0];

	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if ((get_int(vm, "is_a_snapshot") || vm_check_state(c, vm, states)) &&
		 call_occupy(c, vm, "copy"))
		copying_start(c, vm, "vdi.copy", c->refs[2], MODEL_PARAMS, copied);
}

/* ---- snapshots --------------------------------------------------------------------------- */

static void snapshot_links(struct copying *k)
{
	for (size_t i = 0; i < k->nr; i++) {
		struct object *made = k->disks[i].made;

		set_ref(made, "snapshot_of", get_ref(k->disks[i].vbd, "VDI"));
		set_int(made, "is_a_snapshot", true);
		set_int(made, "snapshot_time", time(NULL));
	}
}

static void snapshot_done(struct call *c, struct copying *k)
{
	struct object *snapshot = vm_copy(c, k, true);

	set_int(snapshot, "is_a_template", true);
	set_int(snapshot, "is_a_snapshot", true);
	set_ref(snapshot, "snapshot_of", k->vm);
	set_int(snapshot, "snapshot_time", time(NULL));
	set_entry(snapshot, "snapshot_info", "power-state-at-snapshot",
		  get_text(k->vm, "power_state"));
	set_entry(snapshot, "snapshot_info", "disk-snapshot-type",
		  vm_is_live(k->vm) ? "crash_consistent" : "clean");
	set_ref(snapshot, "parent", get_ref(k->vm, "parent"));
	set_ref(k->vm, "parent", snapshot);
	snapshot_links(k);
	record_write_ref(&c->out, snapshot);
}

static void vm_snapshot(struct call *c)
{
	struct object *vm = c->refs[0];

	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if (get_int(vm, "is_a_snapshot"))
		call_fail_ref(c, "VM_IS_SNAPSHOT", vm);
	else if (call_occupy(c, vm, "snapshot"))
		copying_start(c, vm, "vdi.snapshot", NULL, 2, snapshot_done);
}

/* ---- revert: the snapshot's disks are cloned, then take the place of the VM's --------------- */

struct reverting {
	struct copying copying; /* of the snapshot; first, as the state of the call */
	struct object *vm;
	json_t *old; /* arguments of vdi.destroy for the disks that nobody sees any more */
};

static void reverting_free(void *state)
{
	struct reverting *r = state;

	object_release(r->vm);
	json_decref(r->old);
	copying_free(&r->copying);
}

/* The VM is what it should be by now: a disk that does not go is found by the next scan. */
static void old_disk_next(struct call *c, const json_t *ignored)
{
	struct reverting *r = c->state;
	json_t *args = json_incref(json_array_get(r->old, 0));

	(void)ignored;
	if (!args)
		return;
	json_array_remove(r->old, 0);
	call_vmd(c, "vdi.destroy", args, old_disk_next);
	c->otherwise = old_disk_next;
}

static void old_devices_drop(struct reverting *r)
{
	const struct many *vbds, *vifs;

	while ((vbds = get_many(r->vm, "VBDs"))->nr) {
		struct object *vbd = vbds->items[0], *vdi = get_ref(vbd, "VDI");
		bool disk = strcmp(get_text(vbd, "type"), "Disk") == 0;

		object_destroy(vbd);
		if (!vdi || !disk || get_many(vdi, "VBDs")->nr || !get_ref(vdi, "SR"))
			continue;
		/* Its snapshots are those of the disk that takes its place. */
		json_array_append_new(r->old, disk_args(vdi));
		object_destroy(vdi);
	}
	while ((vifs = get_many(r->vm, "VIFs"))->nr)
		object_destroy(vifs->items[0]);
}

static void revert_done(struct call *c, struct copying *k)
{
	struct reverting *r = c->state;
	char name[256];

	if (r->vm->gone) {
		call_fail(c, "INTERNAL_ERROR", "the VM went meanwhile", NULL);
		return;
	}
	snprintf(name, sizeof(name), "%s", get_text(r->vm, "name_label"));
	old_devices_drop(r);
	fields_copy(r->vm, k->vm);
	set_int(r->vm, "is_a_template", false);
	set_text(r->vm, "name_label", name);
	vbds_copy(k, r->vm);
	vifs_copy(k, r->vm, true);
	for (size_t i = 0; i < k->nr; i++)
		set_ref(get_ref(k->disks[i].vbd, "VDI"), "snapshot_of", k->disks[i].made);
	set_ref(r->vm, "parent", k->vm);
	old_disk_next(c, NULL);
}

static void revert_disks(struct call *c, const json_t *ignored)
{
	struct reverting *r = c->state;

	(void)ignored;
	vm_set_halted(r->vm);
	disk_next(c);
}

static void revert_collect(struct call *c, struct reverting *r)
{
	const struct many *vbds = get_many(c->refs[0], "VBDs");
	struct copying *k = &r->copying;

	k->verb = "vdi.clone";
	k->vm = object_hold(c->refs[0]);
	k->done = revert_done;
	for (size_t i = 0; i < vbds->nr && k->nr < DISKS; i++)
		if (get_ref(vbds->items[i], "VDI") &&
		    strcmp(get_text(vbds->items[i], "type"), "Disk") == 0)
			k->disks[k->nr++].vbd = object_hold(vbds->items[i]);
}

static void revert(struct call *c)
{
	struct object *vm = get_ref(c->refs[0], "snapshot_of");
	struct reverting *r;

	if (!get_int(c->refs[0], "is_a_snapshot") || !vm) {
		call_fail(c, "VM_REVERT_FAILED", call_text(c, 0), "no snapshot of a VM", NULL);
		return;
	}
	if (!call_occupy(c, vm, "reverting") || !call_occupy(c, c->refs[0], "revert"))
		return;
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	r->vm = object_hold(vm);
	r->old = json_array();
	c->state = r;
	c->state_free = reverting_free;
	revert_collect(c, r);
	if (vm_is_live(vm))
		call_vmd(c, "vm.shutdown",
			 json_pack("{s: s, s: s}", "uuid", get_text(vm, "uuid"), "mode", "hard"),
			 revert_disks);
	else
		revert_disks(c, NULL);
}

const struct binding vm_copy_bindings[] = {
	{ "VM.clone", vm_clone },
	{ "VM.copy", vm_copy_to },
	{ "VM.snapshot", vm_snapshot },
	{ "VM.revert", revert },
	{ NULL, NULL },
};
