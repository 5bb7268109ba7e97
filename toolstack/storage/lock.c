// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flock() on files that stay (a repository's) or go with their holder (a disk's).
 */
#include "storage/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/sr.h"

#define LOCK_WAIT_MS 120000
#define LOCK_STEP_MS 20
#define LOCK_PATH    128

static void lock_path(const char *kind, const char *uuid, char path[LOCK_PATH])
{
	snprintf(path, LOCK_PATH, STORAGE_RUN "/%s-%.40s.lock", kind, uuid);
}

/* path comes back. */
static int lock_open(const char *kind, const char *uuid, char path[LOCK_PATH], struct sr_error *e)
{
	int fd;

	mkdir(STORAGE_RUN, 0700);
	lock_path(kind, uuid, path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		sr_fail_errno(e, ERR_BACKEND, "%s", path);
	return fd;
}

int sr_lock(const char *uuid, struct sr_error *e)
{
	const struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };
	char path[LOCK_PATH];
	int fd = lock_open("sr", uuid, path, e);

	if (fd < 0)
		return -1;
	for (unsigned int waited = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; waited += LOCK_STEP_MS) {
		if ((errno != EWOULDBLOCK && errno != EINTR) || waited >= LOCK_WAIT_MS) {
			close(fd);
			return sr_fail(e, ERR_SR_BUSY,
				       "repository %s: another operation on it has not ended",
				       uuid);
		}
		nanosleep(&step, NULL);
	}
	return fd;
}

void sr_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

int vdi_lock(const char *uuid, struct sr_error *e)
{
	struct stat opened, there;
	char path[LOCK_PATH];
	int fd = lock_open("vdi", uuid, path, e);

	if (fd < 0)
		return -1;
	/* The file may have gone with its holder between the two calls: then it is no lock. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &opened) == 0 &&
	    stat(path, &there) == 0 && opened.st_ino == there.st_ino)
		return fd;
	close(fd);
	return sr_fail(e, ERR_VDI_IN_USE, "disk %s is being filled by another operation", uuid);
}

void vdi_unlock(int lock, const char *uuid)
{
	char path[LOCK_PATH];

	if (lock < 0)
		return;
	lock_path("vdi", uuid, path);
	unlink(path);
	close(lock);
}
