// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One function for each kind of target, but for qcow2 images (qcow2_target.c).
 */
#include "devices/disk_target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "devices/disk_use.h"
#include "devices/module.h"
#include "devices/qcow2_target.h"
#include "lib/bounded.h"

#define SECTOR         512
#define LOOP_MAJOR     7
#define LOOP_TRIES     16
#define TARGET_WAIT_MS 10000

static int check_size(const char *target, uint64_t bytes, struct reason *why)
{
	if (bytes == 0)
		return reason_set(why, "%s: empty", target);
	if (bytes < SECTOR)
		return reason_set(why, "%s: too small for a disk: %llu bytes", target,
				  (unsigned long long)bytes);
	if (bytes % SECTOR)
		return reason_set(why,
				  "%s: cut off? %llu bytes is no whole number of sectors of %d",
				  target, (unsigned long long)bytes, SECTOR);
	return 0;
}

/*
 * Whoever of the control domain reads or writes a disk as a whole has a lock of it meanwhile
 * (storage's vdi_open()).
 */
static int check_lock(int fd, const struct disk_config *d, struct reason *why)
{
	if (d->shared || flock(fd, (d->readonly ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) {
		flock(fd, LOCK_UN);
		return 0;
	}
	/* A file system without locks has none that could stand in the way. */
	if (errno != EWOULDBLOCK)
		return 0;
	return reason_set(why, "%s: in use here, in the control domain: it is being %s", d->target,
			  d->readonly ? "written" : "read or written");
}

static int open_block(struct disk_target *t, const struct disk_config *d, const struct stat *st,
		      struct store *s, struct reason *why)
{
	int flags = (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC;
	const char *holder = "";
	bool busy = false;
	uint64_t bytes;

	if (!d->shared && disk_use_check(s, d->target, st->st_rdev, d->readonly, why) < 0)
		return -1;
	/* Alone, if we can: that also finds volume groups, RAIDs and swap. */
	t->fd = open(d->target, flags | O_EXCL);
	if (t->fd < 0 && errno == EBUSY) {
		busy = true;
		holder = disk_use_holder(st->st_rdev);
	}
	if (busy && !d->shared && (!d->readonly || *holder))
		return reason_set(why, "%s: in use here, in the control domain%s", d->target,
				  holder);
	if (busy)
		t->fd = open(d->target, flags);
	if (t->fd < 0)
		return reason_errno(why, "%s", d->target);
	if (check_lock(t->fd, d, why) < 0)
		return -1;
	if (ioctl(t->fd, BLKGETSIZE64, &bytes) < 0)
		return reason_errno(why, "%s", d->target);
	t->major = major(st->st_rdev);
	t->minor = minor(st->st_rdev);
	snprintf(t->node, sizeof(t->node), "%s", d->target);
	return check_size(d->target, bytes, why);
}

/*
 * Makes a free loop device serve a file. Direct I/O, where the file system can: what the guest
 * flushed is on the disk, and nothing is cached twice. Returns its descriptor, or -1 with errno.
 */
static int loop_attach(int control, int file, const struct disk_config *d, unsigned int *number)
{
	struct loop_config config = { .fd = (uint32_t)file };
	char path[32];

	config.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
	if (d->readonly)
		config.info.lo_flags |= LO_FLAGS_READ_ONLY;
	snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", d->target);
	/* Somebody else may take the free one first. */
	for (unsigned int i = 0; i < LOOP_TRIES; i++) {
		int free_one = ioctl(control, LOOP_CTL_GET_FREE);
		int fd;

		if (free_one < 0)
			return -1;
		snprintf(path, sizeof(path), "/dev/loop%d", free_one);
		fd = open(path, (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
		if (fd < 0)
			return -1;
		*number = (unsigned int)free_one;
		if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
			return fd;
		close(fd);
		if (errno != EBUSY)
			return -1;
	}
	return -1;
}

static int open_loop(struct disk_target *t, int file, const struct disk_config *d,
		     struct reason *why)
{
	int control;

	if (module_load("loop", NULL, "/sys/module/loop", why) < 0)
		return -1;
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return reason_errno(why, "/dev/loop-control");
	t->fd = loop_attach(control, file, d, &t->minor);
	if (t->fd < 0)
		reason_errno(why, "%s: a loop device for it", d->target);
	close(control);
	t->major = LOOP_MAJOR;
	snprintf(t->node, sizeof(t->node), "/dev/loop%u", t->minor);
	return t->fd < 0 ? -1 : 0;
}

static int open_file(struct disk_target *t, const struct disk_config *d, struct store *s,
		     struct reason *why)
{
	int file = open(d->target, (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	struct stat st;
	int rc;

	if (file < 0)
		return reason_errno(why, "%s", d->target);
	if (fstat(file, &st) < 0)
		rc = reason_errno(why, "%s", d->target);
	else
		rc = check_size(d->target, (uint64_t)st.st_size, why);
	if (rc == 0 && !d->shared)
		rc = disk_use_check_file(s, d->target, st.st_dev, st.st_ino, d->readonly, why);
	if (rc == 0)
		rc = check_lock(file, d, why);
	if (rc == 0)
		rc = open_loop(t, file, d, why);
	close(file);
	return rc;
}

/*
 * What the target is. A file's server may be silent: then it is given up here, where everything
 * that follows would wait for it without an end. Nodes of /dev have no server.
 */
static int look_at(const char *target, struct stat *st, struct reason *why)
{
	bool far = strncmp(target, "/dev/", 5) != 0;

	if (far && bounded_open(target, TARGET_WAIT_MS) < 0 && errno == ETIMEDOUT)
		return reason_set(why, "%s: its server does not answer", target);
	return stat(target, st) < 0 ? reason_errno(why, "%s", target) : 0;
}

static int open_target(struct disk_target *t, unsigned int domid, const struct disk_config *d,
		       struct store *s, struct reason *why)
{
	struct stat st;

	if (look_at(d->target, &st, why) < 0)
		return -1;
	if (S_ISBLK(st.st_mode) && d->format == DISK_RAW)
		return open_block(t, d, &st, s, why);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return reason_set(why, "%s: neither a block device nor a plain file", d->target);
	if (d->format == DISK_QCOW2)
		return qcow2_target_open(t, domid, d, s, why);
	return open_file(t, d, s, why);
}

int disk_target_open(struct disk_target *t, unsigned int domid, const struct disk_config *d,
		     struct store *s, struct reason *why)
{
	memset(t, 0, sizeof(*t));
	t->fd = -1;
	if (!d->target)
		return 0;
	if (open_target(t, domid, d, s, why) == 0)
		return 0;
	disk_target_close(t);
	return -1;
}

int disk_target_check(const struct disk_config *d, struct store *s, struct reason *why)
{
	struct disk_target t = { .fd = -1 };
	struct stat st;
	int rc = 0;

	if (!d->target)
		return 0;
	if (look_at(d->target, &st, why) < 0)
		return -1;
	if (S_ISBLK(st.st_mode) && d->format == DISK_RAW) {
		rc = open_block(&t, d, &st, s, why);
		disk_target_close(&t);
	} else if (S_ISREG(st.st_mode) && !d->shared) {
		rc = disk_use_check_file(s, d->target, st.st_dev, st.st_ino, d->readonly, why);
	}
	return rc;
}

void disk_target_close(struct disk_target *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

int disk_target_size(unsigned int major_nr, unsigned int minor_nr, uint64_t *bytes,
		     struct reason *why)
{
	char link[64], name[256], path[300];
	ssize_t len;
	int fd, rc = 0;

	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major_nr, minor_nr);
	len = readlink(link, name, sizeof(name) - 1);
	if (len < 0)
		return reason_errno(why, "%s", link);
	name[len] = '\0';
	snprintf(path, sizeof(path), "/dev%s", strrchr(name, '/'));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return reason_errno(why, "%s", path);
	if ((major_nr == LOOP_MAJOR && ioctl(fd, LOOP_SET_CAPACITY, 0) < 0) ||
	    ioctl(fd, BLKGETSIZE64, bytes) < 0)
		rc = reason_errno(why, "%s", path);
	close(fd);
	return rc;
}
