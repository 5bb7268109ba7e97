// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's ring is its reserved grant, which its builder made; domain 0's is a page that its
 * kernel offers in xenfs. A domain that breaks the protocol or lies about its indices is not served
 * any more; the store goes on.
 */
#include "xenstored/domain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/grant_table.h"
#include "abi/xen.h"
#include "lib/evtchn.h"
#include "lib/grant_map.h"
#include "lib/log.h"
#include "xenstored/journal.h"
#include "xenstored/monitor.h"
#include "xenstored/request.h"
#include "xenstored/ring.h"
#include "xenstored/transaction.h"
#include "xenstored/watch.h"

#define DOMAINS_MAX 512
#define ROUND_MAX   8 /* requests of one domain before the next has its turn */
#define RING_PAGE   4096

struct domain {
	unsigned int domid;
	struct xenstore_domain_interface *ring; /* NULL: restored, not connected yet */
	uint64_t grant_index;                   /* not domain 0's */
	uint32_t peer;                          /* its end of the event channel */
	uint32_t port;                          /* ours */
	/* Our indices. What stands in the page is for the domain, which could change it. */
	uint32_t req_cons;
	uint32_t rsp_prod;
	bool shutdown; /* its kernel has stopped, and that was told */
	struct conn *conn;
};

static struct domain domains[DOMAINS_MAX];
static size_t nr_domains;
static int evtchn_fd = -1;
static int grant_fd = -1;
static uint32_t virq_port;

/* What domain 0's kernel offers to whoever is its xenstored. */
static struct xenstore_domain_interface *local_ring;
static uint32_t local_port;

int domains_event_fd(void)
{
	return evtchn_fd;
}

static struct domain *domain_find(unsigned int domid)
{
	for (size_t i = 0; i < nr_domains; i++)
		if (domains[i].domid == domid)
			return &domains[i];
	return NULL;
}

struct conn *domain_conn(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	return d ? d->conn : NULL;
}

bool domain_is_introduced(unsigned int domid)
{
	return domid == 0 || domain_find(domid);
}

static void domain_note(const struct domain *d, enum record_kind kind)
{
	journal_add(&(struct record){
		.kind = (uint16_t)kind, .domid = (uint16_t)d->domid, .b = d->req_cons });
}

static void domain_give_up(struct domain *d, uint32_t error, const char *what)
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
	bool again = false;

	for (size_t i = 0; i < nr_domains; i++)
		if (!domains[i].conn->dead)
			again |= domain_serve(&domains[i], local);
	return again;
}

/* Page and event channel; 0 or a positive errno. */
static int domain_connect(struct domain *d)
{
	int port;

	d->ring = d->domid
			  ? grant_map(grant_fd, d->domid, GNTTAB_RESERVED_XENSTORE, &d->grant_index)
			  : local_ring;
	if (!d->ring) {
		log_warning("domain %u: mapping the store's ring: %s", d->domid, strerror(errno));
		return EINVAL;
	}
	port = evtchn_bind_interdomain(evtchn_fd, d->domid, d->peer);
	if (port < 0) {
		log_warning("domain %u: binding event channel %u: %s", d->domid, d->peer,
			    strerror(errno));
		if (d->domid)
			grant_unmap(grant_fd, d->ring, d->grant_index);
		d->ring = NULL;
		return EINVAL;
	}
	d->port = port;
	d->ring->server_features = XENSTORE_SERVER_FEATURE_ERROR;
	return 0;
}

static void domain_disconnect(struct domain *d)
{
	if (!d->ring)
		return;
	evtchn_unbind(evtchn_fd, d->port);
	if (d->domid)
		grant_unmap(grant_fd, d->ring, d->grant_index);
	d->ring = NULL;
}

/* A domain with a connection, and nothing else; NULL with errno. */
static struct domain *domain_new(unsigned int domid, uint32_t peer)
{
	struct domain *d = &domains[nr_domains];

	if (nr_domains == DOMAINS_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	memset(d, 0, sizeof(*d));
	d->domid = domid;
	d->peer = peer;
	d->conn = conn_new(domid);
	if (!d->conn) {
		errno = ENOMEM;
		return NULL;
	}
	d->conn->durable = true;
	nr_domains++;
	return d;
}

static void domain_free(struct domain *d)
{
	domain_disconnect(d);
	conn_free(d->conn);
	*d = domains[--nr_domains];
}

int domain_forget(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	if (!d)
		return ENOENT;
	domain_note(d, RECORD_GONE);
	/* What its end changes in here goes with the domain. */
	d->conn->durable = false;
	domain_free(d);
	return 0;
}

/* The ring goes on where the page says that it is. */
static int domain_add(unsigned int domid, uint32_t peer)
{
	struct domain *d = domain_new(domid, peer);
	int rc = d ? domain_connect(d) : errno;

	if (rc) {
		if (d)
			domain_free(d);
		return rc;
	}
	d->req_cons = d->ring->req_cons;
	d->rsp_prod = d->ring->rsp_prod;
	domain_dump(domid);
	return 0;
}

int domain_introduce(unsigned int domid, unsigned int port)
{
	int rc;

	if (domid == 0 || domid >= DOMID_FIRST_RESERVED)
		return EINVAL;
	/* Again: its kernel was replaced, or its page. What it owns stays its own. */
	domain_forget(domid);
	rc = domain_add(domid, port);
	if (rc == 0)
		watch_fire_special("@introduceDomain");
	return rc;
}

/* Without telling anybody. */
static int domain_end(unsigned int domid)
{
	int rc = domain_forget(domid);

	if (rc == 0)
		transaction_domain_gone(domid);
	return rc;
}

int domain_release(unsigned int domid)
{
	int rc = domid ? domain_end(domid) : EINVAL;

	if (rc == 0)
		watch_fire_special("@releaseDomain");
	return rc;
}

int domain_set_target(unsigned int domid, unsigned int target)
{
	struct domain *d = domain_find(domid);

	if (domid == 0 || target == 0)
		return EINVAL;
	if (!d || !domain_find(target))
		return ENOENT;
	d->conn->target = target;
	journal_add(
		&(struct record){ .kind = RECORD_TARGET, .domid = (uint16_t)domid, .a = target });
	return 0;
}

int domain_resume(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	if (!d)
		return ENOENT;
	d->shutdown = false;
	return 0;
}

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

static void local_start(void)
{
	if (local_ring && !domain_find(0) && domain_add(0, local_port) == 0)
		evtchn_notify(evtchn_fd, domain_find(0)->port);
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
		struct domain *d = &domains[i];
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

static int local_open(void)
{
	struct buf port = { 0 };
	int fd = open("/proc/xen/xsd_kva", O_RDWR | O_CLOEXEC);
	void *page;

	if (fd < 0)
		return -1;
	page = mmap(NULL, RING_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return -1;
	if (buf_read_file(&port, "/proc/xen/xsd_port", 64) < 0) {
		munmap(page, RING_PAGE);
		return -1;
	}
	local_ring = page;
	local_port = (uint32_t)strtoul(port.data, NULL, 10);
	buf_free(&port);
	return 0;
}

int domains_open(void)
{
	int port;

	evtchn_fd = evtchn_open();
	grant_fd = grant_open();
	if (evtchn_fd < 0 || grant_fd < 0) {
		log_error("%s: %s", evtchn_fd < 0 ? "/dev/xen/evtchn" : "/dev/xen/gntdev",
			  strerror(errno));
		return -1;
	}
	/* There is one owner of it, who tells all others: that is us. */
	port = evtchn_bind_virq(evtchn_fd, VIRQ_DOM_EXC);
	if (port < 0) {
		log_error("VIRQ_DOM_EXC: %s: does another xenstored run?", strerror(errno));
		return -1;
	}
	virq_port = port;
	/* The store is of use without it. */
	if (local_open() < 0)
		log_warning("the control domain's kernel is not connected: %s", strerror(errno));
	return 0;
}

void domains_start(void)
{
	unsigned int nr = 0;

	for (size_t i = nr_domains; i-- > 0;) {
		struct domain *d = &domains[i];

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
