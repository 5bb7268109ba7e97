// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files: written beside their place, then moved into it.
 */
#include "network/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT (128 * 1024)

bool file_path(char *out, size_t size, const char *root, const char *path)
{
	int len = snprintf(out, size, "%s%s", root, path);

	return len >= 0 && (size_t)len < size;
}

bool file_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return file_path(full, sizeof(full), root, path) && access(full, F_OK) == 0;
}

int file_read(const char *root, const char *path, struct buf *out)
{
	char full[PATH_MAX];

	if (!file_path(full, sizeof(full), root, path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (buf_read_file(out, full, FILE_LIMIT) == 0)
		return 0;
	return errno == ENOENT ? 0 : -1;
}

/* The folder of a path, in place; false at the top. */
static bool path_cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return false;
	*slash = '\0';
	return true;
}

static void folders_make(const char *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", file);
	path_cut(path);
	for (char *at = path + 1; *at; at++)
		if (*at == '/') {
			*at = '\0';
			mkdir(path, 0755);
			*at = '/';
		}
	mkdir(path, 0755);
}

static int folder_sync(const char *file)
{
	char path[PATH_MAX];
	int fd, rc;

	snprintf(path, sizeof(path), "%s", file);
	if (!path_cut(path))
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	/* Some file systems in memory cannot, and need not. */
	return rc < 0 && errno != EINVAL ? -1 : 0;
}

static int put_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		data += put;
		len -= (size_t)put;
	}
	return fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

int file_write(const char *root, const char *path, const void *data, size_t len, struct reason *why)
{
	char full[PATH_MAX], fresh[PATH_MAX + 8];
	int fd, rc;

	if (!file_path(full, sizeof(full), root, path))
		return reason_set(why, "%s: the name is too long", path);
	snprintf(fresh, sizeof(fresh), "%s.new", full);
	folders_make(full);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return reason_errno(why, "%s", fresh);
	rc = put_all(fd, data, len);
	if (close(fd) < 0 || rc < 0 || rename(fresh, full) < 0 || folder_sync(full) < 0) {
		reason_errno(why, "%s", full);
		unlink(fresh);
		return -1;
	}
	return 0;
}

int file_write_text(const char *root, const char *path, const char *text, struct reason *why)
{
	return file_write(root, path, text, strlen(text), why);
}

int file_remove(const char *root, const char *path, struct reason *why)
{
	char full[PATH_MAX];

	if (!file_path(full, sizeof(full), root, path) || (unlink(full) < 0 && errno != ENOENT) ||
	    folder_sync(full) < 0)
		return errno == ENOENT ? 0 : reason_errno(why, "%s", path);
	return 0;
}
