// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM becomes what a snapshot of it says. Where the repository can, its disks get their contents
 * back and stay what they are; elsewhere clones of the snapshot's disks take their place. Who is
 * interrupted in the middle has lost nothing that was not to be lost, and does it again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/copying.h"
#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/saved.h"

struct reverting {
	struct copying copying; /* of the snapshot; first, as the state of the call */
	struct object *vm;      /* held */
	struct object *saved;   /* the disk with its memory then; NULL: a file, or none */
	size_t at;              /* of the disks that may stay what they are */
	json_t *old;            /* arguments of vdi.destroy for disks that nobody sees any more */
};

static void reverting_free(void *state)
{
	struct reverting *r = state;

	object_release(r->vm);
	json_decref(r->old);
	copying_free(&r->copying);
}

/* ---- the objects ------------------------------------------------------------------------- */

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

static bool stays(const struct copying *k, const struct object *vdi)
{
	for (size_t i = 0; i < k->nr; i++)
		if (k->disks[i].vdi == vdi)
			return true;
	return false;
}

static void old_devices_drop(struct reverting *r)
{
	const struct many *vbds, *vifs;

	while ((vbds = get_many(r->vm, "VBDs"))->nr) {
		struct object *vbd = vbds->items[0], *vdi = get_ref(vbd, "VDI");
		bool disk = strcmp(get_text(vbd, "type"), "Disk") == 0;

		object_destroy(vbd);
		if (!vdi || !disk || stays(&r->copying, vdi) || get_many(vdi, "VBDs")->nr ||
		    !get_ref(vdi, "SR"))
			continue;
		/* Its snapshots are those of the disk that takes its place. */
		json_array_append_new(r->old, vdi_args(vdi));
		vdi_drop(vdi);
	}
	while ((vifs = get_many(r->vm, "VIFs"))->nr)
		object_destroy(vifs->items[0]);
}

static void disks_ready(struct call *c, struct copying *k)
{
	struct reverting *r = c->state;
	char name[256];

	if (r->vm->gone) {
		made_undo_gone(c, "the VM");
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
		set_ref(get_ref(k->disks[i].vbd, "VDI"), "snapshot_of", k->disks[i].vdi);
	set_ref(r->vm, "parent", k->vm);
	if (vm_is(k->vm, "Suspended")) {
		set_text(r->vm, "power_state", "Suspended");
		set_ref(r->vm, "suspend_VDI", r->saved);
	}
	old_disk_next(c, NULL);
}

/* ---- disks that stay what they are ---------------------------------------------------------- */

/* Of the VM, and of nobody else. */
static struct object *disk_to_revert(const struct reverting *r, const struct object *snapshot)
{
	struct object *of = snapshot ? get_ref(snapshot, "snapshot_of") : NULL;
	const struct many *vbds = of ? get_many(of, "VBDs") : NULL;

	if (!of || get_ref(of, "SR") != get_ref(snapshot, "SR") || vbds->nr != 1 ||
	    get_ref(vbds->items[0], "VM") != r->vm)
		return NULL;
	return of;
}

static void disk_next(struct call *c);

static void disk_reverted(struct call *c, const json_t *ok)
{
	struct reverting *r = c->state;
	struct object *of = disk_to_revert(r, get_ref(r->copying.disks[r->at].vbd, "VDI"));

	if (!of) {
		made_undo_gone(c, "a disk");
		return;
	}
	vdi_update(of, ok);
	r->copying.disks[r->at++].vdi = of;
	disk_next(c);
}

static void disk_not_reverted(struct call *c, const json_t *error)
{
	const char *code = json_string_value(json_array_get(error, 0));
	struct reverting *r = c->state;

	if (strcmp(code, "SR_OPERATION_NOT_SUPPORTED") != 0) {
		made_undo(c, error);
		return;
	}
	r->at++;
	disk_next(c);
}

static void disk_next(struct call *c)
{
	struct reverting *r = c->state;

	for (; r->at < r->copying.nr; r->at++) {
		const struct object *snapshot = get_ref(r->copying.disks[r->at].vbd, "VDI");
		const struct object *of = disk_to_revert(r, snapshot);
		json_t *args;

		if (!of)
			continue;
		args = vdi_args(of);
		json_object_set_new(args, "snapshot", json_string(get_text(snapshot, "uuid")));
		call_vmd(c, "vdi.revert", args, disk_reverted);
		c->otherwise = disk_not_reverted;
		return;
	}
	copying_go(c);
}

/* ---- before them -------------------------------------------------------------------------- */

static void memory_ready(struct call *c, const json_t *ok)
{
	struct reverting *r = c->state;
	const struct object *saved = get_ref(r->copying.vm, "suspend_VDI");

	if (!saved) { /* a file has another name now */
		disk_next(c);
		return;
	}
	if (!get_ref(saved, "SR")) {
		made_undo_gone(c, "its memory");
		return;
	}
	r->saved = saved_disk(get_ref(saved, "SR"), ok);
	if (made_add(c, r->saved))
		disk_next(c);
}

static void memory_copy(struct call *c)
{
	const struct reverting *r = c->state;
	const struct object *saved = get_ref(r->copying.vm, "suspend_VDI");
	json_t *args = saved ? vdi_args(saved) : json_object(), *to = json_object();

	if (!saved) {
		saved_put(args, NULL, get_text(r->copying.vm, "uuid"));
		saved_put(to, NULL, get_text(r->vm, "uuid"));
		json_object_set(args, "to", json_object_get(to, "file"));
	}
	json_decref(to);
	call_vmd(c, saved ? "vdi.clone" : "vm.link_saved", args, memory_ready);
}

static void halted(struct call *c, const json_t *ignored)
{
	const struct reverting *r = c->state;

	(void)ignored;
	if (r->vm->gone || r->copying.vm->gone) {
		made_undo_gone(c, "the VM");
		return;
	}
	if (!vm_is(r->vm, "Halted"))
		vm_set_halted(r->vm);
	if (vm_is(r->copying.vm, "Suspended"))
		memory_copy(c);
	else
		disk_next(c);
}

static void stop(struct call *c, struct object *vm)
{
	if (vm_is_live(vm)) {
		call_vmd(c, "vm.shutdown",
			 json_pack("{s: s, s: s}", "uuid", get_text(vm, "uuid"), "mode", "hard"),
			 halted);
	} else if (vm_is(vm, "Suspended")) {
		vm_set_halted(vm);
		saved_forget(c, vm, halted);
	} else {
		halted(c, NULL);
	}
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
	r->copying.verb = "vdi.clone";
	r->copying.done = disks_ready;
	c->state_free = reverting_free;
	if (copying_begin(c, &r->copying, c->refs[0], MODEL_PARAMS))
		stop(c, vm);
}

const struct binding vm_revert_bindings[] = {
	{ "VM.revert", revert },
	{ NULL, NULL },
};
