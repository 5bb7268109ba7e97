// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about VMs and files: suspend, resume, checkpoint, and what becomes of the files. A file
 * appears when it is complete; a checkpoint's disks are snapshots of the moment of its memory.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/disk_vdev.h"
#include "lib/domain.h"
#include "lib/file.h"
#include "storage/sr.h"
#include "vm/vm_save.h"
#include "vm/vm_store.h"
#include "vmd/making.h"
#include "vmd/refused.h"
#include "vmd/saved_files.h"
#include "vmd/storage_json.h"
#include "vmd/target.h"
#include "vmd/verbs.h"

/* Where a VM is saved: a file, or a disk. */
#define PLACE                                                      \
	ARG("file", PATH, .optional = true, .words = saved_roots), \
		ARG("vdi", OBJECT, .optional = true, .parts = args_vdi_of)

static const struct arg suspend_args[] = { ARG("uuid", UUID), PLACE, ARGS_END };
static const struct arg snapshot_of[] = {
	ARG("sr", UUID),
	ARG("vdi", UUID),
	ARG("name", LINE, .optional = true, .min = 0, .max = 255),
	ARGS_END,
};
static const struct arg snapshot_arg = ARG("vdis", OBJECT, .parts = snapshot_of);
static const struct arg checkpoint_args[] = {
	ARG("uuid", UUID),
	PLACE,
	ARG("vdis", LIST, .optional = true, .max = DISKS_MAX, .parts = &snapshot_arg),
	ARGS_END,
};
static const struct arg resume_args[] = {
	PLACE,
	ARG("paused", BOOL, .optional = true),
	ARG("disks", LIST, .optional = true, .max = DISKS_MAX, .parts = args_disks),
	ARG("keep", BOOL, .optional = true),
	ARGS_END,
};
static const struct arg saved_args[] = { ARG("file", PATH, .words = saved_roots), ARGS_END };
static const struct arg link_args[] = {
	ARG("file", PATH, .words = saved_roots),
	ARG("to", PATH, .words = saved_roots),
	ARGS_END,
};

/* --- files ------------------------------------------------------------------------------------ */

/* One that need not be there; its folder is, then, and must not lead elsewhere. */
static int new_file(struct call *c, const char *arg, char real[TARGET_MAX])
{
	/* realpath() has no slash at its end, and the roots do. */
	static const char *const below[] = { "/var/lib/socle/suspend", "/run/sr-mount/", NULL };
	const char *file = arg_text(c->args, arg), *name = strrchr(file, '/') + 1;
	char folder[TARGET_MAX];

	file_folders(file);
	snprintf(folder, sizeof(folder), "%.*s", (int)(name - file - 1), file);
	if (target_check_path(c, folder, below, real) < 0)
		return -1;
	if (strlen(real) + strlen(name) + 2 > TARGET_MAX)
		return call_fail(c, "INVALID_VALUE", arg, "%s: the name is too long", arg);
	strcat(real, "/");
	strcat(real, name);
	return 0;
}

/* there: a file is to be read, so it must not lead elsewhere itself. */
static int find_place(struct call *c, bool there, char path[TARGET_MAX])
{
	if (!json_object_get(c->args, "file") == !json_object_get(c->args, "vdi"))
		return call_fail(c, "INVALID_VALUE", "file", "expected a file or a VDI");
	if (!arg_text(c->args, "file"))
		return target_find(c, c->args, path);
	if (there && access(arg_text(c->args, "file"), F_OK) == 0)
		return target_check_path(c, arg_text(c->args, "file"), saved_roots, path);
	return new_file(c, "file", path);
}

/* What is not there has been forgotten before. */
static int do_forget(struct call *c)
{
	char real[TARGET_MAX];

	if (access(arg_text(c->args, "file"), F_OK) < 0 && errno == ENOENT)
		return 0;
	if (target_check_path(c, arg_text(c->args, "file"), saved_roots, real) < 0)
		return -1;
	if (unlink(real) < 0 && errno != ENOENT)
		return call_fail(c, "INTERNAL_ERROR", real, "%s: %s", real, strerror(errno));
	return 0;
}

static void tell_file(void *arg, const char *uuid)
{
	call_item(arg, "uuids", json_string(uuid));
}

static int do_saved(struct call *c)
{
	call_set(c, "uuids", json_array());
	saved_files_each(saved_roots[0], tell_file, c);
	return 0;
}

/* A saved file never changes: a second name is as good as a copy. */
static int do_link(struct call *c)
{
	char from[TARGET_MAX], to[TARGET_MAX];
	struct reason why;

	if (target_check_path(c, arg_text(c->args, "file"), saved_roots, from) < 0 ||
	    new_file(c, "to", to) < 0)
		return -1;
	if ((unlink(to) < 0 && errno != ENOENT) || link(from, to) < 0) {
		reason_errno(&why, "%s", to);
		return call_fail_why(c, "INTERNAL_ERROR", &why);
	}
	return 0;
}

/* --- suspending ------------------------------------------------------------------------------- */

/* What can be told before the guest is asked. */
static int check_can_suspend(struct call *c, domid_t domid)
{
	const char *uuid = arg_text(c->args, "uuid");
	struct xen_domctl_getdomaininfo info;

	if (domain_info(&c->xc, domid, &info) == 0 && info.flags & XEN_DOMINF_paused) {
		call_fail(c, "VM_BAD_POWER_STATE", uuid, "a paused VM cannot suspend itself");
		json_array_append_new(c->error, json_string("running"));
		json_array_append_new(c->error, json_string("paused"));
		return -1;
	}
	if (!vm_store_can(domid, "suspend"))
		return call_fail(
			c, "VM_LACKS_FEATURE_SUSPEND", uuid,
			"its kernel has not said that it can be suspended; it may still be "
			"starting");
	return 0;
}

static int save_failed(struct call *c, const struct vm_save *s, const struct reason *why)
{
	char number[24];

	if (c->error) /* by what was done while it stood still */
		return -1;
	if (s->full && s->memory_file)
		return refused_words(c, "VM_NO_SUSPEND_SR", arg_text(c->args, "uuid"), why);
	if (s->full) {
		snprintf(number, sizeof(number), "%llu", (unsigned long long)s->memory);
		call_fail(c, "SR_FULL", number, "%s", why->text);
		snprintf(number, sizeof(number), "%llu",
			 s->room == UINT64_MAX ? 0 : (unsigned long long)s->room);
		json_array_append_new(c->error, json_string(number));
		return -1;
	}
	if (s->step == VM_SAVE_ASK)
		return refused_words(c, "VM_FAILED_SHUTDOWN_ACKNOWLEDGMENT",
				     arg_text(c->args, "uuid"), why);
	return call_fail_why(c, "INTERNAL_ERROR", why);
}

static int save(struct call *c, struct vm_save *s)
{
	char file[TARGET_MAX];
	struct reason why;

	if (call_domain(c, &s->domid) < 0 || check_can_suspend(c, s->domid) < 0 ||
	    find_place(c, false, file) < 0)
		return -1;
	s->file = file;
	s->is_disk = json_object_get(c->args, "vdi") != NULL;
	if (vm_save(&c->xc, s, &why) < 0)
		return save_failed(c, s, &why);
	call_set(c, "bytes", json_integer((json_int_t)s->figures.written));
	return 0;
}

static int do_suspend(struct call *c)
{
	struct vm_save s = { 0 };

	return save(c, &s);
}

/* --- checkpoints ------------------------------------------------------------------------------ */

struct moment {
	struct call *c;
	size_t nr, made;
	struct {
		struct sr sr;
		struct vdi of, snapshot;
	} disks[DISKS_MAX];
};

static int find_disks(struct moment *m)
{
	const json_t *vdis = json_object_get(m->c->args, "vdis"), *which;
	size_t i;

	json_array_foreach(vdis, i, which)
	{
		struct vdi *of = &m->disks[i].of, *snapshot = &m->disks[i].snapshot;
		const char *name = arg_text(which, "name");

		if (target_vdi(m->c, which, &m->disks[i].sr, of) < 0)
			return -1;
		snprintf(snapshot->name, sizeof(snapshot->name), "%s", name ? name : of->name);
		m->nr++;
	}
	return 0;
}

static int snapshot_disks(void *arg, struct reason *why)
{
	struct sr_error e = { .code = ERR_BACKEND };
	struct moment *m = arg;

	for (; m->made < m->nr; m->made++) {
		struct vdi *of = &m->disks[m->made].of;

		if (vdi_snapshot(&m->disks[m->made].sr, of, &m->disks[m->made].snapshot, &e) < 0) {
			*why = e.why;
			return call_fail_storage(m->c, of->uuid, &e);
		}
	}
	return 0;
}

static void destroy_snapshots(struct moment *m)
{
	struct sr_error e = { .code = ERR_BACKEND };

	while (m->made > 0) {
		m->made--;
		if (vdi_destroy(&m->disks[m->made].sr, &m->disks[m->made].snapshot, &e) < 0)
			log_warning("%s", e.why.text);
	}
}

static void tell_snapshots(struct moment *m)
{
	call_set(m->c, "vdis", json_array());
	for (size_t i = 0; i < m->nr; i++)
		call_item(m->c, "vdis", vdi_json(&m->disks[i].snapshot));
}

static int do_checkpoint(struct call *c)
{
	struct moment *m = calloc(1, sizeof(*m));
	struct vm_save s = { .checkpoint = true, .standing = snapshot_disks, .arg = m };
	int rc;

	if (!m)
		return call_fail(c, "INTERNAL_ERROR", "memory", "out of memory");
	m->c = c;
	rc = find_disks(m);
	if (rc == 0)
		rc = save(c, &s);
	if (rc == 0)
		tell_snapshots(m);
	else
		destroy_snapshots(m);
	free(m);
	return rc;
}

/* --- resuming --------------------------------------------------------------------------------- */

/* The disk of that name is where the argument says; another may have taken its place since. */
static int retarget(struct call *c, const json_t *disk, struct vm_config *vm)
{
	char path[TARGET_MAX], *copy;
	uint32_t devid = 0;

	disk_vdev_parse(arg_text(disk, "device"), &devid);
	if (target_find(c, disk, path) < 0)
		return -1;
	for (size_t i = 0; i < vm->devices.nr_disks; i++) {
		struct disk_config *d = &vm->devices.disks[i];

		if (d->devid != devid || !path[0])
			continue;
		copy = strdup(path);
		if (!copy)
			return call_fail(c, "INTERNAL_ERROR", "memory", "out of memory");
		free(d->target);
		d->target = copy;
	}
	return 0;
}

static int resume(struct call *c, struct vm_restore *r)
{
	const json_t *disks = json_object_get(c->args, "disks"), *disk;
	struct vm_making m = {
		.vm = &r->vm,
		.make = vm_restore_make,
		.arg = r,
		.paused = arg_bool(c->args, "paused"),
	};
	char uuid[UUID_TEXT], name[VM_NAME_MAX + 1];
	struct reason why;
	size_t i;

	if (making_check_halted(c, r->vm.uuid) < 0)
		return -1;
	json_array_foreach(disks, i, disk)
	{
		if (retarget(c, disk, &r->vm) < 0)
			return -1;
	}
	uuid_format(r->vm.uuid, uuid);
	making_name(c, r->vm.name, uuid, name);
	memcpy(r->vm.name, name, sizeof(name));
	if (making_check(c, &r->vm, disks) < 0)
		return -1;
	call_progress(c, 0.1);
	if (making_run(c, &m, &why) < 0)
		return making_failed(c, &r->vm, NULL, &why);
	return 0;
}

static int do_resume(struct call *c)
{
	bool is_disk = json_object_get(c->args, "vdi") != NULL;
	struct vm_restore r = { 0 };
	char place[TARGET_MAX];
	struct reason why;
	int rc;

	if (find_place(c, true, place) < 0)
		return -1;
	if (vm_restore_open(&r, place, is_disk, &why) < 0)
		rc = refused_words(c, "SUSPEND_IMAGE_NOT_ACCESSIBLE", place, &why);
	else
		rc = resume(c, &r);
	vm_restore_close(&r);
	/* What it says is the past of a VM that has gone on. */
	if (rc == 0 && !is_disk && !arg_bool(c->args, "keep") && unlink(place) < 0)
		log_warning("%s: %s", place, strerror(errno));
	return rc;
}

const struct verb vm_saved_verbs[] = {
	{ "vm.suspend", suspend_args, do_suspend, "to a file, and the domain is gone: {bytes}" },
	{ "vm.checkpoint", checkpoint_args, do_checkpoint,
	  "to a file, with snapshots of that moment, and it goes on: {bytes, vdis}" },
	{ "vm.resume", resume_args, do_resume,
	  "from a file, which then goes unless it is to be kept: {uuid, name, domid}" },
	{ "vm.saved", args_none, do_saved, "of which VMs there are files: {uuids}" },
	{ "vm.link_saved", link_args, do_link, "a second name for a file" },
	{ "vm.forget_saved", saved_args, do_forget, "the file goes" },
	{ .name = NULL },
};
