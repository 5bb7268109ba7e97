// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Moving bytes between rings and connections. A domain that breaks the protocol or lies about its
 * indices is not served any more; the store goes on.
 */
#include "xenstored/domain_private.h"

#include "lib/evtchn.h"
#include "lib/log.h"
#include "xenstored/request.h"
#include "xenstored/ring.h"

#define ROUND_MAX 8 /* requests of one domain before the next has its turn */

void domain_give_up(struct domain *d, uint32_t error, const char *what)
{
	log_warning("domain %u: %s: not served any more", d->domid, what);
	d->conn->dead = true;
	d->ring->error = error;
	domain_note(d, RECORD_UNSERVED);
	journal_commit();
}

/* Part of a request, the first bytes of which we had: it is kept, and leaves the ring. */
static void domain_keep_input(struct domain *d, uint32_t cons, size_t had)
{
	d->req_cons = cons;
	journal_add(&(struct record){ .kind = RECORD_INPUT,
				      .domid = (uint16_t)d->domid,
				      .b = cons,
				      .data = conn_input(d->conn) + had,
				      .len = d->conn->in.len - had });
	journal_commit();
	ring_taken(d->ring, cons);
}

/*
 * The rest of one message, as far as it is in the ring: what comes behind it stays there. A whole
 * one stays there, too, until it is handled. Not so a part: Linux sends no event for what it writes
 * behind bytes that were not taken. True if bytes moved.
 */
static bool domain_receive(struct domain *d, bool *lied)
{
	struct conn *c = d->conn;
	char data[XENSTORE_RING_SIZE];
	uint32_t cons = d->req_cons;
	size_t had = c->in.len, got;
	bool moved = false;

	while (!conn_complete(c) && !c->dead) {
		size_t want = conn_wants(c);

		got = ring_peek(d->ring, cons, data, want < sizeof(data) ? want : sizeof(data),
				lied);
		if (got) {
			conn_feed(c, data, got);
			cons += got;
			continue;
		}
		if (*lied || cons == d->req_cons)
			break;
		/* And look again, for what was written before the domain could see that. */
		domain_keep_input(d, cons, had);
		had = c->in.len;
		moved = true;
	}
	moved |= cons != d->req_cons;
	d->req_cons = cons;
	return moved;
}

/* With all that it does, or not at all: state.c. */
static void domain_request(struct domain *d)
{
	struct conn *c = d->conn;

	journal_request_begins(d->domid);
	request_handle(c);
	conn_next(c);
	domain_note(d, RECORD_REQUEST);
	journal_commit();
	journal_request_ends();
	ring_taken(d->ring, d->req_cons);
}

static bool domain_send(struct domain *d, bool *lied)
{
	struct bytes out = conn_pending(d->conn);
	size_t given = out.len ? ring_give(d->ring, &d->rsp_prod, out.data, out.len, lied) : 0;

	if (given)
		conn_taken(d->conn, given);
	return given;
}

/* True if it should be called again soon. local: domain 0's own kernel, if it is connected. */
static bool domain_serve(struct domain *d, const struct conn *local)
{
	struct conn *c = d->conn;
	bool lied = false, moved = false;
	unsigned int round;

	for (round = 0; round < ROUND_MAX && conn_ready(c) && !lied; round++) {
		/* What domains do is told to domain 0's kernel, who must get all of it. */
		if (local && local != c && !local->dead && conn_is_congested(local))
			break;
		moved |= domain_receive(d, &lied);
		if (!conn_complete(c))
			break;
		domain_request(d);
	}
	/* Not more than the ring has room for, however fast the domain empties it. */
	if (!lied)
		moved |= domain_send(d, &lied);
	if (lied)
		domain_give_up(d, XENSTORE_ERROR_RINGIDX, "impossible indices in its ring");
	else if (c->dead)
		domain_give_up(d, XENSTORE_ERROR_PROTO, "a message that is too long");
	if (moved || lied)
		evtchn_notify(evtchn_fd, d->port);
	return round == ROUND_MAX;
}

bool domains_serve(void)
{
	const struct conn *local = domain_conn(0);
	size_t nr = nr_domains;
	bool again = false;

	for (size_t i = 0; i < nr_domains; i++)
		if (!domains[i]->conn->dead)
			again |= domain_serve(domains[i], local);
	/* When one was released in here, another has taken its place. */
	return again || nr != nr_domains;
}
