// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about disks in repositories. What they do is the library's; contents go through a
 * descriptor to whoever has no other way to them.
 */
#include <string.h>

#include "devices/disk_target.h"
#include "vmd/storage_json.h"
#include "vmd/target.h"
#include "vmd/verbs.h"

#define MAX_SIZE (64ULL << 40)

static const char *const open_modes[] = { "ro", "rw", NULL };

static const struct arg create_args[] = {
	ARG("sr", UUID),
	ARG("size", NUMBER, .min = 1, .max = MAX_SIZE),
	ARG("name", LINE, .optional = true, .min = 0, .max = 255),
	ARG("description", LINE, .optional = true, .min = 0, .max = 255),
	ARGS_END,
};
static const struct arg share_args[] = {
	ARG("sr", UUID),
	ARG("vdi", UUID),
	ARG("name", LINE, .optional = true, .min = 0, .max = 255),
	ARG("description", LINE, .optional = true, .min = 0, .max = 255),
	ARGS_END,
};
static const struct arg resize_args[] = {
	ARG("sr", UUID),
	ARG("vdi", UUID),
	ARG("size", NUMBER, .min = 1, .max = MAX_SIZE),
	ARGS_END,
};
static const struct arg revert_args[] = {
	ARG("sr", UUID),
	ARG("vdi", UUID),
	ARG("snapshot", UUID),
	ARGS_END,
};
static const struct arg open_args[] = {
	ARG("sr", UUID),
	ARG("vdi", UUID),
	ARG("mode", WORD, .words = open_modes),
	ARGS_END,
};

json_t *vdi_json(const struct vdi *v)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:b, s:b}", "uuid", v->uuid,
			      "name", v->name, "description", v->description, "location",
			      v->location, "virtual_size", (json_int_t)v->virtual_size,
			      "physical_utilisation", (json_int_t)v->physical_utilisation, "time",
			      (json_int_t)v->time, "snapshot", v->snapshot, "read_only",
			      v->read_only, "plugged", v->plugged);

	/* A name in a repository may have been put there by hand, and be no UTF-8. */
	if (!o)
		return json_pack("{s:s, s:I}", "uuid", v->uuid, "virtual_size",
				 (json_int_t)v->virtual_size);
	if (v->snapshot_of[0])
		json_object_set_new(o, "snapshot_of", json_string(v->snapshot_of));
	if (v->parent[0])
		json_object_set_new(o, "parent", json_string(v->parent));
	return o;
}

int call_answer_vdi(struct call *c, const struct vdi *v)
{
	json_decref(c->answer);
	c->answer = vdi_json(v);
	return 0;
}

/* As it is now, by its UUID. */
static int answer_again(struct call *c, const struct sr *sr, const struct vdi *v)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct sr now_sr;
	struct vdi now;

	return call_answer_vdi(c, vdi_find(sr->uuid, v->uuid, &now_sr, &now, &e) < 0 ? v : &now);
}

static int copy_texts(struct call *c, struct vdi *v)
{
	if (call_copy_text(c, "name", v->name, sizeof(v->name)) < 0)
		return -1;
	return call_copy_text(c, "description", v->description, sizeof(v->description));
}

static int do_create(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi v = { .virtual_size = arg_number(c->args, "size", 0) };
	struct sr sr;

	if (copy_texts(c, &v) < 0 || call_sr(c, &sr) < 0)
		return -1;
	if (vdi_create(&sr, &v, &e) < 0)
		return call_fail_storage(c, sr.uuid, &e);
	return answer_again(c, &sr, &v);
}

static int do_stat(struct call *c)
{
	struct vdi v;
	struct sr sr;

	return target_vdi(c, c->args, &sr, &v) < 0 ? -1 : call_answer_vdi(c, &v);
}

/* The new one is called like the first unless it is said otherwise. */
static int share(struct call *c, int (*operation)(const struct sr *, const struct vdi *,
						  struct vdi *, struct sr_error *))
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi v, to = { 0 };
	struct sr sr;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	memcpy(to.name, v.name, sizeof(to.name));
	if (copy_texts(c, &to) < 0)
		return -1;
	if (operation(&sr, &v, &to, &e) < 0)
		return call_fail_storage(c, v.uuid, &e);
	/* Not looked up: it is what the first is, and each look is a program of LVM's. */
	to.physical_utilisation = v.physical_utilisation;
	return call_answer_vdi(c, &to);
}

static int do_clone(struct call *c)
{
	return share(c, vdi_clone);
}

static int do_snapshot(struct call *c)
{
	return share(c, vdi_snapshot);
}

static int do_resize(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi v;
	struct sr sr;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	if (vdi_resize(&sr, &v, arg_number(c->args, "size", 0), &e) < 0)
		return call_fail_storage(c, v.uuid, &e);
	return answer_again(c, &sr, &v);
}

static int do_revert(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	const char *snapshot = arg_text(c->args, "snapshot");
	struct vdi v, from;
	struct sr sr, from_sr;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	if (vdi_find(sr.uuid, snapshot, &from_sr, &from, &e) < 0)
		return call_fail_storage(c, snapshot, &e);
	if (vdi_revert(&sr, &v, &from, &e) < 0)
		return call_fail_storage(c, v.uuid, &e);
	return answer_again(c, &sr, &v);
}

static int do_rename(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi v;
	struct sr sr;

	if (target_vdi(c, c->args, &sr, &v) < 0 || copy_texts(c, &v) < 0)
		return -1;
	if (vdi_rename(&sr, &v, &e) < 0)
		return call_fail_storage(c, v.uuid, &e);
	return answer_again(c, &sr, &v);
}

static int simple(struct call *c,
		  int (*operation)(const struct sr *, const struct vdi *, struct sr_error *))
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi v;
	struct sr sr;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	return operation(&sr, &v, &e) < 0 ? call_fail_storage(c, v.uuid, &e) : 0;
}

static int do_destroy(struct call *c)
{
	return simple(c, vdi_destroy);
}

static int do_unplug(struct call *c)
{
	return simple(c, vdi_unplug);
}

/* No guest has it for writing, or at all if it is to be written; one that only reads may. */
static int check_unused(struct call *c, const struct vdi *v, char *path, bool write)
{
	const struct disk_config d = { .target = path, .readonly = !write };
	struct reason why;
	struct store s;
	int rc;

	if (store_open(&s) < 0)
		return call_fail(c, "INTERNAL_ERROR", "xenstored", "there is no xenstored");
	rc = disk_target_check(&d, &s, &why);
	store_close(&s);
	return rc < 0 ? call_fail(c, ERR_VDI_IN_USE, v->uuid, "%s", why.text) : 0;
}

int call_open_vdi(struct call *c, const struct sr *sr, struct vdi *v, bool write,
		  char path[STORAGE_PATH])
{
	struct sr_error e = { .code = ERR_BACKEND };
	int fd;

	if (write && v->read_only)
		return call_fail(c, ERR_VDI_READ_ONLY, v->uuid, "disk %s is read-only", v->uuid);
	if (vdi_plug(sr, v, path, &e) < 0)
		return call_fail_storage(c, v->uuid, &e);
	if (check_unused(c, v, path, write) < 0)
		return -1;
	fd = vdi_open(sr, v, write, path, &e);
	return fd < 0 ? call_fail_storage(c, v->uuid, &e) : fd;
}

static int do_open(struct call *c)
{
	bool write = strcmp(arg_text(c->args, "mode"), "rw") == 0;
	char path[STORAGE_PATH];
	struct vdi v;
	struct sr sr;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	c->passed = call_open_vdi(c, &sr, &v, write, path);
	if (c->passed < 0)
		return -1;
	call_set(c, "size", json_integer((json_int_t)v.virtual_size));
	call_set(c, "path", json_string(path));
	return 0;
}

static int do_seal(struct call *c)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct vdi v;
	struct sr sr;

	if (target_vdi(c, c->args, &sr, &v) < 0)
		return -1;
	if (vdi_seal(&sr, &v, &e) < 0)
		return call_fail_storage(c, v.uuid, &e);
	return call_answer_vdi(c, &v);
}

const struct verb vdi_verbs[] = {
	{ "vdi.create", create_args, do_create, "a new disk that reads as zeroes" },
	{ "vdi.stat", args_vdi_of, do_stat, "all that is known of one" },
	{ "vdi.clone", share_args, do_clone, "what it is now, writable, at once" },
	{ "vdi.snapshot", share_args, do_snapshot, "the same, read-only" },
	{ "vdi.revert", revert_args, do_revert, "it has what a snapshot has, at once" },
	{ "vdi.resize", resize_args, do_resize, "larger; a guest that has it sees that" },
	{ "vdi.rename", share_args, do_rename, "another name, another description" },
	{ "vdi.seal", args_vdi_of, do_seal,
	  "an image of a library is complete: only read from now on" },
	{ "vdi.destroy", args_vdi_of, do_destroy, "gone, with what is on it" },
	{ "vdi.unplug", args_vdi_of, do_unplug, "not usable until it is needed again" },
	{ "vdi.open", open_args, do_open, "a descriptor of it comes along: {size, path}" },
	{ .name = NULL },
};
