// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing, moving, and waiting for the disk: first the content, then the folder that names it.
 */
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the name begins in a path. */
static size_t name_at(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Some file systems in memory cannot, and need not. */
static int sync_fd(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

static int folder_sync(const char *path)
{
	char folder[PATH_MAX];
	int fd, rc;

	snprintf(folder, sizeof(folder), "./");
	if (name_at(path))
		snprintf(folder, sizeof(folder), "%.*s", (int)name_at(path), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = sync_fd(fd);
	close(fd);
	return rc;
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
	return sync_fd(fd);
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode)
{
	char fresh[PATH_MAX];
	size_t name = name_at(path);
	int fd, rc;

	if (snprintf(fresh, sizeof(fresh), "%.*s.new.%s", (int)name, path, path + name) >=
	    (int)sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -1;
	/* As it was said, and not as the umask of whoever runs this has it. */
	rc = fchmod(fd, mode) < 0 ? -1 : put_all(fd, data, len);
	if (close(fd) == 0 && rc == 0 && rename(fresh, path) == 0)
		return folder_sync(path);
	rc = errno;
	unlink(fresh);
	errno = rc;
	return -1;
}

int file_unlink(const char *path)
{
	if (unlink(path) < 0)
		return errno == ENOENT ? 0 : -1;
	return folder_sync(path);
}

void file_folders(const char *path)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", (int)name_at(path), path);
	for (char *at = folder; *at; at++)
		if (*at == '/' && at > folder) {
			*at = '\0';
			mkdir(folder, 0755);
			*at = '/';
		}
}

bool file_line(const char *path, char *line, size_t room)
{
	FILE *f = fopen(path, "re");
	bool got = f && fgets(line, (int)room, f);

	if (f)
		fclose(f);
	if (got)
		line[strcspn(line, "\n")] = '\0';
	return got;
}

int file_lock(const char *path, int flags, int how)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	int error;

	if (fd < 0 || flock(fd, how) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}
