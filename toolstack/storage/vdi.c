// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on disks: what all types have in common. Filling a disk takes long: it is created
 * unfinished under the repository's lock, filled under its own, and finished under the
 * repository's again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/lock.h"
#include "storage/private.h"
#include "storage/size.h"
#include "storage/stream.h"

struct vdi *vdi_list_add(struct vdi_list *list)
{
	struct vdi *more = realloc(list->vdis, (list->nr + 1) * sizeof(*more));

	if (!more)
		return NULL;
	list->vdis = more;
	memset(&more[list->nr], 0, sizeof(*more));
	return &more[list->nr++];
}

void vdi_list_free(struct vdi_list *list)
{
	free(list->vdis);
	*list = (struct vdi_list){ 0 };
}

int vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e)
{
	*list = (struct vdi_list){ 0 };
	if (sr_ready(sr, e) == 0 && sr->type->list(sr, list, e) == 0)
		return 0;
	vdi_list_free(list);
	return -1;
}

/* 1 for a uuid, which decides; else how many have that name, the first in *v. */
static int search(const struct sr *sr, const char *which, struct vdi *v, bool *by_uuid,
		  struct sr_error *e)
{
	struct vdi_list list;
	int matches = 0;

	*by_uuid = false;
	if (vdi_list(sr, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.nr && !*by_uuid; i++) {
		*by_uuid = strcasecmp(list.vdis[i].uuid, which) == 0;
		if (!*by_uuid && (!*which || strcmp(list.vdis[i].name, which) != 0))
			continue;
		matches = *by_uuid ? 1 : matches + 1;
		*v = list.vdis[i];
	}
	vdi_list_free(&list);
	return matches;
}

int vdi_find(const char *sr_which, const char *which, struct sr *sr, struct vdi *v,
	     struct sr_error *e)
{
	struct sr *list = NULL, one;
	size_t nr = 1;
	int matches = 0;
	bool by_uuid = false;

	if (sr_which ? sr_find(sr_which, &one, e) < 0 : sr_list(&list, &nr, e) < 0)
		return -1;
	for (size_t i = 0; i < nr && !by_uuid; i++) {
		const struct sr *at = sr_which ? &one : &list[i];
		struct vdi found;
		int n = search(at, which, &found, &by_uuid, e);

		if (n < 0 && sr_which)
			return -1;
		if (n <= 0)
			continue;
		matches = by_uuid ? n : matches + n;
		*v = found;
		*sr = *at;
	}
	free(list);
	if (matches == 0)
		return sr_fail(e, ERR_UUID_INVALID, "there is no disk \"%s\"", which);
	if (matches > 1)
		return sr_fail(e, ERR_UUID_INVALID, "%d disks are called \"%s\": say a uuid",
			       matches, which);
	return 0;
}

/* An image is what it is. */
static int check_changeable(const struct sr *sr, struct sr_error *e)
{
	if (!sr->type->library)
		return 0;
	return sr_fail(e, ERR_UNSUPPORTED, "images in repository %s of type %s are not changed",
		       sr->uuid, sr->type->name);
}

/* uuid and time of a new disk, and whether its texts can be kept. */
static int prepare(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	uint8_t uuid[16];

	if (check_texts(v->name, v->description, e) < 0 || sr_ready(sr, e) < 0)
		return -1;
	if (v->virtual_size == 0 || v->virtual_size > SIZE_MAX_DISK)
		return sr_fail(e, ERR_VALUE, "a disk has between 1 byte and 64 TiB");
	if (uuid_generate(uuid) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "random numbers");
	uuid_format(uuid, v->uuid);
	v->time = time(NULL);
	return 0;
}

int vdi_refresh(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	bool by_uuid;
	char uuid[UUID_TEXT];

	memcpy(uuid, v->uuid, sizeof(uuid));
	if (search(sr, uuid, v, &by_uuid, e) < 0)
		return -1;
	if (!by_uuid)
		return sr_fail(e, ERR_UUID_INVALID, "there is no disk %s any more", uuid);
	return 0;
}

static int check_unused(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	char who[128];

	if (sr->type->vdi_user(sr, v, who, sizeof(who)))
		return sr_fail(e, ERR_VDI_IN_USE, "disk %s is %s", v->uuid, who);
	return 0;
}

/* Nor a program of this host. */
static int check_closed(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	if (check_unused(sr, v, e) < 0)
		return -1;
	if (vdi_is_open(sr, v))
		return sr_fail(e, ERR_VDI_IN_USE,
			       "disk %s is being read or written by a program of this host",
			       v->uuid);
	return 0;
}

static int check_finished(const struct vdi *v, struct sr_error *e)
{
	if (v->unfinished)
		return sr_fail(
			e, ERR_VDI_IN_USE,
			"disk %s is being filled, or that was interrupted: `storage sr scan` "
			"removes it then",
			v->uuid);
	return 0;
}

int vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	int lock, rc;

	if (prepare(sr, v, e) < 0 || (lock = sr_lock(sr->uuid, e)) < 0)
		return -1;
	v->unfinished = false;
	rc = sr->type->vdi_create(sr, v, e);
	sr_unlock(lock);
	return rc;
}

int vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	struct vdi now = *v;
	int lock, rc;

	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	rc = vdi_refresh(sr, &now, e);
	if (rc == 0)
		rc = check_finished(&now, e);
	if (rc == 0)
		rc = check_closed(sr, &now, e);
	if (rc == 0)
		rc = sr->type->vdi_destroy(sr, &now, e);
	sr_unlock(lock);
	return rc;
}

int vdi_seal(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	int lock, rc;

	if (!sr->type->library)
		return sr_fail(e, ERR_UNSUPPORTED, "repository %s of type %s has no images",
			       sr->uuid, sr->type->name);
	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	rc = vdi_refresh(sr, v, e);
	if (rc == 0 && !v->read_only)
		rc = check_closed(sr, v, e);
	if (rc == 0 && !v->read_only)
		rc = sr->type->vdi_finish(sr, v, e);
	sr_unlock(lock);
	return rc;
}

static int check_growth(const struct vdi *v, uint64_t size, struct sr_error *e)
{
	char now[16], wanted[16];

	if (v->read_only)
		return sr_fail(e, ERR_VDI_READ_ONLY, "disk %s is read-only", v->uuid);
	size_format(v->virtual_size, now);
	size_format(size, wanted);
	if (size < v->virtual_size)
		return sr_fail(e, ERR_VALUE, "disk %s has %s: it cannot shrink to %s", v->uuid, now,
			       wanted);
	if (size > SIZE_MAX_DISK)
		return sr_fail(e, ERR_VALUE, "disk %s: %s is more than 64 TiB", v->uuid, wanted);
	return 0;
}

int vdi_resize(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e)
{
	int lock, rc;

	if (check_changeable(sr, e) < 0 || (lock = sr_lock(sr->uuid, e)) < 0)
		return -1;
	rc = vdi_refresh(sr, v, e);
	if (rc == 0)
		rc = check_finished(v, e);
	if (rc == 0)
		rc = check_growth(v, size, e);
	if (rc == 0)
		rc = sr->type->vdi_grow(sr, v, size, e);
	sr_unlock(lock);
	return rc;
}

static int share(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e)
{
	int lock, rc;

	if (!sr->type->clones)
		return sr_fail(e, ERR_UNSUPPORTED,
			       "repository %s of type %s cannot snapshot or clone; `storage vdi "
			       "copy` copies",
			       sr->uuid, sr->type->name);
	to->virtual_size = v->virtual_size;
	if (check_finished(v, e) < 0 || prepare(sr, to, e) < 0 || (lock = sr_lock(sr->uuid, e)) < 0)
		return -1;
	/* Not looked up again: one that is finished stays so, and one that is gone is refused. */
	rc = sr->type->vdi_clone(sr, v, to, e);
	sr_unlock(lock);
	return rc;
}

int vdi_snapshot(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e)
{
	to->snapshot = to->read_only = true;
	memcpy(to->snapshot_of, v->uuid, sizeof(to->snapshot_of));
	return share(sr, v, to, e);
}

int vdi_clone(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e)
{
	to->snapshot = to->read_only = false;
	memcpy(to->parent, v->uuid, sizeof(to->parent));
	return share(sr, v, to, e);
}

int vdi_revert(const struct sr *sr, struct vdi *v, const struct vdi *from, struct sr_error *e)
{
	struct vdi source = *from;
	int lock, rc;

	if (!sr->type->vdi_revert)
		return sr_fail(e, ERR_UNSUPPORTED,
			       "repository %s of type %s cannot replace a disk by another",
			       sr->uuid, sr->type->name);
	if (strcmp(v->uuid, from->uuid) == 0)
		return sr_fail(e, ERR_VALUE, "disk %s cannot be replaced by itself", v->uuid);
	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	rc = vdi_refresh(sr, v, e) < 0 || vdi_refresh(sr, &source, e) < 0 ||
			     check_finished(v, e) < 0 || check_finished(&source, e) < 0
		     ? -1
		     : check_closed(sr, v, e);
	if (rc == 0 && v->read_only)
		rc = sr_fail(e, ERR_VDI_READ_ONLY, "disk %s is read-only", v->uuid);
	if (rc == 0)
		rc = sr->type->vdi_revert(sr, v, &source, e);
	sr_unlock(lock);
	return rc;
}

/* A new disk that nobody sees yet, and its path. */
static int filling_begin(const struct sr *sr, struct vdi *to, char path[STORAGE_PATH],
			 struct sr_error *e)
{
	struct sr_error ignored;
	int lock, rc;

	if ((lock = sr_lock(sr->uuid, e)) < 0)
		return -1;
	to->unfinished = true;
	/* Sparse filling leaves out zeroes, so that a thick disk has to be wiped first. */
	rc = sr->type->vdi_create(sr, to, e);
	if (rc == 0 && sr->type->vdi_plug(sr, to, path, e) < 0) {
		sr->type->vdi_destroy(sr, to, &ignored);
		rc = -1;
	}
	sr_unlock(lock);
	return rc;
}

static int filling_end(const struct sr *sr, struct vdi *to, int rc, struct sr_error *e)
{
	struct sr_error ignored;
	int lock = sr_lock(sr->uuid, rc < 0 ? &ignored : e);

	if (lock < 0)
		return -1;
	if (rc == 0)
		rc = sr->type->vdi_unplug(sr, to, e);
	if (rc == 0)
		rc = sr->type->vdi_finish(sr, to, e);
	if (rc < 0)
		sr->type->vdi_destroy(sr, to, &ignored);
	sr_unlock(lock);
	return rc;
}

/* content bytes of it come from fd; what the repository rounds up to stays zero. */
static int fill(const struct sr *sr, struct vdi *to, int fd, uint64_t content, bool whole,
		struct sr_error *e)
{
	char path[STORAGE_PATH], locked[UUID_TEXT];
	int lock = vdi_lock(to->uuid, e);
	int rc;

	if (lock < 0)
		return -1;
	/* An image's uuid is that of its name. */
	memcpy(locked, to->uuid, sizeof(locked));
	rc = filling_begin(sr, to, path, e);
	if (rc == 0) {
		int out = open(path, O_WRONLY | O_CLOEXEC);

		rc = out < 0 ? sr_fail_errno(e, ERR_BACKEND, "%s", path)
			     : stream_copy(fd, out, content, true, e);
		if (rc == 0 && whole)
			rc = stream_ends(fd, content, e);
		if (out >= 0 && close(out) < 0 && rc == 0)
			rc = sr_fail_errno(e, ERR_BACKEND, "%s", path);
		rc = filling_end(sr, to, rc, e);
	}
	vdi_unlock(lock, locked);
	return rc;
}

int vdi_import(const struct sr *sr, struct vdi *to, int fd, struct sr_error *e)
{
	if (prepare(sr, to, e) < 0)
		return -1;
	return fill(sr, to, fd, to->virtual_size, true, e);
}

int vdi_check_openable(const struct sr *sr, const struct vdi *v, bool write, struct sr_error *e)
{
	if (check_finished(v, e) < 0)
		return -1;
	if (v->read_only)
		return write ? sr_fail(e, ERR_VDI_READ_ONLY, "disk %s is read-only", v->uuid) : 0;
	return check_unused(sr, v, e);
}

/* Opens a disk to read it as a whole; *was tells whether it was plugged before. */
static int reading_begin(const struct sr *sr, struct vdi *v, bool *was, struct sr_error *e)
{
	char path[STORAGE_PATH];
	int fd = vdi_open(sr, v, false, path, e);

	*was = v->plugged;
	return fd;
}

static void reading_end(const struct sr *sr, const struct vdi *v, int fd, bool was)
{
	struct sr_error ignored;

	close(fd);
	if (!was)
		vdi_unplug(sr, v, &ignored);
}

int vdi_copy(const struct sr *sr, const struct vdi *v, const struct sr *to_sr, struct vdi *to,
	     struct sr_error *e)
{
	struct vdi from = *v;
	bool was;
	int fd, rc;

	fd = reading_begin(sr, &from, &was, e);
	if (fd < 0)
		return -1;
	to->virtual_size = from.virtual_size;
	rc = prepare(to_sr, to, e);
	if (rc == 0)
		rc = fill(to_sr, to, fd, from.virtual_size, false, e);
	reading_end(sr, &from, fd, was);
	return rc;
}

int vdi_export(const struct sr *sr, const struct vdi *v, int fd, struct sr_error *e)
{
	struct vdi from = *v;
	struct stat st;
	bool was, file;
	int in, rc;

	in = reading_begin(sr, &from, &was, e);
	if (in < 0)
		return -1;
	/* An empty file can have holes; a pipe cannot. */
	file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
	rc = stream_copy(in, fd, from.virtual_size, file, e);
	if (rc == 0 && file && ftruncate(fd, (off_t)from.virtual_size) < 0)
		rc = sr_fail_errno(e, ERR_BACKEND, "the size of the file");
	reading_end(sr, &from, in, was);
	return rc;
}

int vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH], struct sr_error *e)
{
	struct vdi now = *v;
	int lock = sr_lock(sr->uuid, e);
	int rc;

	if (lock < 0)
		return -1;
	rc = vdi_refresh(sr, &now, e);
	if (rc == 0)
		rc = check_finished(&now, e);
	if (rc == 0)
		rc = sr->type->vdi_plug(sr, &now, path, e);
	sr_unlock(lock);
	return rc;
}

int vdi_unplug(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	int lock = sr_lock(sr->uuid, e);
	int rc;

	if (lock < 0)
		return -1;
	/* Who asks a target that is silent would wait for it. */
	rc = sr_ready(sr, e);
	if (rc == 0)
		rc = check_closed(sr, v, e);
	if (rc == 0)
		rc = sr->type->vdi_unplug(sr, v, e);
	sr_unlock(lock);
	return rc;
}

int vdi_rename(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	int lock, rc;

	if (check_changeable(sr, e) < 0 || check_texts(v->name, v->description, e) < 0 ||
	    (lock = sr_lock(sr->uuid, e)) < 0)
		return -1;
	rc = sr->type->vdi_rename(sr, v, e);
	sr_unlock(lock);
	return rc;
}
