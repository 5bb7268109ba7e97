// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files below the root.
 */
#include "network/files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/file.h"

#define FILE_LIMIT (128 * 1024)

bool root_path(char *out, size_t size, const char *root, const char *path)
{
	int len = snprintf(out, size, "%s%s", root, path);

	return len >= 0 && (size_t)len < size;
}

bool file_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return root_path(full, sizeof(full), root, path) && access(full, F_OK) == 0;
}

int file_read(const char *root, const char *path, struct buf *out)
{
	char full[PATH_MAX];

	if (!root_path(full, sizeof(full), root, path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (buf_read_file(out, full, FILE_LIMIT) == 0)
		return 0;
	return errno == ENOENT ? 0 : -1;
}

int file_write(const char *root, const char *path, const void *data, size_t len, struct reason *why)
{
	char full[PATH_MAX];

	if (!root_path(full, sizeof(full), root, path))
		return reason_set(why, "%s: the name is too long", path);
	file_folders(full);
	return file_replace(full, data, len, 0644) < 0 ? reason_errno(why, "%s", full) : 0;
}

int file_write_text(const char *root, const char *path, const char *text, struct reason *why)
{
	return file_write(root, path, text, strlen(text), why);
}

int file_remove(const char *root, const char *path, struct reason *why)
{
	char full[PATH_MAX];

	if (!root_path(full, sizeof(full), root, path))
		return reason_set(why, "%s: the name is too long", path);
	return file_unlink(full) < 0 ? reason_errno(why, "%s", full) : 0;
}
