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
#include "xenstored/request.h"
#include "xenstored/ring.h"
#include "xenstored/watch.h"

#define DOMAINS_MAX 512
#define ROUND_MAX   8 /* requests of one domain before the next has its turn */
#define RING_PAGE   4096

struct domain {
	unsigned int domid;
	struct xenstore_domain_interface *ring;
	uint64_t grant_index; /* not domain 0's */
	uint32_t port;
	struct conn *conn;
};

static struct domain domains[DOMAINS_MAX];
static size_t nr_domains;
static int evtchn_fd = -1;
static int grant_fd = -1;

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

/*
 * The rest of one message, as far as it is in the ring: what comes behind it stays there. True if
 * bytes moved.
 */
static bool domain_receive(struct domain *d, bool *lied)
{
	struct conn *c = d->conn;
	char data[XENSTORE_RING_SIZE];
	bool moved = false;
	size_t got;

	while (!conn_complete(c) && !c->dead) {
		size_t want = conn_wants(c);

		got = ring_take(d->ring, data, want < sizeof(data) ? want : sizeof(data), lied);
		if (!got)
			break;
		moved = true;
		conn_feed(c, data, got);
	}
	return moved;
}

static bool domain_send(struct domain *d, bool *lied)
{
	struct bytes out = conn_pending(d->conn);
	size_t given = out.len ? ring_give(d->ring, out.data, out.len, lied) : 0;

	if (given)
		conn_taken(d->conn, given);
	return given;
}

static void domain_give_up(struct domain *d, uint32_t error, const char *what)
{
	log_warning("domain %u: %s: not served any more", d->domid, what);
	d->conn->dead = true;
	d->ring->error = error;
}

/* True if it should be called again soon. */
static bool domain_serve(struct domain *d)
{
	struct conn *c = d->conn;
	bool lied = false, moved = false;
	unsigned int round;

	for (round = 0; round < ROUND_MAX && conn_ready(c) && !lied; round++) {
		moved |= domain_receive(d, &lied);
		if (!conn_complete(c))
			break;
		request_handle(c);
		conn_next(c);
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
	bool again = false;

	for (size_t i = 0; i < nr_domains; i++)
		if (!domains[i].conn->dead)
			again |= domain_serve(&domains[i]);
	return again;
}

/* Binds the event channel and gives the domain its connection; 0 or a positive errno. */
static int domain_connect(struct domain *d, unsigned int port)
{
	int local = evtchn_bind_interdomain(evtchn_fd, d->domid, port);

	if (local < 0) {
		log_warning("domain %u: binding event channel %u: %s", d->domid, port,
			    strerror(errno));
		return EINVAL;
	}
	d->conn = conn_new(d->domid);
	if (!d->conn) {
		evtchn_unbind(evtchn_fd, local);
		return ENOMEM;
	}
	d->port = local;
	d->ring->server_features = XENSTORE_SERVER_FEATURE_ERROR;
	nr_domains++;
	return 0;
}

/*
 * Domain 0's kernel has made a page and an event channel for us, and waits: its drivers come up
 * with the first event.
 */
static int local_open(void)
{
	struct domain *d = &domains[nr_domains];
	struct buf port = { 0 };
	int fd = open("/proc/xen/xsd_kva", O_RDWR | O_CLOEXEC);
	void *page;
	int rc;

	if (fd < 0)
		return -1;
	page = mmap(NULL, RING_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return -1;
	memset(d, 0, sizeof(*d));
	d->ring = page;
	rc = buf_read_file(&port, "/proc/xen/xsd_port", 64);
	if (rc == 0) {
		errno = domain_connect(d, strtoul(port.data, NULL, 10));
		rc = errno ? -1 : 0;
	}
	buf_free(&port);
	if (rc < 0) {
		munmap(page, RING_PAGE);
		return -1;
	}
	evtchn_notify(evtchn_fd, d->port);
	return 0;
}

int domains_open(void)
{
	evtchn_fd = evtchn_open();
	grant_fd = grant_open();
	if (evtchn_fd < 0 || grant_fd < 0) {
		log_error("%s: %s", evtchn_fd < 0 ? "/dev/xen/evtchn" : "/dev/xen/gntdev",
			  strerror(errno));
		return -1;
	}
	/* The store is of use without it. */
	if (local_open() < 0)
		log_warning("the control domain's kernel is not connected: %s", strerror(errno));
	return 0;
}

int domain_introduce(unsigned int domid, unsigned int port)
{
	struct domain *d;
	int rc;

	if (domid == 0 || domid >= DOMID_FIRST_RESERVED)
		return EINVAL;
	/*
	 * Again: what was there belongs to a domain that is gone, or to a kernel that was replaced.
	 */
	domain_release(domid);
	if (nr_domains == DOMAINS_MAX)
		return ENOSPC;
	d = &domains[nr_domains];
	memset(d, 0, sizeof(*d));
	d->domid = domid;
	d->ring = grant_map(grant_fd, domid, GNTTAB_RESERVED_XENSTORE, &d->grant_index);
	if (!d->ring) {
		log_warning("domain %u: mapping the store's ring: %s", domid, strerror(errno));
		return EINVAL;
	}
	rc = domain_connect(d, port);
	if (rc == 0)
		watch_fire_special("@introduceDomain");
	else
		grant_unmap(grant_fd, d->ring, d->grant_index);
	return rc;
}

int domain_release(unsigned int domid)
{
	struct domain *d = domain_find(domid);

	if (domid == 0)
		return EINVAL;
	if (!d)
		return ENOENT;
	conn_free(d->conn);
	evtchn_unbind(evtchn_fd, d->port);
	grant_unmap(grant_fd, d->ring, d->grant_index);
	*d = domains[--nr_domains];
	watch_fire_special("@releaseDomain");
	return 0;
}

int domain_set_target(unsigned int domid, unsigned int target)
{
	struct domain *d = domain_find(domid);

	if (domid == 0 || target == 0)
		return EINVAL;
	if (!d || !domain_find(target))
		return ENOENT;
	d->conn->target = target;
	return 0;
}
