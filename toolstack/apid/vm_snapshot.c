// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots of VMs, with their memory or without, and the way back to them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/copying.h"
#include "apid/ops.h"
#include "apid/record.h"
#include "apid/saved.h"
#include "lib/uuid.h"

/* Its state; first of all a struct copying. */
struct snapshotting {
	struct copying copying;
	struct object *sr;    /* for the memory; held; NULL: it goes to a file */
	struct object *saved; /* the disk with the memory; NULL: a file */
	char uuid[UUID_TEXT]; /* of the snapshot, which names that file */
};

static void snapshotting_free(void *state)
{
	struct snapshotting *s = state;

	object_release(s->sr);
	copying_free(&s->copying);
}

/* ---- disks only -------------------------------------------------------------------------- */

static void snapshot_links(struct copying *k)
{
	for (size_t i = 0; i < k->nr; i++) {
		struct object *made = k->disks[i].vdi;

		set_ref(made, "snapshot_of", get_ref(k->disks[i].vbd, "VDI"));
		set_int(made, "is_a_snapshot", true);
		set_int(made, "snapshot_time", time(NULL));
	}
}

static struct object *snapshot_make(struct call *c, struct copying *k, const char *uuid)
{
	struct object *snapshot = vm_copy(c, k, uuid, true);

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
	return snapshot;
}

static void snapshot_done(struct call *c, struct copying *k)
{
	snapshot_make(c, k, NULL);
}

static bool check_no_snapshot(struct call *c, const struct object *vm)
{
	if (get_int(vm, "is_control_domain"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "this is the control domain", NULL);
	else if (get_int(vm, "is_a_snapshot"))
		call_fail_ref(c, "VM_IS_SNAPSHOT", vm);
	return !call_failed(c);
}

static struct snapshotting *snapshotting_new(struct call *c)
{
	struct snapshotting *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	c->state_free = snapshotting_free;
	return s;
}

static void snapshot(struct call *c)
{
	struct object *vm = c->refs[0];
	struct snapshotting *s;

	if (!check_no_snapshot(c, vm) || !call_occupy(c, vm, "snapshot"))
		return;
	s = snapshotting_new(c);
	s->copying.verb = "vdi.snapshot";
	s->copying.done = snapshot_done;
	if (copying_begin(c, &s->copying, vm, 2))
		copying_go(c);
}

/* ---- with its memory: vmd does all of it while the VM stands still ------------------------- */

static bool disks_take(struct snapshotting *s, const json_t *vdis)
{
	struct copying *k = &s->copying;

	if (json_array_size(vdis) != k->nr)
		return false;
	for (size_t i = 0; i < k->nr; i++) {
		struct object *of = get_ref(k->disks[i].vbd, "VDI");

		if (!of || !get_ref(of, "SR"))
			return false;
		k->disks[i].vdi = vdi_from_vmd(get_ref(of, "SR"), json_array_get(vdis, i));
	}
	return true;
}

static void checkpointed(struct call *c, const json_t *ok)
{
	struct snapshotting *s = c->state;
	struct object *snapshot;

	/* Disks that went meanwhile leave snapshots that the next scan finds. */
	if (s->copying.vm->gone || !disks_take(s, json_object_get(ok, "vdis"))) {
		made_undo_gone(c, "the VM");
		return;
	}
	snapshot = snapshot_make(c, &s->copying, s->uuid);
	set_text(snapshot, "power_state", "Suspended");
	set_ref(snapshot, "suspend_VDI", s->saved);
}

static void checkpoint_to(struct call *c, const struct snapshotting *s)
{
	const struct copying *k = &s->copying;
	json_t *vdis = json_array(), *args;

	for (size_t i = 0; i < k->nr; i++) {
		const struct object *vdi = get_ref(k->disks[i].vbd, "VDI");
		json_t *one = vdi_args(vdi);

		json_object_set_new(one, "name", json_string(get_text(vdi, "name_label")));
		json_array_append_new(vdis, one);
	}
	args = json_pack("{s: s, s: o}", "uuid", get_text(k->vm, "uuid"), "vdis", vdis);
	saved_put(args, s->saved, s->uuid);
	call_vmd(c, "vm.checkpoint", args, checkpointed);
	c->otherwise = made_undo;
}

static void checkpoint_disk_made(struct call *c, const json_t *ok)
{
	struct snapshotting *s = c->state;

	if (s->sr->gone || s->copying.vm->gone) {
		made_undo_gone(c, "the VM");
		return;
	}
	s->saved = saved_disk(s->sr, ok);
	if (made_add(c, s->saved))
		checkpoint_to(c, s);
}

static void checkpoint(struct call *c)
{
	static const char *const states[] = { "Running", NULL };
	struct object *vm = c->refs[0];
	struct snapshotting *s;
	uint8_t uuid[16];

	if (!vm_begin(c, states, "checkpoint"))
		return;
	s = snapshotting_new(c);
	if (!copying_begin(c, &s->copying, vm, MODEL_PARAMS))
		return;
	if (uuid_generate(uuid) < 0) {
		call_fail(c, "INTERNAL_ERROR", "no random numbers", NULL);
		return;
	}
	uuid_format(uuid, s->uuid);
	s->sr = object_hold(saved_sr(vm));
	if (s->sr)
		saved_disk_ask(c, vm, s->sr, call_text(c, 1), checkpoint_disk_made);
	else
		checkpoint_to(c, s);
}

const struct binding vm_snapshot_bindings[] = {
	{ "VM.snapshot", snapshot },
	{ "VM.checkpoint", checkpoint },
	{ NULL, NULL },
};
