// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories that are directories: on a disk of their own (ext4), anywhere on this host, on an
 * NFS server; and libraries of images that are only read.
 */
#include "storage/sr_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/device.h"
#include "storage/mount.h"
#include "storage/program.h"

#define TEXT_LIMIT 16384

static void mount_point(const struct sr *sr, char root[STORAGE_PATH])
{
	snprintf(root, STORAGE_PATH, STORAGE_MOUNT "/%s", sr->uuid);
}

static bool on_own_disk(const struct sr *sr)
{
	return strncmp(sr->source, "/dev/", 5) == 0;
}

static int sr_file_save(const struct sr *sr, struct sr_error *e)
{
	const char *const pairs[][2] = {
		{ "sr", sr->uuid },
		{ "type", sr->type->name },
		{ "name", sr->name },
		{ "description", sr->description },
	};
	return props_write(sr->root, SR_FILE, pairs, sizeof(pairs) / sizeof(pairs[0]), e);
}

bool sr_file_parse(const char *text, struct sr *sr, struct reason *why)
{
	uint8_t uuid[16];
	char type[32];

	if (!prop_get(text, '\n', "sr", sr->uuid, sizeof(sr->uuid)) ||
	    !uuid_parse(sr->uuid, uuid)) {
		reason_set(why, "no sr= with a uuid");
		return false;
	}
	if (!prop_get(text, '\n', "type", type, sizeof(type)) || !(sr->type = sr_type_find(type))) {
		reason_set(why, "no type= that is known");
		return false;
	}
	if (!prop_get(text, '\n', "name", sr->name, sizeof(sr->name)))
		sr->name[0] = '\0';
	if (!prop_get(text, '\n', "description", sr->description, sizeof(sr->description)))
		sr->description[0] = '\0';
	return true;
}

/* Is there a repository in sr->root? 1, 0, or -1. Its uuid, type, name come back. */
static int sr_file_load(struct sr *sr, struct sr_error *e)
{
	struct buf text = { 0 };
	char path[FILE_PATH];
	struct reason why;
	bool good;

	file_path(sr, SR_FILE, path);
	if (buf_read_file(&text, path, TEXT_LIMIT) < 0) {
		buf_free(&text);
		return errno == ENOENT ? 0 : sr_fail_errno(e, ERR_BACKEND, "%s", path);
	}
	good = sr_file_parse(text.data ? text.data : "", sr, &why);
	buf_free(&text);
	return good ? 1 : sr_fail(e, ERR_BACKEND, "%s: %s", path, why.text);
}

/* Into a directory in which there is no repository yet. */
static int settle(const struct sr *sr, struct sr_error *e)
{
	struct sr there = *sr;
	int rc = sr_file_load(&there, e);

	if (rc == 1)
		return sr_fail(e, ERR_DEVICE_HAS_DATA,
			       "%s already is repository %s; `storage sr introduce` takes it over",
			       sr->source, there.uuid);
	return rc < 0 ? -1 : sr_file_save(sr, e);
}

static int directory_check(const char *path, struct sr_error *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return sr_fail_errno(e, ERR_VALUE, "%s", path);
	if (path[0] != '/' || !S_ISDIR(st.st_mode))
		return sr_fail(e, ERR_VALUE, "%s: expected a disk or the full path of a directory",
			       path);
	return 0;
}

static int dir_format(struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	struct sr_error ignored;

	if (!on_own_disk(sr)) {
		snprintf(sr->root, sizeof(sr->root), "%s", sr->source);
		return directory_check(sr->source, e) < 0 ? -1 : settle(sr, e);
	}
	mount_point(sr, sr->root);
	if (device_claim(sr->source, how->force, e) < 0 || device_erase(sr->source, e) < 0 ||
	    ext4_make(sr->source, sr->uuid, e) < 0 ||
	    mount_ext4(sr->source, sr->root, false, e) < 0)
		return -1;
	if (settle(sr, e) == 0)
		return 0;
	unmount(sr->root, false, &ignored);
	return -1;
}

static int dir_plug(const struct sr *sr, struct sr_error *e)
{
	char device[STORAGE_PATH];

	if (!on_own_disk(sr))
		return directory_check(sr->root, e);
	if (is_mounted(sr->root))
		return 0;
	if (!ext4_find(sr->uuid, sr->source, device))
		return sr_fail(e, ERR_SR_UNAVAILABLE, "repository %s: no disk has its file system",
			       sr->uuid);
	return mount_ext4(device, sr->root, false, e);
}

static int dir_recognise(const char *source, const struct sr_options *how, struct sr *sr,
			 struct sr_error *e)
{
	struct sr_error ignored;
	struct stat st;
	int rc;

	(void)how;
	if (stat(source, &st) < 0)
		return 0;
	snprintf(sr->source, sizeof(sr->source), "%s", source);
	snprintf(sr->root, sizeof(sr->root), "%s", source);
	if (S_ISDIR(st.st_mode))
		return sr_file_load(sr, e);
	if (!S_ISBLK(st.st_mode) || !ext4_uuid(source, sr->uuid))
		return 0;
	mount_point(sr, sr->root);
	sr->type = &sr_type_dir;
	if (dir_plug(sr, e) < 0)
		return -1;
	rc = sr_file_load(sr, e);
	if (rc != 1)
		unmount(sr->root, false, &ignored);
	return rc;
}

static int dir_unplug(const struct sr *sr, struct sr_error *e)
{
	return on_own_disk(sr) ? unmount(sr->root, false, e) : 0;
}

/* Disks are gone already; a file system of our own goes as a whole. */
static int dir_erase(const struct sr *sr, struct sr_error *e)
{
	char device[STORAGE_PATH];

	if (!on_own_disk(sr)) {
		char path[FILE_PATH];

		file_path(sr, SR_FILE, path);
		if (unlink(path) < 0 && errno != ENOENT)
			return sr_fail_errno(e, ERR_BACKEND, "%s", path);
		return 0;
	}
	if (!ext4_find(sr->uuid, sr->source, device))
		return sr_fail(e, ERR_SR_UNAVAILABLE, "repository %s: no disk has its file system",
			       sr->uuid);
	return unmount(sr->root, false, e) < 0 ? -1 : device_erase(device, e);
}

static int file_stat(const struct sr *sr, struct sr_stat *stat, struct sr_error *e)
{
	struct vdi_list list = { 0 };
	struct statvfs fs;

	if (statvfs(sr->root, &fs) < 0)
		return sr_fail_errno(e, ERR_SR_UNAVAILABLE, "%s", sr->root);
	stat->plugged = true;
	stat->physical_size = (uint64_t)fs.f_blocks * fs.f_frsize;
	stat->physical_utilisation = (uint64_t)(fs.f_blocks - fs.f_bfree) * fs.f_frsize;
	if (sr->type->list(sr, &list, e) < 0)
		return -1;
	for (size_t i = 0; i < list.nr; i++)
		stat->virtual_allocation += list.vdis[i].virtual_size;
	stat->nr_vdis = (unsigned int)list.nr;
	vdi_list_free(&list);
	return 0;
}

static int dir_stat(const struct sr *sr, struct sr_stat *stat, struct sr_error *e)
{
	/* Unmounted, its directory would be this host's own file system. */
	if ((on_own_disk(sr) || sr->type == &sr_type_nfs) && !is_mounted(sr->root))
		return sr_fail(e, ERR_SR_UNAVAILABLE, "repository %s is not plugged", sr->uuid);
	return file_stat(sr, stat, e);
}

static int dir_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e)
{
	char device[STORAGE_PATH];

	/* Its disk may have grown. */
	if (on_own_disk(sr) && ext4_find(sr->uuid, sr->source, device) && ext4_grow(device, e) < 0)
		return -1;
	return file_scan(sr, found, e);
}

static int dir_available(struct sr_error *e)
{
	(void)e;
	return 0;
}

static int nfs_format(struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	struct sr_error ignored;

	(void)how;
	mount_point(sr, sr->root);
	if (mount_nfs(sr->source, sr->root, NFS_WAITS, e) < 0)
		return -1;
	if (settle(sr, e) == 0)
		return 0;
	unmount(sr->root, false, &ignored);
	return -1;
}

/* Its uuid is not known before it is mounted, which is why it is mounted twice. */
static int nfs_recognise(const char *source, const struct sr_options *how, struct sr *sr,
			 struct sr_error *e)
{
	char server[256], export[256], there[STORAGE_PATH];
	struct sr_error ignored;
	int rc;

	(void)how;
	if (!nfs_source_split(source, server, export))
		return 0;
	snprintf(there, sizeof(there), STORAGE_MOUNT "/introduce-%d", (int)getpid());
	snprintf(sr->source, sizeof(sr->source), "%s", source);
	snprintf(sr->root, sizeof(sr->root), "%s", there);
	if (mount_nfs(source, there, NFS_FAILS, e) < 0)
		return -1;
	rc = sr_file_load(sr, e);
	unmount(there, false, &ignored);
	sr->type = &sr_type_nfs;
	mount_point(sr, sr->root);
	return rc;
}

static int nfs_plug(const struct sr *sr, struct sr_error *e)
{
	if (is_mounted(sr->root))
		return nfs_reach(sr->source, e);
	return mount_nfs(sr->source, sr->root, NFS_WAITS, e);
}

static int nfs_ready(const struct sr *sr, struct sr_error *e)
{
	return nfs_reach(sr->source, e);
}

static int nfs_unplug(const struct sr *sr, struct sr_error *e)
{
	struct sr_error silent;

	return unmount(sr->root, nfs_reach(sr->source, &silent) < 0, e);
}

static int nfs_erase(const struct sr *sr, struct sr_error *e)
{
	char path[FILE_PATH];

	file_path(sr, SR_FILE, path);
	if (unlink(path) < 0 && errno != ENOENT)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	return unmount(sr->root, false, e);
}

/* What it is, is kept beside the images if that is possible: a library may be read-only. */
static int iso_format(struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	(void)how;
	snprintf(sr->root, sizeof(sr->root), "%s", sr->source);
	if (directory_check(sr->source, e) < 0)
		return -1;
	return access(sr->root, W_OK) < 0 ? 0 : settle(sr, e);
}

static int iso_plug(const struct sr *sr, struct sr_error *e)
{
	return directory_check(sr->root, e);
}

static int iso_unplug(const struct sr *sr, struct sr_error *e)
{
	(void)sr, (void)e;
	return 0;
}

static int iso_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e)
{
	(void)found;
	return directory_check(sr->root, e);
}

#define FILE_DISKS                                                                               \
	.vdi_create = file_vdi_create, .vdi_finish = file_vdi_finish,                            \
	.vdi_destroy = file_vdi_destroy, .vdi_grow = file_vdi_grow, .vdi_clone = file_vdi_clone, \
	.vdi_plug = file_vdi_plug, .vdi_unplug = file_vdi_unplug, .vdi_rename = file_vdi_rename, \
	.vdi_path = file_vdi_path, .vdi_user = file_vdi_user

const struct sr_type sr_type_dir = {
	.name = "dir",
	.clones = true,
	.available = dir_available,
	.format = dir_format,
	.recognise = dir_recognise,
	.plug = dir_plug,
	.unplug = dir_unplug,
	.erase = dir_erase,
	.stat = dir_stat,
	.scan = dir_scan,
	.list = file_vdi_list,
	FILE_DISKS,
};

const struct sr_type sr_type_nfs = {
	.name = "nfs",
	.clones = true,
	.available = dir_available,
	.ready = nfs_ready,
	.format = nfs_format,
	.recognise = nfs_recognise,
	.plug = nfs_plug,
	.unplug = nfs_unplug,
	.erase = nfs_erase,
	.stat = dir_stat,
	.scan = file_scan,
	.list = file_vdi_list,
	FILE_DISKS,
};

const struct sr_type sr_type_iso = {
	.name = "iso",
	.library = true,
	.available = dir_available,
	.format = iso_format,
	.recognise = dir_recognise,
	.plug = iso_plug,
	.unplug = iso_unplug,
	.erase = dir_erase,
	.stat = file_stat,
	.scan = iso_scan,
	.list = iso_vdi_list,
	.vdi_create = iso_vdi_create,
	.vdi_finish = iso_vdi_finish,
	.vdi_destroy = iso_vdi_destroy,
	.vdi_plug = iso_vdi_plug,
	.vdi_unplug = file_vdi_unplug,
	.vdi_path = file_vdi_path,
	.vdi_user = file_vdi_user,
};
