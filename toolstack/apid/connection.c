// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections, from accept to the end of the answer. See connection.h.
 */
#include "apid/connection.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "apid/call.h"
#include "apid/cookie.h"
#include "apid/loop.h"
#include "apid/scgi.h"
#include "lib/deadline.h"
#include "lib/listener.h"

#define CONNECTIONS_MAX 1024
#define BODY_MAX        (1024 * 1024)
#define BODIES_MAX      (16 * 1024 * 1024) /* of all clients together */
#define SMALL           16384              /* what anyone may have in memory beside these */
#define REQUEST_MS      15000              /* for the whole request */
#define REPLY_MS        30000              /* without a byte taken */

struct connection {
	struct loop_source source;
	struct loop_timer timer;
	struct buf in, out;
	size_t out_at, reserved;
	struct call *call;
	bool trusted, replying;
	char cookie[160]; /* a line of the answer's head, or "" */
};

static struct loop_source listener = { .fd = -1 };
static size_t nr_connections, reserved;

static struct connection *of_timer(struct loop_timer *t)
{
	return (struct connection *)((char *)t - offsetof(struct connection, timer));
}

static void connection_close(struct connection *c)
{
	loop_timer_stop(&c->timer);
	loop_close(&c->source);
	if (c->call)
		call_abandon(c->call);
	c->call = NULL;
	buf_free(&c->in);
	buf_free(&c->out);
	reserved -= c->reserved;
	c->reserved = 0;
	nr_connections--;
	loop_free(c);
}

static void connection_expired(struct loop_timer *t)
{
	connection_close(of_timer(t));
}

/* ---- answers ----------------------------------------------------------------------------- */

static void connection_send(struct connection *c)
{
	while (c->out_at < c->out.len) {
		ssize_t sent = send(c->source.fd, c->out.data + c->out_at, c->out.len - c->out_at,
				    MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			loop_change(&c->source, EPOLLOUT);
			return;
		}
		if (sent < 0 && errno != EINTR) {
			connection_close(c);
			return;
		}
		if (sent > 0) {
			c->out_at += (size_t)sent;
			loop_timer_set(&c->timer, now_ms() + REPLY_MS);
		}
	}
	connection_close(c);
}

static void respond(struct connection *c, const char *status, const char *type, struct buf *body)
{
	c->replying = true;
	c->call = NULL;
	buf_printf(
		&c->out,
		"Status: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Access-Control-Allow-Origin: *\r\n"
		"Access-Control-Allow-Headers: X-Requested-With, Content-Type\r\n"
		"Access-Control-Allow-Methods: POST, OPTIONS\r\nCache-Control: no-store\r\n%s\r\n",
		status, type, body ? body->len : 0, c->cookie);
	if (body)
		buf_append(&c->out, body->data, body->len);
	loop_timer_set(&c->timer, now_ms() + REPLY_MS);
	if (c->out.failed)
		connection_close(c);
	else
		connection_send(c);
}

void connection_set_cookie(struct connection *c, const char *session)
{
	snprintf(c->cookie, sizeof(c->cookie),
		 "Set-Cookie: " COOKIE_NAME "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s\r\n",
		 session ? session : "", session ? "" : "; Max-Age=0");
}

void connection_reply(struct connection *c, bool json, struct buf *body)
{
	respond(c, "200 OK", json ? "application/json" : "text/xml", body);
}

static void respond_words(struct connection *c, const char *status, const char *words)
{
	struct buf body = { 0 };

	buf_printf(&body, "%s\n", words);
	respond(c, status, "text/plain", &body);
	buf_free(&body);
}

/* ---- requests ---------------------------------------------------------------------------- */

static void caller_read(const struct connection *c, const struct scgi_request *r,
			struct caller *from)
{
	const char *address = scgi_header(r, "REMOTE_ADDR");
	const char *wants = scgi_header(r, "HTTP_X_SESSION");

	*from = (struct caller){ .own_page = origin_is_own(r) };
	snprintf(from->address, sizeof(from->address), "%s", address ? address : "local");
	/* Who comes over the network has an address, whoever the web server may be. */
	from->trusted = c->trusted && !address;
	from->wants_cookie = wants && strcmp(wants, COOKIE_WORD) == 0;
	cookie_session(r, from->cookie);
}

static void request_call(struct connection *c, const struct scgi_request *r, bool json)
{
	struct reason why = { "" };
	struct caller from;
	struct rpc rpc;

	caller_read(c, r, &from);
	if (rpc_parse(json, c->in.data + r->body_at, r->content_length, &rpc, &why) < 0) {
		rpc_free(&rpc);
		respond_words(c, "500 Internal Server Error", why.text);
		return;
	}
	buf_free(&c->in);
	reserved -= c->reserved;
	c->reserved = 0;
	/* From here on we only want to know when the client has gone, which is always told. */
	loop_timer_stop(&c->timer);
	loop_change(&c->source, 0);
	call_begin(c, &rpc, &from);
}

void connection_attach(struct connection *c, struct call *call)
{
	c->call = call;
}

static void request_complete(struct connection *c, const struct scgi_request *r)
{
	const char *method = scgi_header(r, "REQUEST_METHOD");
	const char *uri = scgi_header(r, "REQUEST_URI");
	char path[128];
	bool json;

	snprintf(path, sizeof(path), "%.*s", uri ? (int)strcspn(uri, "?") : 0, uri ? uri : "");
	if (!method || !rpc_path(path, &json))
		respond_words(c, "404 Not Found", "the API is at / and at /jsonrpc");
	else if (strcmp(method, "OPTIONS") == 0)
		respond(c, "200 OK", "text/plain", NULL);
	else if (strcmp(method, "POST") != 0)
		respond_words(c, "405 Method Not Allowed", "only POST");
	else
		request_call(c, r, json);
}

/* Room for its body among those of all. */
static bool body_admit(struct connection *c, const struct scgi_request *r)
{
	if (c->reserved || r->content_length <= SMALL)
		return true;
	if (reserved + r->content_length > BODIES_MAX)
		return false;
	c->reserved = r->content_length;
	reserved += c->reserved;
	return true;
}

static void request_look(struct connection *c)
{
	struct scgi_request r;
	struct reason why;
	int rc = scgi_parse(c->in.data ? c->in.data : "", c->in.len, &r, &why);

	if (rc < 0)
		respond_words(c, "400 Bad Request", why.text);
	else if (rc == 0)
		return;
	else if (r.content_length > BODY_MAX)
		respond_words(c, "413 Payload Too Large", "a request has at most 1 MiB");
	else if (!body_admit(c, &r))
		respond_words(c, "503 Service Unavailable", "too many large requests");
	else if (c->in.len >= r.body_at + r.content_length)
		request_complete(c, &r);
}

static void connection_receive(struct connection *c)
{
	char data[65536];
	ssize_t got = recv(c->source.fd, data, sizeof(data), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		connection_close(c);
		return;
	}
	buf_append(&c->in, data, (size_t)got);
	if (c->in.failed)
		connection_close(c);
	else
		request_look(c);
}

static void connection_ready(struct loop_source *s, uint32_t events)
{
	struct connection *c = (struct connection *)s;

	if (c->replying)
		connection_send(c);
	else if (c->call || (events & EPOLLERR))
		connection_close(c);
	/* Who has hung up may have asked before: for a session to end. */
	else
		connection_receive(c);
}

/* ---- new ones ---------------------------------------------------------------------------- */

static bool peer_is_root(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == 0;
}

static void listener_ready(struct loop_source *s, uint32_t events)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *c;

	(void)events;
	if (fd < 0)
		return;
	c = nr_connections < CONNECTIONS_MAX ? calloc(1, sizeof(*c)) : NULL;
	if (!c) {
		close(fd);
		return;
	}
	c->source = (struct loop_source){ .fd = fd, .ready = connection_ready };
	c->timer.expired = connection_expired;
	c->trusted = peer_is_root(fd);
	nr_connections++;
	loop_timer_set(&c->timer, now_ms() + REQUEST_MS);
	if (loop_add(&c->source, EPOLLIN) < 0)
		connection_close(c);
	else
		connection_receive(c); /* often it is all there */
}

int connections_listen(const char *path, const struct passwd *owner, const char *group)
{
	const struct group *g = getgrnam(group);
	struct reason why;

	listener.fd = listener_open(path, SOCK_STREAM, owner ? owner->pw_uid : (uid_t)-1,
				    g ? g->gr_gid : (gid_t)-1, 512, &why);
	if (listener.fd < 0)
		log_error("%s", why.text);
	return listener.fd < 0 ? -1 : 0;
}

int connections_start(void)
{
	listener.ready = listener_ready;
	return loop_add(&listener, EPOLLIN);
}
