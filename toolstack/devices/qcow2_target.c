// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A block device of a qcow2 image: what must be true of the image, then its server, then the
 * kernel's network block device in front of that.
 */
#include "devices/qcow2_target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nbd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "devices/device_wait.h"
#include "devices/disk_use.h"
#include "devices/nbd.h"
#include "devices/qcow2.h"
#include "devices/qcow2_serve.h"

#define PAGE     4096
#define LOCK_MS  10000 /* for the last server to write what it still has */
#define GREET_MS 20000

/* What the kernel's driver makes use of, and a server may not know better. */
#define NBD_FLAGS                                                                            \
	(NBD_FLAG_HAS_FLAGS | NBD_FLAG_READ_ONLY | NBD_FLAG_SEND_FLUSH | NBD_FLAG_SEND_FUA | \
	 NBD_FLAG_SEND_TRIM)

/* Past the page cache, where the file system can: what the guest flushed is on the disk. */
static int open_image(const struct disk_config *d, bool *direct)
{
	int flags = (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC;
	int fd = open(d->target, flags | O_DIRECT);

	*direct = fd >= 0;
	return fd < 0 && errno == EINVAL ? open(d->target, flags) : fd;
}

static int check_header(int image, const struct stat *st, const char *target, uint64_t *size,
			struct reason *why)
{
	uint8_t *head = aligned_alloc(PAGE, QCOW2_HEAD);
	ssize_t len = head ? pread(image, head, QCOW2_HEAD, 0) : -1;
	int rc = -1;

	if (len < 0)
		reason_errno(why, "%s", target);
	else
		rc = qcow2_check((struct bytes){ head, (size_t)len }, (uint64_t)st->st_size, target,
				 size, why);
	free(head);
	return rc;
}

struct locking {
	int image, operation;
};

static bool locked(const void *arg)
{
	const struct locking *l = arg;

	return flock(l->image, l->operation | LOCK_NB) == 0;
}

/* Held by the server as long as it lives. */
static int lock_image(int image, const struct disk_config *d, struct reason *why)
{
	struct locking l = { image, d->readonly ? LOCK_SH : LOCK_EX };

	if (device_look(locked, &l, LOCK_MS))
		return 0;
	return reason_set(why, "%s: in use: another program has locked it", d->target);
}

static int check_image(int image, const struct disk_config *d, struct store *s, uint64_t *size,
		       struct reason *why)
{
	struct stat st;

	if (fstat(image, &st) < 0)
		return reason_errno(why, "%s", d->target);
	if (!S_ISREG(st.st_mode))
		return reason_set(why, "%s: a qcow2 image is a plain file", d->target);
	if (d->shared && !d->readonly)
		return reason_set(why,
				  "%s: a qcow2 image cannot have two writers: \"w\", not \"w!\"",
				  d->target);
	if (check_header(image, &st, d->target, size, why) < 0 ||
	    disk_use_check_file(s, d->target, st.st_dev, st.st_ino, d->readonly, why) < 0)
		return -1;
	return lock_image(image, d, why);
}

/* The server's connection becomes a block device, which is opened: from then on it is held. */
static int make_device(struct disk_target *t, const struct qcow2_server *server,
		       const struct disk_config *d, uint64_t size, struct reason *why)
{
	struct nbd_export x;
	struct reason said = { "" };
	unsigned int index;
	struct stat st;

	if (nbd_negotiate(server->client, GREET_MS, &x, &said) < 0)
		return reason_set(why, "%s: qemu-nbd: %.200s", d->target, said.text);
	if (x.size != size)
		return reason_set(why, "%s: qemu-nbd: the size is another", d->target);
	x.flags &= NBD_FLAGS;
	if (d->readonly)
		x.flags |= NBD_FLAG_READ_ONLY;
	if (nbd_connect(server->client, &x, server->backend, &index, &said) < 0)
		return reason_set(why, "%s: %.200s", d->target, said.text);
	snprintf(t->node, sizeof(t->node), "/dev/nbd%u", index);
	t->fd = open(t->node, (d->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (t->fd < 0 || fstat(t->fd, &st) < 0) {
		reason_errno(why, "%s: %s", d->target, t->node);
		nbd_disconnect(server->backend);
		return -1;
	}
	t->major = major(st.st_rdev);
	t->minor = minor(st.st_rdev);
	return 0;
}

int qcow2_target_open(struct disk_target *t, unsigned int domid, const struct disk_config *d,
		      struct store *s, struct reason *why)
{
	struct qcow2_job job = {
		.readonly = d->readonly, .target = d->target, .domid = domid, .vdev = d->vdev
	};
	struct qcow2_server server;
	uint64_t size;
	int rc;

	job.image = open_image(d, &job.direct);
	if (job.image < 0)
		return reason_errno(why, "%s", d->target);
	rc = check_image(job.image, d, s, &size, why);
	if (rc == 0)
		rc = qcow2_serve(&job, &server, why);
	/* The server has it. */
	close(job.image);
	if (rc < 0)
		return -1;
	rc = make_device(t, &server, d, size, why);
	if (rc == 0)
		qcow2_serve_go(&server);
	else
		qcow2_serve_stop(&server, why);
	return rc;
}
