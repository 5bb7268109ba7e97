// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks (VDI). vmd does it; the object follows its answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/allowed.h"
#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/record.h"

#define NAME_MAX_BYTES 255
#define SIZE_MOST      (64ll << 40)

json_t *vdi_args(const struct object *vdi)
{
	return json_pack("{s: s, s: s}", "sr", get_text(get_ref(vdi, "SR"), "uuid"), "vdi",
			 get_text(vdi, "uuid"));
}

static bool vdi_check(struct call *c)
{
	const struct object *vdi = c->refs[0];

	if (!get_ref(vdi, "SR") || get_int(vdi, "missing")) {
		call_fail_ref(c, "VDI_MISSING", vdi);
		return false;
	}
	return true;
}

static bool size_check(struct call *c, int64_t size)
{
	char number[24];

	if (size > 0 && size <= SIZE_MOST)
		return true;
	snprintf(number, sizeof(number), "%lld", (long long)size);
	call_fail(c, "VDI_INVALID_SIZE", number, NULL);
	return false;
}

/* ---- create ------------------------------------------------------------------------------ */

/* state: the SR, held */
static void release_sr(void *state)
{
	object_release(state);
}

static void created(struct call *c, const json_t *ok)
{
	struct object *sr = c->state, *vdi;

	if (sr->gone) {
		call_fail(c, "INTERNAL_ERROR", "the repository went meanwhile", NULL);
		return;
	}
	vdi = vdi_from_vmd(sr, ok);
	if (strcmp(c->cls->name, "VDI") == 0 && strcmp(c->method->name, "create") == 0) {
		json_t *record = json_copy(c->args[0]);

		/* These are as the repository made them. */
		json_object_del(record, "SR");
		json_object_del(record, "virtual_size");
		json_object_del(record, "read_only");
		json_object_del(record, "name_label");
		json_object_del(record, "name_description");
		arg_take(vdi, record);
		json_decref(record);
	}
	record_write_ref(&c->out, vdi);
}

static void create(struct call *c)
{
	json_int_t size = json_integer_value(arg_field(c, 0, "virtual_size"));
	const char *name = arg_text(c, 0, "name_label");
	const char *description = arg_text(c, 0, "name_description");
	struct object *sr;

	if (!arg_ref(c, 0, "SR", &sr) || !size_check(c, size))
		return;
	if (!sr && !(sr = default_sr())) {
		call_fail(c, "HANDLE_INVALID", "SR", MODEL_NULL_REF, NULL);
		return;
	}
	if (strlen(name) > NAME_MAX_BYTES || strlen(description) > NAME_MAX_BYTES) {
		call_fail(c, "INVALID_VALUE", "name_label", "at most 255 bytes", NULL);
		return;
	}
	c->state = object_hold(sr);
	c->state_free = release_sr;
	call_vmd(c, "vdi.create",
		 json_pack("{s: s, s: I, s: s, s: s}", "sr", get_text(sr, "uuid"), "size", size,
			   "name", name, "description", description),
		 created);
}

/* ---- from another ------------------------------------------------------------------------ */

static json_t *child_args(const struct object *vdi)
{
	json_t *args = vdi_args(vdi);

	json_object_set_new(args, "name", json_string(get_text(vdi, "name_label")));
	json_object_set_new(args, "description", json_string(get_text(vdi, "name_description")));
	return args;
}

static void from_other(struct call *c, const char *verb, const char *operation, struct object *to,
		       json_t *args, void (*then)(struct call *c, const json_t *ok))
{
	if (!call_occupy(c, c->refs[0], operation)) {
		json_decref(args);
		return;
	}
	c->state = object_hold(to);
	c->state_free = release_sr;
	call_vmd(c, verb, args, then);
}

static void clone(struct call *c)
{
	if (vdi_check(c))
		from_other(c, "vdi.clone", "clone", get_ref(c->refs[0], "SR"),
			   child_args(c->refs[0]), created);
}

static void snapshotted(struct call *c, const json_t *ok)
{
	struct object *vdi;

	if (((struct object *)c->state)->gone || c->refs[0]->gone) {
		call_fail(c, "INTERNAL_ERROR", "the disk went meanwhile", NULL);
		return;
	}
	vdi = vdi_from_vmd(c->state, ok);
	set_int(vdi, "is_a_snapshot", true);
	set_ref(vdi, "snapshot_of", c->refs[0]);
	set_int(vdi, "snapshot_time", time(NULL));
	record_write_ref(&c->out, vdi);
}

static void snapshot(struct call *c)
{
	if (vdi_check(c))
		from_other(c, "vdi.snapshot", "snapshot", get_ref(c->refs[0], "SR"),
			   child_args(c->refs[0]), snapshotted);
}

static void copied_into(struct call *c, const json_t *ok)
{
	if (c->refs[3]->gone) {
		call_fail(c, "INTERNAL_ERROR", "the disk went meanwhile", NULL);
		return;
	}
	vdi_update(c->refs[3], ok);
	record_write_ref(&c->out, c->refs[3]);
}

/* Both stay what they are meanwhile. */
static void copy_into(struct call *c, struct object *into)
{
	json_t *args;

	if (!get_ref(into, "SR") || is_attached(into, "VBDs")) {
		call_fail_ref(c, "VDI_IN_USE", into);
		return;
	}
	if (!call_occupy(c, into, "copy"))
		return;
	args = vdi_args(c->refs[0]);
	json_object_set_new(args, "to", json_string(get_text(get_ref(into, "SR"), "uuid")));
	json_object_set_new(args, "into", json_string(get_text(into, "uuid")));
	from_other(c, "vdi.copy", "copy", get_ref(into, "SR"), args, copied_into);
}

static void copy(struct call *c)
{
	struct object *to = c->refs[1];
	json_t *args;

	if (!vdi_check(c))
		return;
	if (call_has(c, 2))
		call_fail(c, "VALUE_NOT_SUPPORTED", "base_vdi", "", "only whole copies", NULL);
	else if (!to && !call_has(c, 3))
		call_fail(c, "HANDLE_INVALID", "SR", MODEL_NULL_REF, NULL);
	else if (is_attached(c->refs[0], "VBDs"))
		call_fail_ref(c, "VDI_IN_USE", c->refs[0]);
	if (call_failed(c))
		return;
	if (call_has(c, 3)) {
		copy_into(c, c->refs[3]);
		return;
	}
	args = child_args(c->refs[0]);
	json_object_set_new(args, "to", json_string(get_text(to, "uuid")));
	from_other(c, "vdi.copy", "copy", to, args, created);
}

/* ---- introduce ----------------------------------------------------------------------------- */

static void introduced(struct call *c, const json_t *ok)
{
	struct object *vdi;

	if (((struct object *)c->state)->gone) {
		call_fail(c, "INTERNAL_ERROR", "the repository went meanwhile", NULL);
		return;
	}
	vdi = vdi_from_vmd(c->state, ok);
	set_text(vdi, "type", call_text(c, 4));
	set_int(vdi, "sharable", call_bool(c, 5));
	set_json(vdi, "other_config", c->args[7]);
	record_write_ref(&c->out, vdi);
}

/* One that is in its repository: what it is called is what stands there. */
static void introduce(struct call *c)
{
	if (object_by_uuid("VDI", call_text(c, 0))) {
		call_fail(c, "VDI_UUID_EXISTS", call_text(c, 0), NULL);
		return;
	}
	if (strlen(call_text(c, 0)) != 36 || !c->refs[3]) {
		call_fail(c, "UUID_INVALID", "VDI", call_text(c, 0), NULL);
		return;
	}
	c->state = object_hold(c->refs[3]);
	c->state_free = release_sr;
	call_vmd(c, "vdi.stat",
		 json_pack("{s: s, s: s}", "sr", get_text(c->refs[3], "uuid"), "vdi",
			   call_text(c, 0)),
		 introduced);
}

/* ---- changes ----------------------------------------------------------------------------- */

static void destroyed(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		vdi_drop(c->refs[0]);
}

/* A VM is in it: one that is suspended, or a checkpoint. */
static bool is_memory(const struct object *vdi)
{
	const struct store_class *all = store_class_of("VM");

	if (strcmp(get_text(vdi, "type"), "suspend") != 0)
		return false;
	for (size_t i = 0; i < all->nr; i++)
		if (get_ref(all->objects[i], "suspend_VDI") == vdi)
			return true;
	return false;
}

static void destroy(struct call *c)
{
	const struct many *vbds;

	if (is_attached(c->refs[0], "VBDs") || is_memory(c->refs[0])) {
		call_fail_ref(c, "VDI_IN_USE", c->refs[0]);
		return;
	}
	if (!call_occupy(c, c->refs[0], "destroy"))
		return;
	/* Those who saw it see nothing any more. */
	while ((vbds = get_many(c->refs[0], "VBDs"))->nr)
		object_destroy(vbds->items[0]);
	if (!get_ref(c->refs[0], "SR") || get_int(c->refs[0], "missing"))
		destroyed(c, NULL);
	else
		call_vmd(c, "vdi.destroy", vdi_args(c->refs[0]), destroyed);
}

static void updated(struct call *c, const json_t *ok)
{
	if (!c->refs[0]->gone)
		vdi_update(c->refs[0], ok);
}

static void grown(struct call *c, const json_t *ok)
{
	const struct many *vbds;
	char device[16];

	updated(c, ok);
	if (c->refs[0]->gone)
		return;
	/* Its guest sees the new size. */
	vbds = get_many(c->refs[0], "VBDs");
	for (size_t i = 0; i < vbds->nr; i++) {
		const struct object *vbd = vbds->items[i], *vm = get_ref(vbd, "VM");

		if (!vm || !vm_is_live(vm) || !get_int(vbd, "currently_attached") ||
		    !vbd_device(get_text(vbd, "userdevice"), device))
			continue;
		call_vmd(c, "vm.resize_disk",
			 json_pack("{s: s, s: s}", "uuid", get_text(vm, "uuid"), "device", device),
			 NULL);
		return;
	}
}

static void resize(struct call *c)
{
	json_t *args;

	if (!vdi_check(c) || !size_check(c, call_int(c, 1)))
		return;
	if (call_int(c, 1) < get_int(c->refs[0], "virtual_size")) {
		call_fail(c, "VDI_INVALID_SIZE", "a disk does not shrink", NULL);
		return;
	}
	if (!call_occupy(c, c->refs[0], "resize"))
		return;
	args = vdi_args(c->refs[0]);
	json_object_set_new(args, "size", json_integer(call_int(c, 1)));
	call_vmd(c, "vdi.resize", args, grown);
}

static void update(struct call *c)
{
	if (vdi_check(c) && call_occupy(c, c->refs[0], "update"))
		call_vmd(c, "vdi.stat", vdi_args(c->refs[0]), updated);
}

static void forget(struct call *c)
{
	if (is_attached(c->refs[0], "VBDs") || is_memory(c->refs[0]))
		call_fail_ref(c, "VDI_IN_USE", c->refs[0]);
	else if (call_occupy(c, c->refs[0], "forget"))
		object_destroy(c->refs[0]);
}

/* ---- names, which the repository keeps as well --------------------------------------------- */

static void rename_with(struct call *c, const char *key)
{
	json_t *args;

	if (!vdi_check(c))
		return;
	if (strlen(call_text(c, 1)) > NAME_MAX_BYTES) {
		call_fail(c, "INVALID_VALUE", key, "at most 255 bytes", NULL);
		return;
	}
	if (!call_occupy(c, c->refs[0], "update"))
		return;
	args = vdi_args(c->refs[0]);
	json_object_set_new(args, key, json_string(call_text(c, 1)));
	call_vmd(c, "vdi.rename", args, updated);
}

static void set_name_label(struct call *c)
{
	rename_with(c, "name");
}

static void set_name_description(struct call *c)
{
	rename_with(c, "description");
}

static void set_sharable(struct call *c)
{
	set_int(c->refs[0], "sharable", call_bool(c, 1));
}

static void set_read_only(struct call *c)
{
	if (is_attached(c->refs[0], "VBDs"))
		call_fail_ref(c, "VDI_IN_USE", c->refs[0]);
	else
		set_int(c->refs[0], "read_only", call_bool(c, 1));
}

const struct binding vdi_bindings[] = {
	{ "VDI.create", create },
	{ "VDI.destroy", destroy },
	{ "VDI.clone", clone },
	{ "VDI.copy", copy },
	{ "VDI.introduce", introduce },
	{ "VDI.snapshot", snapshot },
	{ "VDI.resize", resize },
	{ "VDI.resize_online", resize },
	{ "VDI.update", update },
	{ "VDI.forget", forget },
	{ "VDI.set_name_label", set_name_label },
	{ "VDI.set_name_description", set_name_description },
	{ "VDI.set_sharable", set_sharable },
	{ "VDI.set_read_only", set_read_only },
	{ NULL, NULL },
};
