// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages keep their bounds on such a socket, so there is nothing to put together.
 */
#include "vmd/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/deadline.h"

int vmd_connect(const char *path, struct reason *why)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (!path)
		path = VMD_SOCKET;
	if (strlen(path) >= sizeof(to.sun_path))
		return reason_set(why, "%s: the name is too long", path);
	strcpy(to.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		reason_errno(why, "vmd does not answer: %s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

int vmd_send(int fd, const char *verb, json_t *args, struct reason *why)
{
	json_t *message = json_pack("{s:s, s:O*}", "verb", verb, "args", args);
	char *text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;
	int rc = 0;

	if (!text)
		rc = reason_set(why, "%s: no message can be made of it", verb);
	else if (len > VMD_MESSAGE_MAX)
		rc = reason_set(why, "%s: a message of %zu bytes is too long", verb, len);
	else if (send(fd, text, len, MSG_NOSIGNAL) != (ssize_t)len)
		rc = reason_errno(why, "vmd: %s", verb);
	free(text);
	json_decref(message);
	return rc;
}

/* The first descriptor that came along; others are not wanted. */
static int take_passed(struct msghdr *m)
{
	int passed = -1;

	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= h->cmsg_len; at += sizeof(int)) {
			int fd;

			memcpy(&fd, (char *)h + at, sizeof(fd));
			if (passed < 0)
				passed = fd;
			else
				close(fd);
		}
	}
	return passed;
}

static int parse(const char *text, size_t len, json_t **message, struct reason *why)
{
	json_error_t error;

	*message = json_loadb(text, len, 0, &error);
	if (json_is_object(*message))
		return 1;
	json_decref(*message);
	return reason_set(why, "vmd has sent what is no message");
}

int vmd_receive(int fd, json_t **message, int *passed, struct reason *why)
{
	char *text = malloc(VMD_MESSAGE_MAX);
	struct iovec data = { text, VMD_MESSAGE_MAX };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(4 * sizeof(int))];
	} control;
	struct msghdr m = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room),
	};
	ssize_t got;
	int rc;

	*passed = -1;
	if (!text)
		return reason_set(why, "out of memory");
	got = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		rc = 0;
	else if (got <= 0)
		rc = got < 0 ? reason_errno(why, "vmd") : reason_set(why, "vmd has hung up");
	else if (m.msg_flags & MSG_TRUNC)
		rc = reason_set(why, "vmd has sent a message that is too long");
	else
		rc = parse(text, (size_t)got, message, why);
	if (got > 0)
		*passed = take_passed(&m);
	if (rc < 0 && *passed >= 0) {
		close(*passed);
		*passed = -1;
	}
	free(text);
	return rc;
}

int vmd_wait(int fd, int64_t ms, json_t **message, int *passed, struct reason *why)
{
	const int64_t until = now_ms() + ms;
	int rc = 0;

	while (rc == 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = ms < 0 ? -1 : until - now_ms();

		if (ms >= 0 && left <= 0)
			break;
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return reason_errno(why, "vmd");
		rc = vmd_receive(fd, message, passed, why);
	}
	return rc;
}
