// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's ring is its reserved grant, which its builder made. A domain that breaks the protocol or lies about
 * its indices is not served any more; the store goes on.
 */
#include "xenstored/domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/grant_table.h"
#include "lib/evtchn.h"
#include "lib/grant_map.h"
#include "lib/log.h"
#include "xenstored/request.h"
#include "xenstored/ring.h"
#include "xenstored/watch.h"

#define DOMAINS_MAX 512
#define ROUND_MAX   8 /* requests of one domain before the next has its turn */

struct domain {
	unsigned int domid;
	struct xenstore_domain_interface *ring;
	uint64_t grant_index;
	uint32_t port;
	struct conn *conn;
};

static struct domain domains[DOMAINS_MAX];
static size_t nr_domains;
static int evtchn_fd = -1;
static int grant_fd = -1;

int domains_open(void)
{
	evtchn_fd = evtchn_open();
	grant_fd = grant_open();
	if (evtchn_fd < 0 || grant_fd < 0) {
		log_error("%s: %s", evtchn_fd < 0 ? "/dev/xen/evtchn" : "/dev/xen/gntdev",
			  strerror(errno));
		return -1;
	}
	return 0;
}

int domains_event_fd(void)
{
	return evtchn_fd;
}

void domains_events(void)
{
	uint32_t port;

	/* Which domain it was does not matter: all are looked at after this. */
	for (size_t i = 0; i < DOMAINS_MAX && evtchn_next(evtchn_fd, &port) == 0 && port; i++)
		evtchn_unmask(evtchn_fd, port);
}

static struct domain *domain_find(unsigned int domid)
{
	for (size_t i = 0; i < nr_domains; i++)
		if (domains[i].domid == domid)
			return &domains[i];
	return NULL;
}

bool domain_is_introduced(unsigned int domid)
{
	return domid == 0 || domain_find(domid);
}

/* Moves bytes and handles requests; true if it should be called again soon. */
static bool domain_serve(struct domain *d)
{
	struct conn *c = d->conn;
	bool lied = false, moved = false;
	unsigned int round;

	for (round = 0; round < ROUND_MAX && conn_ready(c) && !lied; round++) {
		/* One message at a time: what is not taken stays in the ring. */
		while (!conn_complete(c) && !c->dead) {
			size_t header = sizeof(c->in.header);
			size_t want = c->in.len < header ? header - c->in.len :
							   header + c->in.header.len - c->in.len;
			char data[XENSTORE_RING_SIZE];
			size_t got = ring_take(d->ring, data, want < sizeof(data) ? want : sizeof(data),
					       &lied);

			if (!got)
				break;
			moved = true;
			conn_feed(c, data, got);
		}
		if (!conn_complete(c))
			break;
		request_handle(c);
		conn_next(c);
	}
	while (!lied && conn_pending(c).len) {
		struct bytes out = conn_pending(c);
		size_t given = ring_give(d->ring, out.data, out.len, &lied);

		if (!given)
			break;
		moved = true;
		conn_taken(c, given);
	}
	if (lied || c->dead) {
		log_warning("domain %u broke the protocol of its ring: not served any more", d->domid);
		c->dead = true;
	}
	if (moved)
		evtchn_notify(evtchn_fd, d->port);
	return round == ROUND_MAX;
}

void domains_serve(void)
{
	bool again;

	do {
		again = false;
		for (size_t i = 0; i < nr_domains; i++)
			if (!domains[i].conn->dead)
				again |= domain_serve(&domains[i]);
	} while (again);
}

int domain_introduce(unsigned int domid, unsigned int port)
{
	struct domain *d = &domains[nr_domains];
	int rc, local;

	if (domid == 0 || domid > 0x7fef)
		return EINVAL;
	if (domain_find(domid))
		return EEXIST;
	if (nr_domains == DOMAINS_MAX)
		return ENOSPC;
	memset(d, 0, sizeof(*d));
	d->domid = domid;
	d->ring = grant_map(grant_fd, domid, GNTTAB_RESERVED_XENSTORE, &d->grant_index);
	if (!d->ring) {
		log_warning("domain %u: mapping the store's ring: %s", domid, strerror(errno));
		return EINVAL;
	}
	rc = ENOMEM;
	local = evtchn_bind_interdomain(evtchn_fd, domid, port);
	if (local < 0) {
		log_warning("domain %u: binding event channel %u: %s", domid, port, strerror(errno));
		rc = EINVAL;
	} else if ((d->conn = conn_new(domid))) {
		d->port = local;
		nr_domains++;
		watch_fire_special("@introduceDomain");
		return 0;
	} else {
		evtchn_unbind(evtchn_fd, local);
	}
	grant_unmap(grant_fd, d->ring, d->grant_index);
	return rc;
}

int domain_release(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	if (!d)
		return ENOENT;
	conn_free(d->conn);
	evtchn_unbind(evtchn_fd, d->port);
	grant_unmap(grant_fd, d->ring, d->grant_index);
	*d = domains[--nr_domains];
	watch_fire_special("@releaseDomain");
	return 0;
}
