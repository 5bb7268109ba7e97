// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's ring is its reserved grant, which its builder made; domain 0's is a page that its
 * kernel offers in xenfs. A domain that breaks the protocol or lies about its indices is not served
 * any more; the store goes on.
 */
#include "xenstored/domain_private.h"

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
#include "xenstored/transaction.h"
#include "xenstored/watch.h"

#define RING_PAGE 4096

struct domain *domains[DOMAINS_MAX];
size_t nr_domains;
int evtchn_fd = -1;
uint32_t virq_port;
static int grant_fd = -1;

/* What domain 0's kernel offers to whoever is its xenstored. */
static struct xenstore_domain_interface *local_ring;
static uint32_t local_port;

int domains_event_fd(void)
{
	return evtchn_fd;
}

struct domain *domain_find(unsigned int domid)
{
	for (size_t i = 0; i < nr_domains; i++)
		if (domains[i]->domid == domid)
			return domains[i];
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

void domain_note(const struct domain *d, enum record_kind kind)
{
	journal_add(&(struct record){
		.kind = (uint16_t)kind, .domid = (uint16_t)d->domid, .b = d->req_cons });
}

int domain_connect(struct domain *d)
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

struct domain *domain_new(unsigned int domid, uint32_t peer)
{
	struct domain *d;

	if (nr_domains == DOMAINS_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	d = calloc(1, sizeof(*d));
	if (d)
		d->conn = conn_new(domid);
	if (!d || !d->conn) {
		free(d);
		errno = ENOMEM;
		return NULL;
	}
	d->domid = domid;
	d->peer = peer;
	d->conn->durable = true;
	domains[nr_domains++] = d;
	return d;
}

static void domain_free(struct domain *d)
{
	domain_disconnect(d);
	conn_free(d->conn);
	for (size_t i = 0; i < nr_domains; i++)
		if (domains[i] == d)
			domains[i] = domains[--nr_domains];
	free(d);
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

int domain_end(unsigned int domid)
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

void local_start(void)
{
	if (local_ring && !domain_find(0) && domain_add(0, local_port) == 0)
		evtchn_notify(evtchn_fd, domain_find(0)->port);
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
