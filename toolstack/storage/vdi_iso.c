// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Images of a library: files with names of their own, put there by hand, or by a client, which
 * makes one of the size that it will have, fills it and seals it. Until then nobody but root reads
 * it, which is how it is told from the others; what was cut off stays so, to be filled or removed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/sr_file.h"

#define MODE_FILLING 0600
#define MODE_SEALED  0644

static bool being_filled(const struct stat *st)
{
	return (st->st_mode & 07777) == MODE_FILLING;
}

/* The same image has the same uuid on every host: one made of repository and file name. */
static void iso_uuid(const char *sr_uuid, const char *name, char text[UUID_TEXT])
{
	uint64_t hash[2] = { 0xcbf29ce484222325, 0x84222325cbf29ce4 };
	uint8_t uuid[16];

	for (unsigned int half = 0; half < 2; half++) {
		for (const char *c = sr_uuid; *c; c++)
			hash[half] = (hash[half] ^ (uint8_t)*c) * 0x100000001b3;
		for (const char *c = name; *c; c++)
			hash[half] = (hash[half] ^ (uint8_t)*c) * 0x100000001b3;
	}
	memcpy(uuid, hash, 16);
	uuid[6] = (uuid[6] & 0x0f) | 0x80;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	uuid_format(uuid, text);
}

int iso_vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e)
{
	DIR *dir = folder_open(sr, e);
	struct dirent *entry;

	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		char path[FILE_PATH];
		struct stat st;
		struct vdi *v;

		file_path(sr, entry->d_name, path);
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof(v->location) ||
		    (!has_suffix(entry->d_name, ".iso") && !has_suffix(entry->d_name, ".img")) ||
		    stat(path, &st) < 0 || !S_ISREG(st.st_mode) || !prop_text_valid(entry->d_name))
			continue;
		v = vdi_list_add(list);
		if (!v) {
			closedir(dir);
			return sr_fail(e, ERR_BACKEND, "out of memory");
		}
		iso_uuid(sr->uuid, entry->d_name, v->uuid);
		snprintf(v->location, sizeof(v->location), "%s", entry->d_name);
		snprintf(v->name, sizeof(v->name), "%s", entry->d_name);
		v->virtual_size = (uint64_t)st.st_size;
		v->physical_utilisation = (uint64_t)st.st_blocks * 512;
		v->time = st.st_mtime;
		v->read_only = !being_filled(&st);
		v->plugged = true;
	}
	closedir(dir);
	return 0;
}

static bool is_image(const char *name)
{
	return has_suffix(name, ".iso") || has_suffix(name, ".img");
}

/* Its name is its file's; a name without an end that says what it is gets one. */
static int name_choose(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	struct vdi_list list = { 0 };
	int n = snprintf(v->location, sizeof(v->location), "%s%s", v->name,
			 is_image(v->name) ? "" : ".iso"),
	    rc = 0;

	if (n < 0 || (size_t)n >= sizeof(v->location) || !*v->name || v->name[0] == '.' ||
	    strchr(v->name, '/'))
		return sr_fail(e, ERR_VALUE,
			       "\"%s\": an image is called like a file, NAME.iso or NAME.img",
			       v->name);
	if (iso_vdi_list(sr, &list, e) < 0)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < list.nr; i++)
		if (strcmp(list.vdis[i].location, v->location) == 0)
			rc = sr_fail(e, ERR_NOT_UNIQUE, "there is an image %s already",
				     v->location);
	vdi_list_free(&list);
	return rc;
}

/* All of it has to have room now: an image that is half there is of no use. */
static int room_check(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	struct statvfs fs;

	if (statvfs(sr->root, &fs) < 0)
		return sr_fail_errno(e, ERR_SR_UNAVAILABLE, "%s", sr->root);
	if (fs.f_flag & ST_RDONLY)
		return sr_fail(e, ERR_UNSUPPORTED, "%s is only read", sr->root);
	if (v->virtual_size / fs.f_frsize >= fs.f_bavail)
		return sr_fail(e, ERR_SR_FULL, "%s: %" PRIu64 " bytes, of which %" PRIu64 " free",
			       sr->root, v->virtual_size, (uint64_t)fs.f_bavail * fs.f_frsize);
	return 0;
}

int iso_vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	char path[FILE_PATH];
	int fd;

	if (name_choose(sr, v, e) < 0 || room_check(sr, v, e) < 0)
		return -1;
	file_path(sr, v->location, path);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, MODE_FILLING);
	if (fd < 0)
		return sr_fail_errno(e, errno == EEXIST ? ERR_NOT_UNIQUE : ERR_BACKEND, "%s", path);
	if (fchmod(fd, MODE_FILLING) < 0 || ftruncate(fd, (off_t)v->virtual_size) < 0) {
		sr_fail_errno(e, errno == EFBIG ? ERR_VALUE : ERR_BACKEND, "%s", path);
		close(fd);
		unlink(path);
		return -1;
	}
	close(fd);
	snprintf(v->name, sizeof(v->name), "%s", v->location);
	iso_uuid(sr->uuid, v->location, v->uuid);
	v->plugged = true;
	return folder_sync(sr->root, e);
}

int iso_vdi_finish(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	char path[FILE_PATH];
	int fd, rc;

	file_path(sr, v->location, path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	rc = fd < 0 || fsync(fd) < 0 || fchmod(fd, MODE_SEALED) < 0 || fsync(fd) < 0 ? -1 : 0;
	if (rc < 0)
		sr_fail_errno(e, ERR_BACKEND, "%s", path);
	if (fd >= 0)
		close(fd);
	v->unfinished = false;
	v->read_only = rc == 0;
	return rc;
}

int iso_vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	char path[FILE_PATH];

	file_path(sr, v->location, path);
	return unlink(path) < 0 ? sr_fail_errno(e, ERR_BACKEND, "%s", path)
				: folder_sync(sr->root, e);
}

int iso_vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
		 struct sr_error *e)
{
	struct vdi image = *v;

	/* It has its name from the beginning. */
	image.unfinished = false;
	return file_vdi_plug(sr, &image, path, e);
}
