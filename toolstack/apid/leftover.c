// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See leftover.h. A disk that vmd still holds is tried again, for a while; after that, at the next
 * start.
 */
#include "apid/leftover.h"

#include <stdio.h>
#include <string.h>

#include "apid/allowed.h"
#include "apid/call.h"
#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/saved.h"
#include "apid/vmd_link.h"
#include "lib/deadline.h"

/* In other_config. */
#define MEMORY_OF "memory_of"
#define TEMPORARY "temporary" /* of a disk that transfer has made for itself */

#define MANY      64
#define TRIES     20
#define AGAIN_MS  3000

static struct leftover {
	struct object *vdi; /* held; NULL: nothing is here */
	unsigned int tries;
	bool asked; /* vmd is removing it */
} leftovers[MANY];

void leftover_note(struct object *vdi, const struct object *vm)
{
	set_entry(vdi, "other_config", MEMORY_OF, get_text(vm, "uuid"));
}

/* One that a VM has is no leftover, whatever is said of it. */
static bool is_temporary(const struct object *vdi)
{
	return *get_entry(vdi, "other_config", TEMPORARY) && !get_many(vdi, "VBDs")->nr;
}

static bool has_vm(const struct object *vdi)
{
	const struct store_class *vms = store_class_of("VM");

	for (size_t i = 0; i < vms->nr; i++)
		if (get_ref(vms->objects[i], "suspend_VDI") == vdi)
			return true;
	return false;
}

void leftovers_find(void)
{
	const struct store_class *vdis = store_class_of("VDI");
	size_t nr = 0;

	for (size_t i = 0; i < vdis->nr && nr < MANY; i++) {
		struct object *vdi = vdis->objects[i];

		if (is_temporary(vdi) ||
		    (strcmp(get_text(vdi, "type"), "suspend") == 0 && !has_vm(vdi)))
			leftovers[nr++].vdi = object_hold(vdi);
	}
}

static void drop(struct leftover *l)
{
	object_release(l->vdi);
	*l = (struct leftover){ 0 };
}

static void look_again(struct loop_timer *t)
{
	(void)t;
	store_begin();
	leftovers_settle();
	call_commit_told("what was left behind");
}

static struct loop_timer again = { .expired = look_again };

static void removed(void *owner, const json_t *ok, const json_t *error)
{
	struct leftover *l = owner;

	(void)error;
	l->asked = false;
	if (!ok) {
		if (++l->tries < TRIES)
			loop_timer_set(&again, now_ms() + AGAIN_MS);
		return;
	}
	log_warning("%s was left behind, and is removed", get_text(l->vdi, "name_label"));
	store_begin();
	if (!l->vdi->gone)
		vdi_drop(l->vdi);
	call_commit_told("what was left behind");
	drop(l);
}

static void suspended(struct object *vm, struct object *vdi)
{
	char words[400];

	vm_set_halted(vm);
	set_text(vm, "power_state", "Suspended");
	set_ref(vm, "suspend_VDI", vdi);
	snprintf(words, sizeof(words),
		 "VM '%.200s' had been suspended while the API was away: resume it, or take its "
		 "power away should its memory not be whole",
		 get_text(vm, "name_label"));
	log_warning("%s", words);
	message_make("STATE_REPAIRED", 2, "VM", get_text(vm, "uuid"), words);
}

static void settle(struct leftover *l)
{
	const char *uuid = get_entry(l->vdi, "other_config", MEMORY_OF);
	struct object *vm = *uuid ? object_by_uuid("VM", uuid) : NULL;
	struct object *sr = get_ref(l->vdi, "SR");

	if (l->vdi->gone || !sr || has_vm(l->vdi)) {
		drop(l);
	} else if (!is_attached(sr, "PBDs") || l->asked) {
		return;
	} else if (vm && strcmp(get_text(vm, "power_state"), "Halted") == 0) {
		suspended(vm, l->vdi);
		drop(l);
	} else {
		l->asked = vmd_ask("vdi.destroy", vdi_args(l->vdi), removed, NULL, l) != NULL;
	}
}

void leftovers_settle(void)
{
	for (size_t i = 0; i < MANY && inventory_settled(); i++)
		if (leftovers[i].vdi)
			settle(&leftovers[i]);
}

/* ---- files ------------------------------------------------------------------------------- */

/* One that does not go is found at the next start. */
static void file_gone(void *owner, const json_t *ok, const json_t *error)
{
	(void)owner;
	(void)ok;
	(void)error;
}

static void file_forget(const char *uuid)
{
	json_t *args = json_object();

	log_warning("the memory of %s was left behind, and is removed", uuid);
	saved_put(args, NULL, uuid);
	vmd_ask("vm.forget_saved", args, file_gone, NULL, NULL);
}

static void file_settle(const char *uuid)
{
	struct object *vm = object_by_uuid("VM", uuid);

	if (vm && json_object_size(get_json(vm, "current_operations")))
		return;
	if (!vm || get_ref(vm, "suspend_VDI") || vm_is_live(vm))
		file_forget(uuid);
	else if (vm_is(vm, "Halted") && get_int(vm, "is_a_snapshot"))
		file_forget(uuid);
	else if (vm_is(vm, "Halted"))
		suspended(vm, NULL);
}

static void files_answer(void *owner, const json_t *ok, const json_t *error)
{
	const json_t *uuid;
	size_t i;

	(void)owner;
	(void)error;
	/* Who has not heard of all domains knows nothing of theirs. */
	if (!ok || !inventory_settled())
		return;
	store_begin();
	json_array_foreach(json_object_get(ok, "uuids"), i, uuid)
		file_settle(json_string_value(uuid) ? json_string_value(uuid) : "");
	call_commit_told("what was left behind");
}

void leftovers_ask(void)
{
	vmd_ask("vm.saved", json_object(), files_answer, NULL, NULL);
}
