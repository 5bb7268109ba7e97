// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Message framing and the queue towards the client.
 */
#include "xenstored/conn.h"

#include <stdlib.h>
#include <string.h>

#include "xenstored/journal.h"
#include "xenstored/transaction.h"
#include "xenstored/watch.h"

#define CONNS_MAX 1024

static struct conn *conns[CONNS_MAX];
static size_t nr_conns;

struct conn *conn_new(unsigned int domid)
{
	struct conn *c;

	if (nr_conns == CONNS_MAX || !(c = calloc(1, sizeof(*c))))
		return NULL;
	c->domid = domid;
	conns[nr_conns++] = c;
	return c;
}

void conn_free(struct conn *c)
{
	watch_forget_all(c);
	transaction_forget_all(c);
	for (size_t i = 0; i < nr_conns; i++)
		if (conns[i] == c)
			conns[i] = conns[--nr_conns];
	buf_free(&c->out);
	free(c);
}

void conn_each(void (*callback)(struct conn *c, void *arg), void *arg)
{
	for (size_t i = 0; i < nr_conns; i++)
		callback(conns[i], arg);
}

size_t conn_wants(const struct conn *c)
{
	const size_t header = sizeof(c->in.header);

	return c->in.len < header ? header - c->in.len : header + c->in.header.len - c->in.len;
}

size_t conn_feed(struct conn *c, const char *data, size_t len)
{
	const size_t header = sizeof(c->in.header);
	size_t taken = 0;

	while (taken < len && !c->dead && !conn_complete(c)) {
		size_t at = c->in.len;
		char *to = at < header ? (char *)&c->in.header + at : c->in.payload + (at - header);
		size_t want = conn_wants(c);

		if (want > len - taken)
			want = len - taken;
		memcpy(to, data + taken, want);
		c->in.len += want;
		taken += want;
		if (c->in.len >= header && c->in.header.len > XENSTORE_PAYLOAD_MAX)
			c->dead = true;
	}
	return taken;
}

const char *conn_input(const struct conn *c)
{
	return (const char *)&c->in;
}

bool conn_complete(const struct conn *c)
{
	return c->in.len >= sizeof(c->in.header) &&
	       c->in.len == sizeof(c->in.header) + c->in.header.len;
}

void conn_next(struct conn *c)
{
	c->in.len = 0;
}

unsigned int conn_access(const struct conn *c, const struct node *n)
{
	unsigned int access = node_access(n, c->domid);

	return c->target ? access | node_access(n, c->target) : access;
}

bool conn_ready(const struct conn *c)
{
	return !c->dead && !conn_is_congested(c);
}

bool conn_is_congested(const struct conn *c)
{
	return c->out.len - c->out_at >= OUT_LIMIT;
}

/* False: this event is not to be queued. */
static bool event_fits(struct conn *c)
{
	size_t pending = c->out.len - c->out_at;

	if (c->domid) /* whoever does not read does not get: it hurts only this watcher */
		return pending <= 2 * OUT_LIMIT;
	if (c->durable || pending <= OUT_LIMIT_PROGRAM)
		return true;
	c->dead = true;
	return false;
}

void conn_send(struct conn *c, uint32_t type, uint32_t req_id, uint32_t tx_id, const void *payload,
	       size_t len)
{
	struct xsd_sockmsg h = {
		.type = type, .req_id = req_id, .tx_id = tx_id, .len = (uint32_t)len
	};
	size_t at;

	if (type == XS_WATCH_EVENT && !event_fits(c))
		return;
	at = c->out.len;
	buf_append(&c->out, &h, sizeof(h));
	buf_append(&c->out, payload, len);
	if (c->out.failed)
		c->dead = true;
	else if (c->durable)
		journal_add(&(struct record){ .kind = RECORD_OUTPUT,
					      .domid = (uint16_t)c->domid,
					      .data = c->out.data + at,
					      .len = c->out.len - at });
}

void conn_restore_output(struct conn *c, const void *data, size_t len)
{
	buf_append(&c->out, data, len);
	if (c->out.failed)
		c->dead = true;
}

struct bytes conn_pending(const struct conn *c)
{
	if (!c->out.data)
		return (struct bytes){ 0 };
	return (struct bytes){ (uint8_t *)c->out.data + c->out_at, c->out.len - c->out_at };
}

void conn_taken(struct conn *c, size_t len)
{
	c->out_at += len;
	/* What a slow reader has taken must not stay in front of what it has not. */
	if (c->out_at < c->out.len && c->out_at < OUT_LIMIT)
		return;
	c->out.len -= c->out_at;
	memmove(c->out.data, c->out.data + c->out_at, c->out.len);
	c->out_at = 0;
}
