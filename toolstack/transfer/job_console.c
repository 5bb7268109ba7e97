// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /console: a VM's text console in a WebSocket, byte for byte. What the guest writes goes out in
 * binary frames, what comes in goes to the guest. It ends with either side; who wants more of it
 * connects again and has missed nothing (`back`).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/write_all.h"
#include "transfer/job.h"
#include "transfer/websocket.h"

#define PING_MS  20000 /* so that nobody in between takes it for dead */
#define BACK_MAX 65536

struct relay {
	struct job *job;
	int guest;
	struct websocket in;
	struct buf rest; /* of the request: what the client sent early */
	bool ended;
};

static bool frame_send(struct relay *r, unsigned int opcode, const void *data, size_t len)
{
	uint8_t header[WEBSOCKET_HEADER];

	const int fd = r->job->request->fd;

	return write_all(fd, header, websocket_header(header, opcode, len)) == 0 &&
	       write_all(fd, data, len) == 0;
}

/* What the client has sent. False: it is over. */
static bool take(struct relay *r, uint8_t *data, size_t len)
{
	while (len) {
		struct websocket_event event;
		struct reason why;
		long took = websocket_take(&r->in, data, len, &event, &why);

		if (took < 0 || event.kind == WEBSOCKET_ENDED)
			return false;
		if (event.kind == WEBSOCKET_DATA && write_all(r->guest, event.data, event.len) < 0)
			return false;
		if (event.kind == WEBSOCKET_ASKED &&
		    !frame_send(r, WEBSOCKET_PONG, event.data, event.len))
			return false;
		data += took;
		len -= (size_t)took;
	}
	return true;
}

static bool from_client(struct relay *r)
{
	uint8_t data[4096];
	ssize_t n = recv(r->job->request->fd, data, sizeof(data), 0);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	return n > 0 && take(r, data, (size_t)n);
}

static bool from_guest(struct relay *r)
{
	char data[8192];
	ssize_t n = recv(r->guest, data, sizeof(data), 0);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	return n > 0 && frame_send(r, WEBSOCKET_BINARY, data, (size_t)n);
}

static void relay(struct relay *r)
{
	static const uint8_t normal[] = { 1000 >> 8, 1000 & 0xff };
	struct pollfd fds[] = { { .fd = r->job->request->fd, .events = POLLIN },
				{ .fd = r->guest, .events = POLLIN } };
	bool on = take(r, (uint8_t *)r->rest.data, r->rest.len);

	while (on) {
		int ready = poll(fds, 2, PING_MS);

		if (ready == 0)
			on = frame_send(r, WEBSOCKET_PING, NULL, 0);
		if (ready > 0 && fds[0].revents)
			on = from_client(r);
		if (ready > 0 && on && fds[1].revents)
			on = from_guest(r);
	}
	frame_send(r, WEBSOCKET_CLOSE, normal, sizeof(normal));
}

/* The head of the answer. -1: see the error. */
static int handshake(struct job *j)
{
	const struct scgi_request *scgi = &j->request->scgi;
	const char *upgrade = scgi_header(scgi, "HTTP_UPGRADE");
	const char *key = scgi_header(scgi, "HTTP_SEC_WEBSOCKET_KEY");
	const char *protocol = scgi_header(scgi, "HTTP_SEC_WEBSOCKET_PROTOCOL");
	char accept[WEBSOCKET_ACCEPT];
	struct buf head = { 0 };
	bool sent;

	if (!upgrade || strcasecmp(upgrade, "websocket") != 0 || !key ||
	    !websocket_accept(key, accept))
		return api_fail(&j->api, "INTERNAL_ERROR", "a console is a WebSocket", NULL);
	buf_printf(&head,
		   "%s101 Switching Protocols\r\nUpgrade: websocket\r\n"
		   "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
		   reply_start(j->request), accept,
		   protocol && strstr(protocol, "binary") ? "Sec-WebSocket-Protocol: binary\r\n"
							  : "");
	j->request->replied = true;
	sent = !head.failed && write_all(j->request->fd, head.data, head.len) == 0;
	buf_free(&head);
	return sent ? 0 : api_fail(&j->api, "INTERNAL_ERROR", "the client has gone", NULL);
}

/* The VM whose console it is, which the client may command. */
static bool vm_uuid(struct job *j, char uuid[API_REF])
{
	json_t *console, *vm;
	char ref[API_REF];

	uuid[0] = '\0';
	if (!job_object(j, "console", "console", ref) || !(console = job_record(j, "console", ref)))
		return false;
	snprintf(ref, sizeof(ref), "%s", json_string_value(json_object_get(console, "VM")));
	json_decref(console);
	/* This asks for the role that commands it. */
	if (!api_do(&j->api, "VM.update_allowed_operations", json_pack("[s]", ref)))
		return false;
	vm = job_record(j, "VM", ref);
	snprintf(uuid, API_REF, "%s", vm ? json_string_value(json_object_get(vm, "uuid")) : "");
	json_decref(vm);
	return uuid[0] != '\0';
}

int job_console(struct job *j)
{
	const struct scgi_request *scgi = &j->request->scgi;
	struct relay r = { .job = j, .guest = -1 };
	char uuid[API_REF], back[16];
	unsigned long bytes;
	json_t *ok = NULL;

	request_param(j->request, "back", back, sizeof(back));
	bytes = strtoul(back, NULL, 10);
	if (!vm_uuid(j, uuid))
		return -1;
	r.guest = job_vmd(j, "vm.console",
			  json_pack("{ss,sI}", "uuid", uuid, "back",
				    (json_int_t)(bytes < BACK_MAX ? bytes : BACK_MAX)),
			  &ok);
	json_decref(ok);
	if (r.guest < 0)
		return -1;
	if (handshake(j) < 0) {
		close(r.guest);
		return -1;
	}
	buf_append(&r.rest, j->request->in.data + scgi->body_at,
		   j->request->in.len - scgi->body_at);
	relay(&r);
	buf_free(&r.rest);
	close(r.guest);
	return 0;
}
