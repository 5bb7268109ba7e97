// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One disk after the other goes. One that does not is found by the next scan.
 */
#include "apid/made.h"

#include "apid/inventory.h"
#include "apid/ops.h"

bool made_add(struct call *c, struct object *vdi)
{
	struct made *m = c->state;

	if (m->nr == MADE_MAX) {
		call_fail(c, "OPERATION_NOT_ALLOWED", "too many disks", NULL);
		return false;
	}
	m->vdis[m->nr++] = object_hold(vdi);
	return true;
}

static void next(struct call *c, const json_t *ignored)
{
	struct made *m = c->state;

	(void)ignored;
	while (m->nr > 0) {
		struct object *vdi = m->vdis[--m->nr];
		json_t *args = NULL;

		if (!vdi->gone && get_ref(vdi, "SR")) {
			args = vdi_args(vdi);
			vdi_drop(vdi);
		}
		object_release(vdi);
		if (!args)
			continue;
		call_vmd(c, "vdi.destroy", args, next);
		c->otherwise = next;
		return;
	}
	if (!c->error)
		c->error = json_incref(m->error);
}

void made_undo(struct call *c, const json_t *error)
{
	struct made *m = c->state;

	m->error = json_deep_copy(error);
	next(c, NULL);
}

void made_undo_gone(struct call *c, const char *what)
{
	json_t *error = json_pack("[s, s+]", "INTERNAL_ERROR", what, " went meanwhile");

	made_undo(c, error);
	json_decref(error);
}

void made_free(struct made *m)
{
	while (m->nr > 0)
		object_release(m->vdis[--m->nr]);
	json_decref(m->error);
}
