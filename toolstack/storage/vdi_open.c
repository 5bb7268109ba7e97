// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks that a program of this host reads or writes as a whole: exports, imports, backups. Who has
 * one open is counted by the kernel: an flock() on what was opened, shared for readers, which goes
 * where the descriptor goes, to other processes too, and ends with the last copy of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "storage/lock.h"
#include "storage/private.h"

bool vdi_is_open(const struct sr *sr, const struct vdi *v)
{
	char path[STORAGE_PATH];
	bool busy;
	int fd;

	sr->type->vdi_path(sr, v, path);
	/* NFS gives a lock of that kind only to who may write. */
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	busy = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	if (fd >= 0)
		close(fd);
	return busy;
}

static int open_plugged(const struct sr *sr, const struct vdi *v, bool write,
			char path[STORAGE_PATH], struct sr_error *e)
{
	int fd;

	if (sr->type->vdi_plug(sr, v, path, e) < 0)
		return -1;
	fd = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	/* A file system without locks has no count of readers: they are not kept out for that. */
	if (flock(fd, (write ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return fd;
	close(fd);
	return sr_fail(e, ERR_VDI_IN_USE, "disk %s is being %s by another program of this host",
		       v->uuid, write ? "read or written" : "written");
}

int vdi_open(const struct sr *sr, struct vdi *v, bool write, char path[STORAGE_PATH],
	     struct sr_error *e)
{
	int lock, fd = -1;

	lock = sr_lock(sr->uuid, e);
	if (lock < 0)
		return -1;
	if (vdi_refresh(sr, v, e) == 0 && vdi_check_openable(sr, v, write, e) == 0)
		fd = open_plugged(sr, v, write, path, e);
	sr_unlock(lock);
	return fd;
}
