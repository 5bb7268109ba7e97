// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wire protocol of abi/xs_wire.h. A client asks or it watches: so whatever comes is what it
 * waits for.
 */
#include "lib/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "abi/xs_wire.h"

#define ANSWER_SECONDS 60

static bool transfer(int fd, void *data, size_t len, bool out)
{
	while (len) {
		ssize_t done = out ? send(fd, data, len, MSG_NOSIGNAL) : read(fd, data, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = EPIPE;
		/*
		 * The socket's patience is over. From the store itself, EAGAIN is something else.
		 */
		if (done < 0 && errno == EAGAIN)
			errno = ETIMEDOUT;
		if (done <= 0)
			return false;
		data = (char *)data + done;
		len -= done;
	}
	return true;
}

static int error_number(const char *name)
{
	static const struct {
		const char *name;
		int number;
	} errors[] = {
		{ "EINVAL", EINVAL }, { "EACCES", EACCES }, { "EEXIST", EEXIST },
		{ "ENOENT", ENOENT }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
		{ "EIO", EIO },       { "ENOSYS", ENOSYS }, { "EBUSY", EBUSY },
		{ "EAGAIN", EAGAIN }, { "EPERM", EPERM },   { "E2BIG", E2BIG },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	return EIO;
}

/* Reads one answer. */
static int receive(struct store *s, uint32_t req_id, struct buf *answer)
{
	char data[XENSTORE_PAYLOAD_MAX + 1];
	struct xsd_sockmsg h;

	if (!transfer(s->fd, &h, sizeof(h), false))
		return -1;
	if (h.len > XENSTORE_PAYLOAD_MAX || h.req_id != req_id) {
		errno = EPROTO;
		return -1;
	}
	if (!transfer(s->fd, data, h.len, false))
		return -1;
	data[h.len] = '\0';
	if (h.type == XS_ERROR) {
		errno = error_number(data);
		return -1;
	}
	if (answer)
		buf_append(answer, data, h.len);
	return 0;
}

static int request(struct store *s, uint32_t type, struct buf *payload, struct buf *answer)
{
	struct xsd_sockmsg h = { .type = type, .req_id = ++s->req_id, .tx_id = s->tx_id };

	h.len = (uint32_t)payload->len;
	if (payload->failed || h.len > XENSTORE_PAYLOAD_MAX) {
		errno = payload->failed ? ENOMEM : E2BIG;
		return -1;
	}
	buf_append(&s->batch, &h, sizeof(h));
	buf_append(&s->batch, payload->data, h.len);
	s->batched++;
	if (s->batching)
		return 0;
	if (s->batch.failed || !transfer(s->fd, s->batch.data, s->batch.len, true))
		return -1;
	s->batch.len = s->batched = 0;
	return receive(s, h.req_id, answer);
}

void store_batch_begin(struct store *s)
{
	s->batching = true;
}

int store_batch_end(struct store *s)
{
	uint32_t req_id = s->req_id - s->batched;
	int rc = 0, error = 0;

	s->batching = false;
	if (s->batch.failed || !transfer(s->fd, s->batch.data, s->batch.len, true))
		rc = -1;
	while (rc == 0 && s->batched) {
		s->batched--;
		if (receive(s, ++req_id, NULL) < 0 && !error)
			error = errno;
	}
	s->batch.len = s->batched = 0;
	if (error) {
		errno = error;
		rc = -1;
	}
	return rc;
}

/* A request whose payload is strings, each with its terminator; NULL ends the list. */
static int request_strings(struct store *s, uint32_t type, struct buf *answer,
			   const char *const *strings)
{
	struct buf payload = { 0 };
	int rc;

	for (; *strings; strings++)
		buf_append(&payload, *strings, strlen(*strings) + 1);
	rc = request(s, type, &payload, answer);
	buf_free(&payload);
	return rc;
}

#define STRINGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

int store_open(struct store *s)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "/run/xenstored/socket" };
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };

	memset(s, 0, sizeof(*s));
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -1;
	/* Better an error than to wait for ever for a daemon that hangs. */
	setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(s->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int saved = errno;

		close(s->fd);
		errno = saved;
		return -1;
	}
	return 0;
}

void store_close(struct store *s)
{
	buf_free(&s->batch);
	close(s->fd);
}

int store_read(struct store *s, const char *path, struct buf *answer)
{
	return request_strings(s, XS_READ, answer, STRINGS(path));
}

/*
 * A list that is too long for one message comes in parts, and is good only if it did not change
 * meanwhile.
 */
static int list_parts(struct store *s, const char *path, struct buf *names)
{
	char offset[24], generation[24] = "";
	struct buf part = { 0 };
	size_t from = names->len;
	int rc = -1;

	for (;;) {
		size_t head;

		snprintf(offset, sizeof(offset), "%zu", names->len - from);
		part.len = 0;
		if (request_strings(s, XS_DIRECTORY_PART, &part, STRINGS(path, offset)) < 0)
			break;
		head = part.data ? strlen(part.data) + 1 : 0;
		if (head == 0 || head > sizeof(generation) || head >= part.len) {
			errno = EPROTO;
			break;
		}
		if (strcmp(generation, part.data) != 0) {
			strcpy(generation, part.data);
			if (names->len != from) {
				names->len = from;
				continue;
			}
		}
		/* The last part ends with an empty name. */
		rc = part.data[part.len - 1] == '\0' &&
				     (part.len - 1 == head || part.data[part.len - 2] == '\0')
			     ? 0
			     : 1;
		buf_append(names, part.data + head, part.len - head - (rc == 0));
		if (rc == 0)
			break;
	}
	buf_free(&part);
	return rc < 0 ? -1 : 0;
}

int store_list(struct store *s, const char *path, struct buf *names)
{
	int rc = request_strings(s, XS_DIRECTORY, names, STRINGS(path));

	return rc < 0 && errno == E2BIG ? list_parts(s, path, names) : rc;
}

int store_get_perms(struct store *s, const char *path, struct buf *perms)
{
	return request_strings(s, XS_GET_PERMS, perms, STRINGS(path));
}

int store_watch(struct store *s, const char *path, const char *token)
{
	const struct timeval for_ever = { 0 };

	setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &for_ever, sizeof(for_ever));
	return request_strings(s, XS_WATCH, NULL, STRINGS(path, token));
}

int store_event(struct store *s, struct buf *event)
{
	return receive(s, 0, event);
}

int store_write(struct store *s, const char *path, const char *value)
{
	struct buf payload = { 0 };
	int rc;

	/* The value comes without a terminator. */
	buf_append(&payload, path, strlen(path) + 1);
	buf_append(&payload, value, strlen(value));
	rc = request(s, XS_WRITE, &payload, NULL);
	buf_free(&payload);
	return rc;
}

int store_remove(struct store *s, const char *path)
{
	if (request_strings(s, XS_RM, NULL, STRINGS(path)) < 0 && errno != ENOENT)
		return -1;
	return 0;
}

int store_set_perms(struct store *s, const char *path, const char *perms)
{
	struct buf payload = { 0 };
	int rc;

	buf_append(&payload, path, strlen(path) + 1);
	for (; *perms; perms += strspn(perms, " ")) {
		size_t len = strcspn(perms, " ");

		buf_append(&payload, perms, len);
		buf_append(&payload, "", 1);
		perms += len;
	}
	rc = request(s, XS_SET_PERMS, &payload, NULL);
	buf_free(&payload);
	return rc;
}

int store_begin(struct store *s)
{
	struct buf answer = { 0 };
	int rc = request_strings(s, XS_TRANSACTION_START, &answer, STRINGS(""));

	if (rc == 0)
		s->tx_id = answer.data ? (uint32_t)strtoul(answer.data, NULL, 10) : 0;
	buf_free(&answer);
	return rc;
}

int store_end(struct store *s, bool commit)
{
	int rc = request_strings(s, XS_TRANSACTION_END, NULL, STRINGS(commit ? "T" : "F"));

	s->tx_id = 0;
	return rc;
}

int store_introduce(struct store *s, unsigned int domid, uint64_t gfn, unsigned int port)
{
	char id[16], frame[24], channel[16];

	snprintf(id, sizeof(id), "%u", domid);
	snprintf(frame, sizeof(frame), "%llu", (unsigned long long)gfn);
	snprintf(channel, sizeof(channel), "%u", port);
	return request_strings(s, XS_INTRODUCE, NULL, STRINGS(id, frame, channel));
}

int store_release(struct store *s, unsigned int domid)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", domid);
	return request_strings(s, XS_RELEASE, NULL, STRINGS(id));
}
