// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about storage repositories. What they do is the library's.
 */
#include <stdlib.h>
#include <string.h>

#include "storage/device_list.h"
#include "vmd/storage_json.h"
#include "vmd/verbs.h"

static const char *const sr_types[] = { "lvm", "lvmthin", "dir", "iso", "nfs", "lvmoiscsi", NULL };
static const char *const full_modes[] = { "queue", "error", NULL };

static const struct arg sr_args[] = { ARG("sr", UUID), ARGS_END };
static const struct arg destroy_args[] = {
	ARG("sr", UUID),
	ARG("force", BOOL, .optional = true),
	ARGS_END,
};
static const struct arg create_args[] = {
	ARG("type", WORD, .words = sr_types),
	ARG("source", LINE, .min = 1, .max = STORAGE_PATH - 1),
	ARG("name", LINE, .min = 1, .max = 255),
	ARG("description", LINE, .optional = true, .min = 0, .max = 255),
	ARG("uuid", UUID, .optional = true),
	ARG("force", BOOL, .optional = true),
	ARG("when_full", WORD, .optional = true, .words = full_modes),
	ARG("user", LINE, .optional = true, .max = ISCSI_TEXT - 1),
	ARG("password", LINE, .optional = true, .max = ISCSI_TEXT - 1),
	ARGS_END,
};
static const struct arg introduce_args[] = {
	ARG("source", LINE, .min = 1, .max = STORAGE_PATH - 1),
	ARG("type", WORD, .optional = true, .words = sr_types),
	ARG("user", LINE, .optional = true, .max = ISCSI_TEXT - 1),
	ARG("password", LINE, .optional = true, .max = ISCSI_TEXT - 1),
	ARGS_END,
};
static const struct arg add_disk_args[] = {
	ARG("sr", UUID),
	ARG("source", LINE, .min = 1, .max = STORAGE_PATH - 1),
	ARG("force", BOOL, .optional = true),
	ARGS_END,
};
static const struct arg probe_args[] = {
	ARG("source", LINE, .min = 1, .max = STORAGE_PATH - 1),
	ARGS_END,
};

json_t *sr_json(const struct sr *sr, const struct sr_stat *stat)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s}", "uuid", sr->uuid, "name", sr->name,
			      "description", sr->description, "type", sr_type_name(sr->type),
			      "source", sr->source);

	if (!stat)
		return o;
	json_object_set_new(o, "plugged", json_boolean(stat->plugged));
	json_object_set_new(o, "physical_size", json_integer((json_int_t)stat->physical_size));
	json_object_set_new(o, "physical_utilisation",
			    json_integer((json_int_t)stat->physical_utilisation));
	json_object_set_new(o, "virtual_allocation",
			    json_integer((json_int_t)stat->virtual_allocation));
	json_object_set_new(o, "thin", json_boolean(stat->thin));
	if (stat->thin) {
		json_object_set_new(o, "data", json_integer(stat->data));
		json_object_set_new(o, "metadata", json_integer(stat->metadata));
		json_object_set_new(o, "room", json_integer((json_int_t)stat->room));
		json_object_set_new(o, "failed", json_boolean(stat->failed));
		json_object_set_new(o, "when_full",
				    json_string(stat->full == WHEN_FULL_QUEUE ? "queue" : "error"));
	}
	return o;
}

int call_sr(struct call *c, struct sr *sr)
{
	struct sr_error e = { .code = ERR_BACKEND };
	const char *uuid = arg_text(c->args, "sr");

	return sr_find(uuid, sr, &e) < 0 ? call_fail_storage(c, uuid, &e) : 0;
}

int call_copy_text(struct call *c, const char *name, char *to, size_t room)
{
	const char *text = arg_text(c->args, name);

	if (!text)
		return 0;
	if (strlen(text) >= room)
		return call_fail(c, "INVALID_VALUE", name, "%s: too long", name);
	strcpy(to, text);
	return 0;
}

/* The answer is the repository as it is now. */
static int answer_sr(struct call *c, const struct sr *sr)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr_stat stat;
	json_t *o = sr_json(sr, sr_stat(sr, &stat, &e) < 0 ? NULL : &stat);

	json_object_update(c->answer, o);
	json_decref(o);
	return 0;
}

static int do_list(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr *list;
	size_t nr;

	if (sr_list(&list, &nr, &e) < 0)
		return call_fail_storage(c, NULL, &e);
	call_set(c, "srs", json_array());
	/* Without a look at each: one whose server is silent would keep the others waiting. */
	for (size_t i = 0; i < nr; i++) {
		json_t *o = sr_json(&list[i], NULL);

		json_object_set_new(o, "plugged", json_boolean(sr_plugged(&list[i])));
		call_item(c, "srs", o);
	}
	free(list);
	return 0;
}

static int do_stat(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr_stat stat;
	struct sr sr;

	if (call_sr(c, &sr) < 0)
		return -1;
	if (sr_stat(&sr, &stat, &e) < 0)
		return call_fail_storage(c, sr.uuid, &e);
	json_decref(c->answer);
	c->answer = sr_json(&sr, &stat);
	return 0;
}

static int do_vdis(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi_list list;
	struct sr sr;

	if (call_sr(c, &sr) < 0)
		return -1;
	if (vdi_list(&sr, &list, &e) < 0)
		return call_fail_storage(c, sr.uuid, &e);
	call_set(c, "vdis", json_array());
	for (size_t i = 0; i < list.nr; i++)
		if (!list.vdis[i].unfinished)
			call_item(c, "vdis", vdi_json(&list.vdis[i]));
	vdi_list_free(&list);
	return 0;
}

static int do_scan(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr_leftovers found;
	struct sr sr;

	if (call_sr(c, &sr) < 0)
		return -1;
	if (sr_scan(&sr, &found, &e) < 0)
		return call_fail_storage(c, sr.uuid, &e);
	call_set(c, "removed", json_integer(found.removed));
	call_set(c, "finished", json_integer(found.finished));
	call_set(c, "adopted", json_integer(found.adopted));
	return 0;
}

/* Who this host is to an iSCSI target. */
static int copy_login(struct call *c, struct iscsi_login *l)
{
	if (call_copy_text(c, "user", l->user, sizeof(l->user)) < 0)
		return -1;
	return call_copy_text(c, "password", l->password, sizeof(l->password));
}

static int do_create(struct call *c)
{
	const char *full = arg_text(c->args, "when_full");
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr_options how = {
		.force = arg_bool(c->args, "force"),
		.full = full && strcmp(full, "error") == 0 ? WHEN_FULL_ERROR : WHEN_FULL_QUEUE,
	};
	struct sr sr = { .type = sr_type_find(arg_text(c->args, "type")) };

	if (call_copy_text(c, "source", sr.source, sizeof(sr.source)) < 0 ||
	    call_copy_text(c, "name", sr.name, sizeof(sr.name)) < 0 ||
	    call_copy_text(c, "description", sr.description, sizeof(sr.description)) < 0 ||
	    call_copy_text(c, "uuid", sr.uuid, sizeof(sr.uuid)) < 0 ||
	    copy_login(c, &how.login) < 0)
		return -1;
	if (sr_create(&sr, &how, &e) < 0)
		return call_fail_storage(c, arg_text(c->args, "source"), &e);
	return answer_sr(c, &sr);
}

static int do_introduce(struct call *c)
{
	const char *type = arg_text(c->args, "type"), *source = arg_text(c->args, "source");
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr_options how = { 0 };
	struct sr sr;

	if (copy_login(c, &how.login) < 0)
		return -1;
	if (sr_introduce(source, type ? sr_type_find(type) : NULL, &how, &sr, &e) < 0)
		return call_fail_storage(c, source, &e);
	return answer_sr(c, &sr);
}

static int do_probe(struct call *c)
{
	const char *source = arg_text(c->args, "source");
	struct sr_error e = { .code = ERR_BACKEND };
	struct device_report r;

	if (device_probe(source, &r, &e) < 0)
		return call_fail_storage(c, source, &e);
	call_set(c, "size", json_integer((json_int_t)r.size));
	call_set(c, "read_only", json_boolean(r.read_only));
	call_set(c, "used", json_string(r.used));
	call_set(c, "found", json_string(r.found));
	return 0;
}

static int do_disks(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct device_entry *list;
	int nr = device_list(&list, &e);

	if (nr < 0)
		return call_fail_storage(c, "disks", &e);
	call_set(c, "disks", json_array());
	for (int i = 0; i < nr; i++) {
		const struct device_entry *d = &list[i];
		json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:b, s:b, s:b}", "path", d->path,
				      "disk", d->disk, "model", d->model, "serial", d->serial,
				      "size", (json_int_t)d->report.size, "removable", d->removable,
				      "read_only", d->report.read_only, "free", device_is_free(d));

		/* Labels are what somebody wrote on a disk: they may be no UTF-8. */
		json_object_set_new(o, "used", json_string(d->report.used) ?: json_string("?"));
		json_object_set_new(o, "found", json_string(d->report.found) ?: json_string("?"));
		call_item(c, "disks", o);
	}
	free(list);
	return 0;
}

static int do_add_disk(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	const char *disk = arg_text(c->args, "source");
	struct sr sr;

	if (call_sr(c, &sr) < 0)
		return -1;
	if (sr_add_disk(&sr, disk, arg_bool(c->args, "force"), &e) < 0)
		return call_fail_storage(c, disk, &e);
	return answer_sr(c, &sr);
}

static int simple(struct call *c, int (*operation)(const struct sr *, struct sr_error *))
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr sr;

	if (call_sr(c, &sr) < 0)
		return -1;
	return operation(&sr, &e) < 0 ? call_fail_storage(c, sr.uuid, &e) : 0;
}

static int do_plug(struct call *c)
{
	return simple(c, sr_plug);
}

static int do_unplug(struct call *c)
{
	return simple(c, sr_unplug);
}

static int do_forget(struct call *c)
{
	return simple(c, sr_forget);
}

static int do_destroy(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr sr;

	if (call_sr(c, &sr) < 0)
		return -1;
	if (sr_destroy(&sr, arg_bool(c->args, "force"), &e) < 0)
		return call_fail_storage(c, sr.uuid, &e);
	return 0;
}

const struct verb sr_verbs[] = {
	{ "sr.list", args_none, do_list, "those that this host knows: {srs}" },
	{ "sr.stat", sr_args, do_stat, "one, with sizes and use" },
	{ "sr.vdis", sr_args, do_vdis, "the disks in it: {vdis}" },
	{ "sr.scan", sr_args, do_scan, "cleans up and looks again: {removed, finished, adopted}" },
	{ "sr.create", create_args, do_create, "makes one, on an empty disk unless forced" },
	{ "sr.introduce", introduce_args, do_introduce, "takes one over that exists" },
	{ "sr.probe", probe_args, do_probe, "what is on a disk: {size, read_only, used, found}" },
	{ "sr.disks", args_none, do_disks,
	  "what this host has: {disks: [{path, disk, model, size, used, found, free, ...}]}" },
	{ "sr.add_disk", add_disk_args, do_add_disk, "one more disk, an empty one unless forced" },
	{ "sr.plug", sr_args, do_plug, "makes it usable" },
	{ "sr.unplug", sr_args, do_unplug, "the opposite" },
	{ "sr.forget", sr_args, do_forget, "knows it no longer; its data stays" },
	{ "sr.destroy", destroy_args, do_destroy, "erases it; forced, with its disks" },
	{ .name = NULL },
};
