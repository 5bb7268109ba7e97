// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The wire protocol of abi/xs_wire.h. When the connection breaks, because xenstored was restarted,
 * it is made again, watches are set again, and the request is repeated: so each is one that may be
 * carried out twice. A transaction cannot be repeated from here: it goes on without effect, and
 * fails at its end as if others had been faster.
 */
#include "lib/store.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "abi/xs_wire.h"

#ifndef STORE_SOCKET /* a test has its own */
#define STORE_SOCKET "/run/xenstored/socket"
#endif
#define STORE_DEVICE     "/dev/xen/xenbus"
#define ANSWER_SECONDS   60
#define CONNECT_TRIES    250
#define CONNECT_PAUSE_US 20000
#define EXCHANGE_TRIES   5 /* xenstored is killed during each */
#define RECONNECT_TRIES  5

static ssize_t send_some(const struct store *s, const void *data, size_t len)
{
	return s->by_kernel ? write(s->fd, data, len) : send(s->fd, data, len, MSG_NOSIGNAL);
}

static bool transfer(const struct store *s, void *data, size_t len, bool out)
{
	while (len) {
		ssize_t done = out ? send_some(s, data, len) : read(s->fd, data, len);

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

/* Whether the connection is at an end, and not only this request. */
static bool connection_lost(int error)
{
	return error == EPIPE || error == ECONNRESET || error == ECONNABORTED ||
	       error == ENOTCONN || error == EBADF;
}

/* One message. */
static int receive_message(struct store *s, struct xsd_sockmsg *h, char *data)
{
	if (!transfer(s, h, sizeof(*h), false))
		return -1;
	if (h->len > XENSTORE_PAYLOAD_MAX) {
		errno = EPROTO;
		return -1;
	}
	if (!transfer(s, data, h->len, false))
		return -1;
	data[h->len] = '\0';
	return 0;
}

/* Reads one answer. Events on the way to it are kept for later. */
static int receive(struct store *s, uint32_t req_id, struct buf *answer)
{
	char data[XENSTORE_PAYLOAD_MAX + 1];
	struct xsd_sockmsg h;

	for (;;) {
		if (receive_message(s, &h, data) < 0)
			return -1;
		if (h.type != XS_WATCH_EVENT)
			break;
		buf_append(&s->events, &h.len, sizeof(h.len));
		buf_append(&s->events, data, h.len);
	}
	if (h.req_id != req_id) {
		errno = EPROTO;
		return -1;
	}
	if (h.type == XS_ERROR) {
		errno = error_number(data);
		return -1;
	}
	if (answer)
		buf_append(answer, data, h.len);
	return 0;
}

/* Sends what is in the batch, which stays there, and takes its answers: the first error counts. */
static int exchange_once(struct store *s, struct buf *answer)
{
	uint32_t req_id = s->req_id - s->batched;
	int error = 0;

	if (s->batch.failed) {
		errno = ENOMEM;
		return -1;
	}
	if (!transfer(s, s->batch.data, s->batch.len, true))
		return -1;
	for (unsigned int i = 0; i < s->batched; i++) {
		if (receive(s, ++req_id, answer) == 0)
			continue;
		if (connection_lost(errno) || errno == EPROTO || errno == ETIMEDOUT)
			return -1;
		if (!error)
			error = errno;
	}
	errno = error;
	return error ? -1 : 0;
}

static int socket_connect(struct store *s, bool wait_for_socket)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = STORE_SOCKET };
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	int error = 0;

	for (unsigned int i = 0; i < CONNECT_TRIES; i++) {
		s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (s->fd < 0)
			return -1;
		/* Better an error than to wait for ever for a daemon that hangs. */
		setsockopt(s->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		if (connect(s->fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
			return 0;
		error = errno;
		close(s->fd);
		s->fd = -1;
		/* A socket that nobody listens on: xenstored is being started again. */
		if (error != ECONNREFUSED && !(error == ENOENT && wait_for_socket))
			break;
		usleep(CONNECT_PAUSE_US);
	}
	errno = error;
	return -1;
}

static int store_connect(struct store *s, bool wait_for_socket)
{
	if (!s->by_kernel)
		return socket_connect(s, wait_for_socket);
	s->fd = open(STORE_DEVICE, O_RDWR | O_CLOEXEC);
	return s->fd < 0 ? -1 : 0;
}

/* The requests that this takes go around the batch, which is to be repeated after it. */
static int watches_set(struct store *s)
{
	struct buf batch = s->batch;
	unsigned int batched = s->batched;
	uint32_t req_id = s->req_id;
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < s->watches.len;) {
		const char *path = s->watches.data + at;
		const char *token = path + strlen(path) + 1;
		size_t len = strlen(path) + strlen(token) + 2;
		struct xsd_sockmsg h = { .type = XS_WATCH,
					 .req_id = ++s->req_id,
					 .len = (uint32_t)len };

		s->batch = (struct buf){ 0 };
		s->batched = 1;
		buf_append(&s->batch, &h, sizeof(h));
		buf_append(&s->batch, path, len);
		rc = exchange_once(s, NULL);
		buf_free(&s->batch);
		at += len;
	}
	s->batch = batch;
	s->batched = batched;
	s->req_id = req_id;
	return rc;
}

/*
 * xenstored was restarted. It knows nothing of us any more. One that is being killed can lose its
 * connections before its socket, which then still takes a new one that is lost with it.
 */
static int reconnect(struct store *s)
{
	int rc = -1;

	s->tx_lost |= s->tx_id != 0;
	for (unsigned int i = 0; i < RECONNECT_TRIES; i++) {
		if (s->fd >= 0)
			close(s->fd);
		if (store_connect(s, true) < 0)
			return -1;
		rc = watches_set(s);
		if (rc == 0 || !connection_lost(errno))
			break;
	}
	return rc;
}

/* What a transaction that is lost says: whoever can be told later is told at its end. */
static int exchange_lost(const struct buf *answer)
{
	errno = EAGAIN;
	return answer ? -1 : 0;
}

static int exchange(struct store *s, struct buf *answer)
{
	size_t had = answer ? answer->len : 0;
	int rc = -1;

	for (unsigned int i = 0; i < EXCHANGE_TRIES; i++) {
		if (s->tx_lost)
			return exchange_lost(answer);
		if (i && answer)
			answer->len = had;
		rc = s->fd < 0 ? -1 : exchange_once(s, answer);
		if (rc == 0 || (s->fd >= 0 && !connection_lost(errno)))
			break;
		if (reconnect(s) < 0 && !connection_lost(errno))
			break;
	}
	return rc;
}

static int request(struct store *s, uint32_t type, struct buf *payload, struct buf *answer)
{
	struct xsd_sockmsg h = { .type = type, .req_id = ++s->req_id, .tx_id = s->tx_id };
	int rc;

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
	rc = exchange(s, answer);
	s->batch.len = s->batched = 0;
	return rc;
}

void store_batch_begin(struct store *s)
{
	s->batching = true;
}

int store_batch_end(struct store *s)
{
	int rc;

	s->batching = false;
	rc = exchange(s, NULL);
	s->batch.len = s->batched = 0;
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
	memset(s, 0, sizeof(*s));
	return store_connect(s, false);
}

int store_open_guest(struct store *s)
{
	memset(s, 0, sizeof(*s));
	s->by_kernel = true;
	return store_connect(s, false);
}

void store_close(struct store *s)
{
	buf_free(&s->batch);
	buf_free(&s->watches);
	buf_free(&s->events);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
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
	if (request_strings(s, XS_WATCH, NULL, STRINGS(path, token)) < 0)
		return -1;
	buf_append(&s->watches, path, strlen(path) + 1);
	buf_append(&s->watches, token, strlen(token) + 1);
	return s->watches.failed ? -1 : 0;
}

int store_event_wait(struct store *s, int ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	if (s->events.len)
		return 1;
	return poll(&p, 1, ms);
}

/* One that is kept, if there is. */
static bool event_take(struct store *s, struct buf *event)
{
	uint32_t len;

	if (!s->events.len)
		return false;
	memcpy(&len, s->events.data, sizeof(len));
	buf_append(event, s->events.data + sizeof(len), len);
	s->events.len -= sizeof(len) + len;
	memmove(s->events.data, s->events.data + sizeof(len) + len, s->events.len);
	return true;
}

int store_event(struct store *s, struct buf *event)
{
	char data[XENSTORE_PAYLOAD_MAX + 1];
	struct xsd_sockmsg h;

	while (!event_take(s, event)) {
		if (store_event_wait(s, -1) < 0 && errno == EINTR)
			continue;
		if (receive_message(s, &h, data) == 0) {
			if (h.type == XS_WATCH_EVENT)
				buf_append(event, data, h.len);
			else
				errno = EPROTO;
			return h.type == XS_WATCH_EVENT ? 0 : -1;
		}
		/* Each watch that is set again begins with an event, so none is missed. */
		if (!connection_lost(errno) || reconnect(s) < 0)
			return -1;
	}
	return 0;
}

int store_write(struct store *s, const char *path, const char *value)
{
	return store_write_bytes(s, path, value, strlen(value));
}

int store_write_bytes(struct store *s, const char *path, const void *value, size_t len)
{
	struct buf payload = { 0 };
	int rc;

	/* The value comes without a terminator. */
	buf_append(&payload, path, strlen(path) + 1);
	buf_append(&payload, value, len);
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

	if (s->tx_lost) {
		errno = EAGAIN;
		rc = commit ? -1 : 0;
	}
	s->tx_id = 0;
	s->tx_lost = false;
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
