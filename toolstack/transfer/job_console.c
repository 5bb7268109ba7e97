// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /console: a VM's console in a WebSocket, byte for byte: its text, or its screen as RFB. What the
 * guest writes goes out in binary frames, what comes in goes to the guest. It ends with either
 * side; who wants more of the text connects again and has missed nothing (`back`). /vncsnapshot: a
 * picture of the screen.
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

/*
 * What the client has sent, which goes to the guest in one piece: many small ones would fill a
 * socket sooner. False: it is over.
 */
static bool take(struct relay *r, uint8_t *data, size_t len)
{
	uint8_t *const first = data, *end = data;

	while (len) {
		struct websocket_event event;
		struct reason why;
		long took = websocket_take(&r->in, data, len, &event, &why);

		if (took < 0 || event.kind == WEBSOCKET_ENDED)
			return false;
		if (event.kind == WEBSOCKET_DATA) {
			memmove(end, event.data, event.len);
			end += event.len;
		}
		if (event.kind == WEBSOCKET_ASKED &&
		    !frame_send(r, WEBSOCKET_PONG, event.data, event.len))
			return false;
		data += took;
		len -= (size_t)took;
	}
	return write_all(r->guest, first, (size_t)(end - first)) == 0;
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

static bool is_full(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 0;
}

static void relay(struct relay *r)
{
	static const uint8_t normal[] = { 1000 >> 8, 1000 & 0xff };
	struct pollfd fds[] = { { .fd = r->job->request->fd, .events = POLLIN },
				{ .fd = r->guest, .events = POLLIN } };
	bool on = take(r, (uint8_t *)r->rest.data, r->rest.len), full = false;

	while (on) {
		int ready;

		/*
		 * The client waits while the guest's side takes nothing: that may itself be waiting
		 * for us to take what it sends.
		 */
		fds[0].events = full ? 0 : POLLIN;
		fds[1].events = full ? POLLIN | POLLOUT : POLLIN;
		ready = poll(fds, 2, PING_MS);
		if (ready == 0)
			on = frame_send(r, WEBSOCKET_PING, NULL, 0);
		if (ready > 0 && full && fds[0].revents)
			on = false;
		full = is_full(r->guest);
		if (ready > 0 && on && fds[0].revents && !full)
			on = from_client(r);
		if (ready > 0 && on && fds[1].revents & ~POLLOUT)
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

/* The VM whose console it is, which the client may command; *screen: it is not the text. */
static bool vm_uuid(struct job *j, char uuid[API_REF], bool *screen)
{
	json_t *console, *vm;
	char ref[API_REF];

	uuid[0] = '\0';
	if (!job_object(j, "console", "console", ref) || !(console = job_record(j, "console", ref)))
		return false;
	snprintf(ref, sizeof(ref), "%s", json_string_value(json_object_get(console, "VM")));
	*screen = strcmp(json_string_value(json_object_get(console, "protocol")), "rfb") == 0;
	json_decref(console);
	/* This asks for the role that commands it. */
	if (!api_do(&j->api, "VM.update_allowed_operations", json_pack("[s]", ref)))
		return false;
	vm = job_record(j, "VM", ref);
	snprintf(uuid, API_REF, "%s", vm ? json_string_value(json_object_get(vm, "uuid")) : "");
	json_decref(vm);
	return uuid[0] != '\0';
}

/* A stream to and from the VM's screen, or a picture of it. */
static int screen_open(struct job *j, const char *uuid, const char *form)
{
	json_t *ok = NULL;
	int fd = job_vmd(j, "vm.screen", json_pack("{ss,ss}", "uuid", uuid, "as", form), &ok);

	json_decref(ok);
	return fd;
}

static int text_open(struct job *j, const char *uuid)
{
	unsigned long bytes;
	json_t *ok = NULL;
	char back[16];
	int fd;

	request_param(j->request, "back", back, sizeof(back));
	bytes = strtoul(back, NULL, 10);
	fd = job_vmd(j, "vm.console",
		     json_pack("{ss,sI}", "uuid", uuid, "back",
			       (json_int_t)(bytes < BACK_MAX ? bytes : BACK_MAX)),
		     &ok);
	json_decref(ok);
	return fd;
}

static int picture_send(struct job *j, int picture)
{
	struct reason why = { "the screen gives no picture" };
	char data[16384];
	ssize_t n = read(picture, data, sizeof(data));

	if (n <= 0 || reply_begin(j->request, "image/png", NULL, &why) < 0)
		return job_fail(j, "INTERNAL_ERROR", &why);
	for (; n > 0; n = read(picture, data, sizeof(data)))
		if (write_all(j->request->fd, data, (size_t)n) < 0)
			break;
	return 0;
}

int job_picture(struct job *j)
{
	char uuid[API_REF];
	bool screen;
	int picture, rc;

	if (!vm_uuid(j, uuid, &screen))
		return -1;
	if (!screen)
		return api_fail(&j->api, "INTERNAL_ERROR", "this console is no screen", NULL);
	picture = screen_open(j, uuid, "png");
	if (picture < 0)
		return -1;
	rc = picture_send(j, picture);
	close(picture);
	return rc;
}

int job_console(struct job *j)
{
	const struct scgi_request *scgi = &j->request->scgi;
	struct relay r = { .job = j, .guest = -1 };
	char uuid[API_REF];
	bool screen;

	if (!vm_uuid(j, uuid, &screen))
		return -1;
	r.guest = screen ? screen_open(j, uuid, "rfb") : text_open(j, uuid);
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
