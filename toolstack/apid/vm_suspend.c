// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM's memory goes to where saved.h says, and comes back from there. Until all of it is written
 * the VM is running; until it runs again it is suspended.
 */
#include <stdlib.h>

#include "apid/leftover.h"
#include "apid/made.h"
#include "apid/ops.h"
#include "apid/saved.h"

/* ---- suspend ----------------------------------------------------------------------------- */

struct suspending {
	struct made made;  /* the disk, if there is one */
	struct object *sr; /* held */
};

static void suspending_free(void *state)
{
	struct suspending *s = state;

	made_free(&s->made);
	object_release(s->sr);
	free(s);
}

static void suspended(struct call *c, const json_t *ok)
{
	const struct made *m = c->state;

	(void)ok;
	if (c->refs[0]->gone)
		return;
	vm_set_halted(c->refs[0]);
	set_text(c->refs[0], "power_state", "Suspended");
	set_ref(c->refs[0], "suspend_VDI", m->nr ? m->vdis[0] : NULL);
}

static void suspend_to(struct call *c, const struct object *vdi)
{
	const char *uuid = get_text(c->refs[0], "uuid");
	json_t *args = json_pack("{s: s}", "uuid", uuid);

	saved_put(args, vdi, uuid);
	call_vmd(c, "vm.suspend", args, suspended);
	c->otherwise = made_undo;
}

static void disk_made(struct call *c, const json_t *ok)
{
	const struct suspending *s = c->state;
	struct object *vdi;

	if (s->sr->gone || c->refs[0]->gone) {
		made_undo_gone(c, "the VM");
		return;
	}
	vdi = saved_disk(s->sr, ok);
	leftover_note(vdi, c->refs[0]);
	if (made_add(c, vdi))
		suspend_to(c, vdi);
}

static void suspend(struct call *c)
{
	static const char *const states[] = { "Running", NULL };
	struct suspending *s;

	if (!vm_begin(c, states, "suspend"))
		return;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	c->state = s;
	c->state_free = suspending_free;
	s->sr = object_hold(saved_sr(c->refs[0]));
	if (s->sr)
		saved_disk_ask(c, c->refs[0], s->sr, get_text(c->refs[0], "name_label"), disk_made);
	else
		suspend_to(c, NULL);
}

/* ---- resume ------------------------------------------------------------------------------ */

static void resumed(struct call *c, const json_t *ok, const char *state)
{
	const json_t *domid = json_object_get(ok, "domid");
	struct object *vm = c->refs[0];

	if (vm->gone)
		return;
	vm_set_live(vm, state, domid ? json_integer_value(domid) : -1);
	vm_set_screen(vm, ok);
	/* vmd has removed a file itself. */
	if (get_ref(vm, "suspend_VDI"))
		saved_forget(c, vm, NULL);
}

static void resumed_running(struct call *c, const json_t *ok)
{
	resumed(c, ok, "Running");
}

static void resumed_paused(struct call *c, const json_t *ok)
{
	resumed(c, ok, "Paused");
}

static void resume_with(struct call *c, bool paused, const char *operation)
{
	static const char *const states[] = { "Suspended", NULL };
	struct object *vm = c->refs[0];
	const struct many *vbds = get_many(vm, "VBDs");
	json_t *args, *disks;

	if (!vm_begin(c, states, operation))
		return;
	if (!get_int(the_host(), "enabled")) {
		call_fail_ref(c, "HOST_DISABLED", the_host());
		return;
	}
	disks = json_array();
	for (size_t i = 0; i < vbds->nr; i++)
		json_array_append_new(disks, vbd_args(vbds->items[i]));
	args = json_pack("{s: b, s: o}", "paused", (int)paused, "disks", disks);
	saved_put(args, get_ref(vm, "suspend_VDI"), get_text(vm, "uuid"));
	call_vmd(c, "vm.resume", args, paused ? resumed_paused : resumed_running);
}

static void resume(struct call *c)
{
	resume_with(c, call_bool(c, 1), "resume");
}

static void resume_on(struct call *c)
{
	resume_with(c, call_bool(c, 2), "resume_on");
}

const struct binding vm_suspend_bindings[] = {
	{ "VM.suspend", suspend },
	{ "VM.resume", resume },
	{ "VM.resume_on", resume_on },
	{ NULL, NULL },
};
