// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A directory: a file for each archive, ".part-NAME" until it is on the disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/target.h"
#include "lib/write_all.h"

#define FLUSH     (32u << 20)
#define SMALL_MAX (8u << 20)

static void part_name(const char *name, char part[160])
{
	snprintf(part, 160, ".part-%s", name);
}

static int put_begin(struct target *t, struct reason *why)
{
	char part[160];

	part_name(t->name, part);
	t->fd = openat(t->dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return t->fd < 0 ? reason_errno(why, "%s", part) : 0;
}

/* On the disk at once: a cache full of what is not read again would slow the VMs. */
static int write_part(struct target *t, const void *data, size_t len, struct reason *why)
{
	off_t at;

	if (write_all(t->fd, data, len) < 0)
		return reason_errno(why, "writing %s", t->name);
	at = lseek(t->fd, 0, SEEK_CUR);
	if (at >= 0 && (uint64_t)at / FLUSH != ((uint64_t)at - len) / FLUSH) {
		if (fdatasync(t->fd) < 0)
			return reason_errno(why, "writing %s", t->name);
		posix_fadvise(t->fd, 0, at, POSIX_FADV_DONTNEED);
	}
	return 0;
}

static void put_cancel(struct target *t)
{
	char part[160];

	part_name(t->name, part);
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
	unlinkat(t->dir, part, 0);
}

static int put_end(struct target *t, struct reason *why)
{
	char part[160];
	int fd = t->fd;
	bool good = fsync(fd) == 0;

	part_name(t->name, part);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	t->fd = -1;
	/* NFS tells of a full disk only now. */
	good = close(fd) == 0 && good;
	if (good && renameat(t->dir, part, t->dir, t->name) == 0 && fsync(t->dir) == 0)
		return 0;
	reason_errno(why, "%s", t->name);
	put_cancel(t);
	return -1;
}

static int get_begin(struct target *t, unsigned int parts, struct reason *why)
{
	(void)parts;
	t->fd = openat(t->dir, t->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (t->fd < 0)
		return reason_errno(why, "%s", t->name);
	/* From the disk, not from what is left in memory of writing it. */
	posix_fadvise(t->fd, 0, 0, POSIX_FADV_DONTNEED);
	return t->fd;
}

static int get_end(struct target *t, struct reason *why)
{
	(void)why;
	close(t->fd);
	t->fd = -1;
	return 0;
}

static int size_of(struct target *t, const char *name, unsigned int parts, uint64_t *size,
		   struct reason *why)
{
	struct stat st;

	(void)parts;
	if (fstatat(t->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return reason_errno(why, "%s", name);
	*size = (uint64_t)st.st_size;
	return 0;
}

static int remove_one(struct target *t, const char *name, unsigned int parts, struct reason *why)
{
	char part[160];

	(void)parts;
	part_name(name, part);
	unlinkat(t->dir, part, 0);
	if (unlinkat(t->dir, name, 0) < 0 && errno != ENOENT)
		return reason_errno(why, "%s", name);
	return 0;
}

static int read_small(struct target *t, const char *name, struct buf *text, struct reason *why)
{
	int fd = openat(t->dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char data[4096];
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 1 : reason_errno(why, "%s", name);
	while ((n = read(fd, data, sizeof(data))) > 0 && text->len < SMALL_MAX)
		buf_append(text, data, (size_t)n);
	close(fd);
	return n < 0 || text->failed ? reason_set(why, "%s cannot be read", name) : 0;
}

static int write_small(struct target *t, const char *name, const struct buf *text,
		       struct reason *why)
{
	snprintf(t->name, sizeof(t->name), "%s", name);
	if (put_begin(t, why) < 0)
		return -1;
	if (write_part(t, text->data, text->len, why) == 0)
		return put_end(t, why);
	put_cancel(t);
	return -1;
}

const struct target_type_ops target_directory = {
	.put_begin = put_begin,
	.write = write_part,
	.put_end = put_end,
	.put_cancel = put_cancel,
	.get_begin = get_begin,
	.get_end = get_end,
	.size = size_of,
	.remove = remove_one,
	.read_small = read_small,
	.write_small = write_small,
};
