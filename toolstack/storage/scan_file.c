// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is in a directory that no disk accounts for: rows of steps that were cut off are completed
 * or undone, and images that somebody put there become disks.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/lock.h"
#include "storage/sr_file.h"

struct scan {
	const struct sr *sr;
	struct sr_leftovers *found;
	struct sr_error *e;
};

static bool uuid_after(const char *name, const char *prefix, char uuid[UUID_TEXT])
{
	size_t len = strlen(prefix);
	uint8_t raw[16];

	if (strncmp(name, prefix, len) != 0 || !uuid_parse(name + len, raw))
		return false;
	memcpy(uuid, name + len, UUID_TEXT);
	return true;
}

static int remove_file(struct scan *s, const char *name)
{
	char path[FILE_PATH];

	file_path(s->sr, name, path);
	if (unlink(path) < 0 && errno != ENOENT)
		return sr_fail_errno(s->e, ERR_BACKEND, "%s", path);
	return 0;
}

/* With its .vdi file the disk exists and lacks its name; without, it never came to be. */
static int scan_filling(struct scan *s, const char *name, const char *uuid)
{
	char text[FILE_PATH], from[FILE_PATH], to[FILE_PATH];
	int lock = vdi_lock(uuid, s->e);
	int rc = 0;

	if (lock < 0)
		return 0; /* somebody is at it */
	snprintf(text, sizeof(text), "%s/%s" VDI_SUFFIX, s->sr->root, uuid);
	snprintf(to, sizeof(to), "%s/%s.raw", s->sr->root, uuid);
	file_path(s->sr, name, from);
	if (access(text, F_OK) < 0) {
		rc = remove_file(s, name);
		s->found->removed++;
	} else {
		if (rename(from, to) < 0)
			rc = sr_fail_errno(s->e, ERR_BACKEND, "%s", from);
		s->found->finished++;
	}
	vdi_unlock(lock, uuid);
	return rc;
}

static int scan_deleted(struct scan *s, const char *name, const char *uuid)
{
	char text[64];

	snprintf(text, sizeof(text), "%s" VDI_SUFFIX, uuid);
	s->found->finished++;
	return remove_file(s, text) < 0 ? -1 : remove_file(s, name);
}

/* An image without a .vdi file of its own was put there by hand. */
static int adopt(struct scan *s, const char *name, const struct vdi_list *known)
{
	struct vdi v = { .time = time(NULL) };
	const char *end = strrchr(name, '.');
	char path[FILE_PATH];
	struct stat st;
	uint8_t uuid[16];

	file_path(s->sr, name, path);
	if (!end || (strcmp(end, ".raw") != 0 && strcmp(end, ".img") != 0) ||
	    strlen(name) >= sizeof(v.location) || !prop_text_valid(name) || lstat(path, &st) < 0 ||
	    !S_ISREG(st.st_mode))
		return 0;
	for (size_t i = 0; i < known->nr; i++)
		if (strcmp(known->vdis[i].location, name) == 0)
			return 0;
	if (uuid_generate(uuid) < 0)
		return sr_fail_errno(s->e, ERR_BACKEND, "random numbers");
	uuid_format(uuid, v.uuid);
	snprintf(v.location, sizeof(v.location), "%s", name);
	snprintf(v.name, sizeof(v.name), "%.*s", (int)(end - name), name);
	s->found->adopted++;
	return vdi_file_save(s->sr, &v, s->e);
}

static int scan_entry(struct scan *s, const char *name, const struct vdi_list *known)
{
	char uuid[UUID_TEXT];

	if (uuid_after(name, FILLING_PREFIX, uuid))
		return scan_filling(s, name, uuid);
	if (uuid_after(name, DELETED_PREFIX, uuid))
		return scan_deleted(s, name, uuid);
	if (strncmp(name, NEW_PREFIX, strlen(NEW_PREFIX)) == 0)
		return remove_file(s, name);
	return known && name[0] != '.' ? adopt(s, name, known) : 0;
}

static int scan_all(struct scan *s, const struct vdi_list *known)
{
	DIR *dir = opendir(s->sr->root);
	struct dirent *entry;
	int rc = 0;

	if (!dir)
		return sr_fail_errno(s->e, ERR_SR_UNAVAILABLE, "%s", s->sr->root);
	while (rc == 0 && (entry = readdir(dir)))
		rc = scan_entry(s, entry->d_name, known);
	closedir(dir);
	return rc;
}

int file_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e)
{
	struct scan s = { sr, found, e };
	struct vdi_list known = { 0 };
	int rc;

	/* First the leftovers: only then is it clear which files have no disk. */
	if (scan_all(&s, NULL) < 0)
		return -1;
	rc = file_vdi_list(sr, &known, e);
	if (rc == 0)
		rc = scan_all(&s, &known);
	vdi_list_free(&known);
	return rc < 0 ? -1 : folder_sync(sr->root, e);
}
