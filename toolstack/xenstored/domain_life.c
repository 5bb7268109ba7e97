// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What became of domains: in an earlier process, as the journal tells, and in the hypervisor, as
 * the monitor does.
 */
#include "xenstored/domain_private.h"

#include <stdlib.h>
#include <string.h>

#include "abi/xen.h"
#include "lib/evtchn.h"
#include "lib/log.h"
#include "xenstored/monitor.h"
#include "xenstored/ring.h"
#include "xenstored/watch.h"

void domain_dump(unsigned int domid)
{
	const struct domain *d = domain_find(domid);
	struct record r = {
		.kind = RECORD_DOMAIN,
		.domid = (uint16_t)domid,
		.a = d->peer,
		.b = d->req_cons,
		.c = d->rsp_prod,
	};

	journal_add(&r);
	if (d->conn->in.len)
		journal_add(&(struct record){ .kind = RECORD_INPUT,
					      .domid = (uint16_t)domid,
					      .b = d->req_cons,
					      .data = conn_input(d->conn),
					      .len = d->conn->in.len });
	if (d->conn->target)
		journal_add(&(struct record){
			.kind = RECORD_TARGET, .domid = (uint16_t)domid, .a = d->conn->target });
	if (d->conn->dead)
		domain_note(d, RECORD_UNSERVED);
}

bool domain_restore(const struct record *r)
{
	struct domain *d;

	if (r->domid >= DOMID_FIRST_RESERVED || domain_find(r->domid))
		return false;
	d = domain_new(r->domid, r->a);
	if (!d)
		return false;
	d->req_cons = r->b;
	d->rsp_prod = r->c;
	return true;
}

bool domain_restore_input(const struct record *r)
{
	struct domain *d = domain_find(r->domid);

	d->req_cons = r->b;
	if (r->kind == RECORD_REQUEST)
		conn_next(d->conn);
	else if (r->kind != RECORD_INPUT || conn_feed(d->conn, r->data, r->len) != r->len)
		return false;
	return true;
}

/*
 * Where the rings stand: how far we had read is known, and what was given tells the page. One event
 * tells the domain of what it may have missed, and domain 0's kernel that we are there: its drivers
 * come up with the first.
 */
static void domain_resync(struct domain *d)
{
	uint32_t given = d->ring->rsp_prod - d->rsp_prod;

	ring_taken(d->ring, d->req_cons);
	if (d->conn->dead)
		return;
	if (journal_suspect() == d->domid && d->domid) {
		domain_give_up(d, XENSTORE_ERROR_PROTO, "its request ends xenstored every time");
	} else if (given > conn_pending(d->conn).len) {
		domain_give_up(d, XENSTORE_ERROR_RINGIDX, "somebody else wrote into its ring");
	} else {
		d->rsp_prod += given;
		if (given)
			conn_taken(d->conn, given);
	}
	evtchn_notify(evtchn_fd, d->port);
}

/* Index of a domain in what the monitor says, or -1. */
static int state_index(const struct domain_state *states, int nr, unsigned int domid)
{
	for (int i = 0; i < nr; i++)
		if (states[i].domid == domid)
			return i;
	return -1;
}

/* Whether any domain of before has stopped or gone, with a ring or without. */
static bool states_ended(const struct domain_state *now, int nr)
{
	static struct domain_state before[MONITOR_DOMAINS];
	static int nr_before;
	bool ended = false;

	for (int i = 0; i < nr_before && !ended; i++) {
		int at = state_index(now, nr, before[i].domid);

		ended = at < 0 || now[at].flags & ~before[i].flags;
	}
	memcpy(before, now, nr * sizeof(*now));
	nr_before = nr;
	return ended;
}

/* Domains that stop are told of; those that go lose their ring and all that they own. */
static void domains_look(void)
{
	static struct domain_state states[MONITOR_DOMAINS];
	int nr = monitor_ask(states);
	bool tell;

	if (nr < 0) {
		log_error("the monitor of domains has ended");
		exit(1);
	}
	tell = states_ended(states, nr);
	for (size_t i = nr_domains; i-- > 0;) {
		struct domain *d = domains[i];
		int at = state_index(states, nr, d->domid);

		if (d->domid == 0)
			continue;
		if (at < 0 || states[at].flags & MONITOR_DYING) {
			domain_end(d->domid);
			tell = true;
		} else if (states[at].flags & MONITOR_SHUTDOWN && !d->shutdown) {
			d->shutdown = true;
			tell = true;
		}
	}
	if (tell)
		watch_fire_special("@releaseDomain");
	journal_commit();
}

void domains_events(void)
{
	bool look = false;
	uint32_t port;

	/* Which domain it was does not matter: all are looked at after this. */
	for (size_t i = 0; i < DOMAINS_MAX && evtchn_next(evtchn_fd, &port) == 0 && port; i++) {
		look |= port == virq_port;
		evtchn_unmask(evtchn_fd, port);
	}
	if (look)
		domains_look();
}

void domains_start(void)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < nr_domains; i++) {
		struct domain *d = domains[i];

		if (domain_connect(d) == 0) {
			domain_resync(d);
			nr++;
		} else {
			/* Gone, as a rule; then what follows finds that out. */
			d->conn->dead = true;
		}
	}
	if (nr)
		log_info("%u domains connected again", nr);
	local_start();
	domains_look();
}
