// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks that are sparse raw files. Snapshots and clones are possible where the file system shares
 * blocks between files (xfs, btrfs, NFS 4.2 on such); ext4 does not.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "storage/device.h"
#include "storage/size.h"
#include "storage/sr_file.h"

#define TEXT_LIMIT 16384
#define SECTOR     512

void file_path(const struct sr *sr, const char *name, char path[FILE_PATH])
{
	snprintf(path, FILE_PATH, "%s/%s", sr->root, name);
}

static void filling_path(const struct sr *sr, const char *uuid, char path[FILE_PATH])
{
	snprintf(path, FILE_PATH, "%s/" FILLING_PREFIX "%s", sr->root, uuid);
}

int folder_sync(const char *folder, struct sr_error *e)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (rc < 0)
		sr_fail_errno(e, ERR_BACKEND, "%s", folder);
	if (fd >= 0)
		close(fd);
	return rc;
}

int props_write(const char *folder, const char *name, const char *const pairs[][2], size_t nr,
		struct sr_error *e)
{
	char path[FILE_PATH + 300];
	struct buf b = { 0 };
	int rc = 0;

	for (size_t i = 0; i < nr; i++) {
		prop_append(&b, pairs[i][0], pairs[i][1]);
		buf_append(&b, "\n", 1);
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (b.failed)
		rc = sr_fail(e, ERR_BACKEND, "out of memory");
	else if (file_replace(path, b.data, b.len, 0600) < 0)
		rc = sr_fail_errno(e, ERR_BACKEND, "writing %s", path);
	buf_free(&b);
	return rc;
}

int vdi_file_save(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	char name[64], time[24];
	const char *const pairs[][2] = {
		{ "vdi", v->uuid },      { "file", v->location },
		{ "name", v->name },     { "description", v->description },
		{ "time", time },        { "snapshot-of", v->snapshot_of },
		{ "parent", v->parent }, { "read-only", v->read_only ? "1" : "0" },
	};

	snprintf(name, sizeof(name), "%s" VDI_SUFFIX, v->uuid);
	snprintf(time, sizeof(time), "%" PRId64, v->time);
	return props_write(sr->root, name, pairs, sizeof(pairs) / sizeof(pairs[0]), e);
}

static void get(const char *text, const char *key, char *out, size_t room)
{
	if (!prop_get(text, '\n', key, out, room))
		out[0] = '\0';
}

bool vdi_file_parse(const char *text, struct vdi *v, struct reason *why)
{
	uint64_t time = 0;
	uint8_t uuid[16];

	memset(v, 0, sizeof(*v));
	get(text, "vdi", v->uuid, sizeof(v->uuid));
	get(text, "file", v->location, sizeof(v->location));
	get(text, "name", v->name, sizeof(v->name));
	get(text, "description", v->description, sizeof(v->description));
	get(text, "snapshot-of", v->snapshot_of, sizeof(v->snapshot_of));
	get(text, "parent", v->parent, sizeof(v->parent));
	prop_get_number(text, '\n', "time", &time);
	v->time = (int64_t)time;
	v->snapshot = v->snapshot_of[0] != '\0';
	v->read_only = prop_is(text, '\n', "read-only", "1");
	if (!uuid_parse(v->uuid, uuid)) {
		reason_set(why, "no vdi= with a uuid");
		return false;
	}
	/* A name in this directory, and not one of those that have a meaning of their own. */
	if (v->location[0] == '\0' || v->location[0] == '.' || strchr(v->location, '/')) {
		reason_set(why, "no file= with a name in this directory");
		return false;
	}
	return true;
}

/* One disk by the name of its .vdi file: 1, or 0 if there is none (with a warning if it is bad). */
static int vdi_file_load(const struct sr *sr, const char *name, struct vdi *v)
{
	struct buf text = { 0 };
	struct reason why = { "cannot be read" };
	char path[FILE_PATH];
	struct stat st;
	bool good;

	file_path(sr, name, path);
	good = buf_read_file(&text, path, TEXT_LIMIT) == 0 && text.data &&
	       vdi_file_parse(text.data, v, &why);
	buf_free(&text);
	if (!good || strncmp(name, v->uuid, UUID_TEXT - 1) != 0) {
		log_warning("%s: %s", path, good ? "another disk's uuid" : why.text);
		return 0;
	}
	file_path(sr, v->location, path);
	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	v->virtual_size = (uint64_t)st.st_size / SECTOR * SECTOR;
	v->physical_utilisation = (uint64_t)st.st_blocks * 512;
	v->plugged = true;
	return 1;
}

bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > end && strcasecmp(name + len - end, suffix) == 0;
}

DIR *folder_open(const struct sr *sr, struct sr_error *e)
{
	DIR *dir = opendir(sr->root);

	if (!dir)
		sr_fail_errno(e, ERR_SR_UNAVAILABLE, "repository %s: %s", sr->uuid, sr->root);
	return dir;
}

int file_vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e)
{
	DIR *dir = folder_open(sr, e);
	struct dirent *entry;
	struct vdi *v;

	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		struct vdi found;

		if (!has_suffix(entry->d_name, VDI_SUFFIX) || entry->d_name[0] == '.' ||
		    !vdi_file_load(sr, entry->d_name, &found))
			continue;
		v = vdi_list_add(list);
		if (!v) {
			closedir(dir);
			return sr_fail(e, ERR_BACKEND, "out of memory");
		}
		*v = found;
	}
	closedir(dir);
	return 0;
}

int file_vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	bool unfinished = v->unfinished;
	char path[FILE_PATH];
	int fd;

	if (!size_round_up(v->virtual_size, SECTOR, &v->virtual_size))
		return sr_fail(e, ERR_VALUE, "no disk is that large");
	snprintf(v->location, sizeof(v->location), "%s.raw", v->uuid);
	filling_path(sr, v->uuid, path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	v->unfinished = v->plugged = true;
	if (ftruncate(fd, (off_t)v->virtual_size) < 0) {
		sr_fail_errno(e, errno == EFBIG ? ERR_VALUE : ERR_BACKEND, "%s", path);
		close(fd);
		unlink(path);
		return -1;
	}
	close(fd);
	if (unfinished)
		return 0;
	if (file_vdi_finish(sr, v, e) == 0)
		return 0;
	unlink(path);
	return -1;
}

int file_vdi_finish(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	char filling[FILE_PATH], final[FILE_PATH];
	int fd, rc;

	filling_path(sr, v->uuid, filling);
	file_path(sr, v->location, final);
	fd = open(filling, O_RDONLY | O_CLOEXEC);
	rc = fd < 0 ? -1 : fsync(fd);
	if (rc < 0)
		sr_fail_errno(e, ERR_BACKEND, "%s", filling);
	if (fd >= 0)
		close(fd);
	/* From the .vdi file on the disk exists; a scan would do the rename. */
	if (rc < 0 || vdi_file_save(sr, v, e) < 0)
		return -1;
	if (rename(filling, final) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", final);
	v->unfinished = false;
	return folder_sync(sr->root, e);
}

int file_vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	char file[FILE_PATH], deleted[FILE_PATH], text[FILE_PATH];

	if (v->unfinished) {
		filling_path(sr, v->uuid, file);
		return unlink(file) < 0 ? sr_fail_errno(e, ERR_BACKEND, "%s", file) : 0;
	}
	file_path(sr, v->location, file);
	snprintf(deleted, sizeof(deleted), "%s/" DELETED_PREFIX "%s", sr->root, v->uuid);
	snprintf(text, sizeof(text), "%s/%s" VDI_SUFFIX, sr->root, v->uuid);
	if (rename(file, deleted) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", file);
	if (unlink(text) < 0 || folder_sync(sr->root, e) < 0 || unlink(deleted) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "removing %s", file);
	return 0;
}

int file_vdi_grow(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e)
{
	char path[FILE_PATH];

	file_path(sr, v->location, path);
	if (!size_round_up(size, SECTOR, &size))
		return sr_fail(e, ERR_VALUE, "no disk is that large");
	if (truncate(path, (off_t)size) < 0)
		return sr_fail_errno(e, errno == EFBIG ? ERR_VALUE : ERR_BACKEND, "%s", path);
	v->virtual_size = size;
	return file_size_changed(path, e);
}

/* The blocks of one file under another name. */
static int share_blocks(const char *from, const char *to, struct sr_error *e)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = in < 0 ? -1 : open(to, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = out < 0 ? -1 : ioctl(out, FICLONE, in);

	if (rc < 0 && out >= 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOTTY)) {
		sr_fail(e, ERR_UNSUPPORTED,
			"%s: this file system cannot snapshot or clone; `storage vdi copy` copies",
			from);
	} else if (rc < 0) {
		sr_fail_errno(e, ERR_BACKEND, "%s", out < 0 && in >= 0 ? to : from);
	}
	if (out >= 0)
		close(out);
	if (in >= 0)
		close(in);
	if (rc < 0 && out >= 0)
		unlink(to);
	return rc;
}

int file_vdi_clone(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e)
{
	char from[FILE_PATH], filling[FILE_PATH];

	snprintf(to->location, sizeof(to->location), "%s.raw", to->uuid);
	file_path(sr, v->location, from);
	filling_path(sr, to->uuid, filling);
	if (share_blocks(from, filling, e) < 0)
		return -1;
	to->read_only = to->snapshot;
	if (file_vdi_finish(sr, to, e) == 0)
		return 0;
	unlink(filling);
	return -1;
}

int file_vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
		  struct sr_error *e)
{
	char full[FILE_PATH];

	if (v->unfinished)
		filling_path(sr, v->uuid, full);
	else
		file_path(sr, v->location, full);
	if (strlen(full) >= STORAGE_PATH)
		return sr_fail(e, ERR_BACKEND, "%s: the name is too long", full);
	memcpy(path, full, strlen(full) + 1);
	return access(path, F_OK) < 0 ? sr_fail_errno(e, ERR_BACKEND, "%s", path) : 0;
}

int file_vdi_unplug(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	(void)sr, (void)v, (void)e; /* a file needs no activation */
	return 0;
}

int file_vdi_rename(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	return vdi_file_save(sr, v, e);
}

void file_vdi_path(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH])
{
	char full[FILE_PATH];

	file_path(sr, v->location, full);
	snprintf(path, STORAGE_PATH, "%.*s", STORAGE_PATH - 1, full);
}

bool file_vdi_user(const struct sr *sr, const struct vdi *v, char *who, size_t room)
{
	char path[FILE_PATH];

	file_path(sr, v->location, path);
	return file_user(path, who, room);
}
