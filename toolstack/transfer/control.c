// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Datagrams and the descriptors that travel with them.
 */
#include "transfer/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transfer/xva.h"

#define MESSAGE   512
#define DISKS_MAX 64

struct control {
	int fd;
	struct disk disk;
	char known[DISKS_MAX][XVA_DISK_NAME];
	size_t nr;
};

union fd_space {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

/* fd -1: none. */
static int message_send(int to, const char *text, int fd, struct reason *why)
{
	union fd_space control = { 0 };
	struct iovec iov = { (char *)text, strlen(text) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		struct cmsghdr *c;

		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&m);
		*c = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
				       .cmsg_type = SCM_RIGHTS,
				       .cmsg_len = CMSG_LEN(sizeof(fd)) };
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	do
		n = sendmsg(to, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? reason_errno(why, "nobody decides about the VM") : 0;
}

/* *fd: what came along, or -1. */
static int message_receive(int from, char text[MESSAGE], int *fd, struct reason *why)
{
	union fd_space control;
	struct iovec iov = { text, MESSAGE - 1 };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = &control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return reason_set(why, "nobody decides about the VM any more");
	text[n] = '\0';
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	if (strncmp(text, "no ", 3) == 0)
		return reason_set(why, "%s", text + 3);
	return 0;
}

static int ova_hand_over(void *arg, struct bytes ova, struct reason *why)
{
	struct control *c = arg;
	int file = memfd_create("ova.xml", MFD_CLOEXEC), none, rc;
	char answer[MESSAGE];

	if (file < 0)
		return reason_errno(why, "a file for ova.xml");
	if (write(file, ova.data, ova.len) != (ssize_t)ova.len || lseek(file, 0, SEEK_SET) != 0)
		rc = reason_errno(why, "a file for ova.xml");
	else
		rc = message_send(c->fd, "ova", file, why);
	close(file);
	return rc == 0 ? message_receive(c->fd, answer, &none, why) : rc;
}

static bool disk_is_new(struct control *c, const char *name)
{
	for (size_t i = 0; i < c->nr; i++)
		if (strcmp(c->known[i], name) == 0)
			return false;
	if (c->nr == DISKS_MAX)
		return false;
	snprintf(c->known[c->nr++], XVA_DISK_NAME, "%s", name);
	return true;
}

static struct disk *disk_ask(void *arg, const char *name, struct reason *why)
{
	struct control *c = arg;
	char question[XVA_DISK_NAME + 8], answer[MESSAGE];
	int fd;

	if (!disk_is_new(c, name)) {
		reason_set(why, "%s comes twice, or is one disk too many", name);
		return NULL;
	}
	snprintf(question, sizeof(question), "disk %s", name);
	if (message_send(c->fd, question, -1, why) < 0 ||
	    message_receive(c->fd, answer, &fd, why) < 0)
		return NULL;
	if (fd < 0) {
		reason_set(why, "no disk for %s", name);
		return NULL;
	}
	/* The one before is complete. */
	if (c->disk.fd >= 0)
		close(c->disk.fd);
	c->disk = disk_of(fd, strtoull(answer, NULL, 10));
	return &c->disk;
}

int control_import(struct source *from, int fd, const struct progress *progress, struct reason *why)
{
	struct control c = { .fd = fd, .disk = { .fd = -1 } };
	const struct xva_reader reader = {
		.ova = ova_hand_over, .disk = disk_ask, .arg = &c, .progress = progress
	};
	int rc = xva_read(from, &reader, why);

	if (c.disk.fd >= 0)
		close(c.disk.fd);
	return rc;
}
