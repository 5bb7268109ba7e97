// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See copying.h. What has a disk already (disks[].vdi) is not made again.
 */
#include "apid/copying.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/ops.h"

void copying_close(struct copying *k)
{
	made_free(&k->made);
	object_release(k->vm);
	object_release(k->sr);
	for (size_t i = 0; i < k->nr; i++)
		object_release(k->disks[i].vbd);
}

void copying_free(void *state)
{
	copying_close(state);
	free(state);
}

/* ---- disks ------------------------------------------------------------------------------- */

static void disk_made(struct call *c, const json_t *ok)
{
	struct copying *k = c->state;
	struct object *vbd = k->disks[k->at].vbd, *from = get_ref(vbd, "VDI");
	struct object *sr = k->sr ? k->sr : (from ? get_ref(from, "SR") : NULL);

	if (vbd->gone || !sr || sr->gone || k->vm->gone) {
		made_undo_gone(c, "the VM");
		return;
	}
	k->disks[k->at].vdi = vdi_from_vmd(sr, ok);
	if (made_add(c, k->disks[k->at].vdi))
		copying_go(c);
}

static json_t *disk_args(const struct copying *k, const struct object *vdi)
{
	json_t *args = vdi_args(vdi);

	json_object_set_new(args, "name", json_string(get_text(vdi, "name_label")));
	if (k->sr && strcmp(k->verb, "vdi.copy") == 0)
		json_object_set_new(args, "to", json_string(get_text(k->sr, "uuid")));
	return args;
}

void copying_go(struct call *c)
{
	struct copying *k = c->state;
	const struct object *vdi;

	while (k->at < k->nr && k->disks[k->at].vdi)
		k->at++;
	if (k->at == k->nr) {
		k->done(c, k);
		return;
	}
	vdi = get_ref(k->disks[k->at].vbd, "VDI");
	if (!vdi || !get_ref(vdi, "SR")) {
		made_undo_gone(c, "a disk");
		return;
	}
	call_share(c, (double)k->at / (double)k->nr, 1.0 / (double)k->nr);
	call_vmd(c, k->verb, disk_args(k, vdi), disk_made);
	c->otherwise = made_undo;
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

bool copying_begin(struct call *c, struct copying *k, struct object *vm, size_t ignored)
{
	const struct many *vbds = get_many(vm, "VBDs");

	c->state = k;
	if (!c->state_free)
		c->state_free = copying_free;
	k->vm = object_hold(vm);
	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vdi = get_ref(vbds->items[i], "VDI");

		if (!vdi || strcmp(get_text(vbds->items[i], "type"), "Disk") != 0 ||
		    is_ignored(c, ignored, vdi))
			continue;
		if (k->nr == COPYING_DISKS) {
			call_fail(c, "OPERATION_NOT_ALLOWED", "too many disks", NULL);
			return false;
		}
		k->disks[k->nr++].vbd = object_hold(vbds->items[i]);
	}
	return true;
}

/* ---- the VM ------------------------------------------------------------------------------ */

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
		"VM", /* of a device: its VM's set must not grow while that is walked */
		NULL,
	};

	if (f->life != LIFE_KEPT)
		return true;
	for (size_t i = 0; own[i]; i++)
		if (strcmp(own[i], f->name) == 0)
			return true;
	return false;
}

void fields_copy(struct object *to, const struct object *from)
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

static struct object *disk_of(const struct copying *k, const struct object *vbd)
{
	for (size_t i = 0; i < k->nr; i++)
		if (k->disks[i].vbd == vbd)
			return k->disks[i].vdi;
	return NULL;
}

void vbds_copy(const struct copying *k, struct object *to)
{
	const struct many *vbds = get_many(k->vm, "VBDs");

	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vbd = vbds->items[i];
		struct object *made = disk_of(k, vbd), *copy;

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

void vifs_copy(const struct copying *k, struct object *to, bool same_mac)
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

struct object *vm_copy(struct call *c, const struct copying *k, const char *uuid, bool same_mac)
{
	struct object *vm = object_create("VM", uuid);

	fields_copy(vm, k->vm);
	set_text(vm, "name_label", call_text(c, 1));
	set_ref(vm, "metrics", object_create("VM_metrics", NULL));
	set_int(get_ref(vm, "metrics"), "install_time", time(NULL));
	vbds_copy(k, vm);
	vifs_copy(k, vm, same_mac);
	return vm;
}
