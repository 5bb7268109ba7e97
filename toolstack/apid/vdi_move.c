// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VDI.pool_migrate: a disk goes to another repository while nobody uses it. It is copied; then the
 * copy takes its place with all who see it, in one transaction, and the old one is removed. Until
 * then nothing has changed; afterwards only the old one's room may be lost, which a log line tells.
 */
#include <string.h>

#include "apid/allowed.h"
#include "apid/copying.h"
#include "apid/ops.h"
#include "apid/record.h"

/* state: the new disk, held */
static void release(void *state)
{
	object_release(state);
}

static void finished(struct call *c)
{
	record_write_ref(&c->out, c->state);
}

static void old_gone(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		object_destroy(c->refs[0]);
	finished(c);
}

/* The disk has moved; what it was stays until somebody destroys it. */
static void old_stays(struct call *c, const json_t *error)
{
	log_warning("VDI %s has moved, but is still in its former repository: %s",
		    get_text(c->refs[0], "uuid"), json_string_value(json_array_get(error, 0)));
	finished(c);
}

static void take_place(struct object *old, struct object *vdi, struct object *sr,
		       const json_t *told)
{
	const struct many *all;

	fields_copy(vdi, old);
	set_ref(vdi, "SR", sr);
	vdi_update(vdi, told);
	while ((all = get_many(old, "VBDs"))->nr)
		set_ref(all->items[0], "VDI", vdi);
	while ((all = get_many(old, "snapshots"))->nr)
		set_ref(all->items[0], "snapshot_of", vdi);
}

static void copied(struct call *c, const json_t *ok)
{
	struct object *old = c->refs[0], *sr = c->refs[1], *vdi;

	if (old->gone || sr->gone) {
		call_fail(c, "INTERNAL_ERROR", "the disk or the repository went meanwhile", NULL);
		return;
	}
	vdi = vdi_from_vmd(sr, ok);
	take_place(old, vdi, sr, ok);
	c->state = object_hold(vdi);
	c->state_free = release;
	call_vmd(c, "vdi.destroy", vdi_args(old), old_gone);
	c->otherwise = old_stays;
}

static bool check(struct call *c, const struct object *vdi, const struct object *sr)
{
	if (!get_ref(vdi, "SR") || get_int(vdi, "missing"))
		call_fail_ref(c, "VDI_MISSING", vdi);
	else if (!sr)
		call_fail(c, "HANDLE_INVALID", "SR", MODEL_NULL_REF, NULL);
	else if (strcmp(get_text(sr, "content_type"), "iso") == 0 ||
		 strcmp(get_text(get_ref(vdi, "SR"), "content_type"), "iso") == 0)
		call_fail_ref(c, "SR_OPERATION_NOT_SUPPORTED", sr);
	else if (is_attached(vdi, "VBDs") || strcmp(get_text(vdi, "type"), "suspend") == 0)
		call_fail_ref(c, "VDI_IN_USE", vdi);
	else if (get_int(vdi, "is_a_snapshot"))
		call_fail(c, "OPERATION_NOT_ALLOWED",
			  "a snapshot is where its disk was; copy it instead", NULL);
	return !call_failed(c);
}

static void pool_migrate(struct call *c)
{
	struct object *vdi = c->refs[0], *sr = c->refs[1];
	json_t *args;

	if (!check(c, vdi, sr))
		return;
	if (get_ref(vdi, "SR") == sr) {
		record_write_ref(&c->out, vdi);
		return;
	}
	if (!call_occupy(c, vdi, "mirror"))
		return;
	args = vdi_args(vdi);
	json_object_set_new(args, "to", json_string(get_text(sr, "uuid")));
	json_object_set_new(args, "name", json_string(get_text(vdi, "name_label")));
	json_object_set_new(args, "description", json_string(get_text(vdi, "name_description")));
	call_vmd(c, "vdi.copy", args, copied);
}

const struct binding vdi_move_bindings[] = {
	{ "VDI.pool_migrate", pool_migrate },
	{ NULL, NULL },
};
