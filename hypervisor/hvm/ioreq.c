// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Servers, their ranges, and the page by which a request goes to a device model and its answer
 * comes back. The device model may write anything there at any time: of what it writes only the
 * state and the value are read, once. d->hvm.ioreq_lock: the servers, and who waits for which.
 */
#include "ioreq.h"

#include "abi/dm_op.h"
#include "abi/errno.h"
#include "atomic.h"
#include "domain.h"
#include "event.h"
#include "lib.h"
#include "mm.h"
#include "sched.h"

#define RANGES_MAX 64u

struct ioreq_range {
	struct ioreq_server *server; /* whose it is */
	uint32_t type;
	uint64_t first, last;
};

struct ioreq_server {
	bool enabled;
	unsigned nr_ranges;
	struct ioreq_range range[RANGES_MAX];
	struct ioreq *page; /* one for each vCPU */
	void *buffered;     /* stays empty */
	uint32_t port[MAX_VCPUS], buffered_port;
};
_Static_assert(MAX_VCPUS * sizeof(struct ioreq) <= PAGE_SIZE, "all vCPUs in one page");

/* --- requests --------------------------------------------------------------------------------- */

/* The lock is held. */
static struct ioreq_server *server_of(struct domain *d, unsigned id)
{
	return id < IOREQ_SERVERS ? d->hvm.ioreq_server[id] : NULL;
}

/* The range that some of this is in: no two overlap. The lock is held. */
static struct ioreq_range *range_find(struct domain *d, uint32_t type, uint64_t first,
				      uint64_t last)
{
	for (unsigned id = 0; id < IOREQ_SERVERS; id++) {
		struct ioreq_server *s = server_of(d, id);

		for (unsigned i = 0; s && i < s->nr_ranges; i++)
			if (s->range[i].type == type && s->range[i].first <= last &&
			    s->range[i].last >= first)
				return &s->range[i];
	}
	return NULL;
}

/* Who has all of it, and is enabled. The lock is held. */
static struct ioreq_server *server_find(struct domain *d, uint8_t type, uint64_t first,
					uint64_t last)
{
	const struct ioreq_range *r = range_find(
		d, type == IOREQ_TYPE_PIO ? XEN_DMOP_IO_RANGE_PORT : XEN_DMOP_IO_RANGE_MEMORY,
		first, last);

	return r && r->first <= first && r->last >= last && r->server->enabled ? r->server : NULL;
}

int ioreq_access(struct vcpu *v, uint8_t type, uint64_t addr, unsigned size, bool write,
		 uint64_t *value)
{
	struct domain *d = v->domain;
	struct ioreq_vcpu *io = &v->hvm.ioreq;
	struct ioreq_server *s;
	uint32_t port = 0;

	if (io->step < io->answers) {
		*value = io->answer[io->step++] & bytes_mask(size);
		return 0;
	}
	if (io->step == ARRAY_SIZE(io->answer))
		return -EOPNOTSUPP;
	spin_lock(&d->hvm.ioreq_lock);
	s = server_find(d, type, addr, addr + size - 1);
	if (s) {
		struct ioreq *r = &s->page[v->id];

		port = s->port[v->id];
		io->server = s;
		atomic_or(&v->pause_flags, VCPU_PAUSE_IO);
		*r = (struct ioreq){
			.addr = addr,
			.data = write ? *value & bytes_mask(size) : 0,
			.count = 1,
			.size = size,
			.vp_eport = port,
			.dir = write ? IOREQ_WRITE : IOREQ_READ,
			.type = type,
		};
		memory_barrier();
		r->state = STATE_IOREQ_READY;
	}
	spin_unlock(&d->hvm.ioreq_lock);
	if (!s)
		return -ENODEV;
	sched_sleep(v);
	event_send(d, port);
	return -EAGAIN;
}

/* The lock is held. */
static void answer(struct vcpu *v, uint64_t value)
{
	struct ioreq_vcpu *io = &v->hvm.ioreq;

	io->server->page[v->id].state = STATE_IOREQ_NONE;
	io->server = NULL;
	io->answer[io->answers++] = value;
	if (atomic_and(&v->pause_flags, ~VCPU_PAUSE_IO) & VCPU_PAUSE_IO)
		sched_wake(v);
}

void ioreq_answered(struct vcpu *v)
{
	struct ioreq_vcpu *io;

	if (!v) /* not made yet: it waits for nothing */
		return;
	io = &v->hvm.ioreq;
	spin_lock(&v->domain->hvm.ioreq_lock);
	if (io->server && io->server->page[v->id].state == STATE_IORESP_READY) {
		memory_barrier();
		answer(v, READ_ONCE(io->server->page[v->id].data));
	}
	spin_unlock(&v->domain->hvm.ioreq_lock);
}

/* --- servers ---------------------------------------------------------------------------------- */

static void *page_create(struct domain *d)
{
	void *page = heap_alloc(0);

	if (page)
		page_share_with(page, d);
	return page;
}

/* Nobody finds it any more, and nobody waits for it. */
static void server_free(struct domain *d, struct ioreq_server *s)
{
	for (unsigned i = 0; i < MAX_VCPUS; i++)
		if (s->port[i])
			event_close(d, s->port[i], true);
	if (s->buffered_port)
		event_close(d, s->buffered_port, true);
	if (s->page)
		page_unshare(s->page);
	if (s->buffered)
		page_unshare(s->buffered);
	object_free(s, sizeof(*s));
}

static int server_fill(struct domain *d, struct ioreq_server *s)
{
	domid_t remote = domain_current()->id;
	int rc;

	s->page = page_create(d);
	s->buffered = page_create(d);
	if (!s->page || !s->buffered)
		return -ENOMEM;
	for (unsigned i = 0; i < d->max_vcpus; i++) { /* some may not be there yet */
		rc = event_open(d, remote, i, true, &s->port[i]);
		if (rc)
			return rc;
		s->page[i].vp_eport = s->port[i];
	}
	return event_open(d, remote, 0, true, &s->buffered_port);
}

int ioreq_server_create(struct domain *d)
{
	struct ioreq_server *s = object_alloc(sizeof(*s));
	int rc = s ? server_fill(d, s) : -ENOMEM;

	if (!rc) {
		spin_lock(&d->hvm.ioreq_lock);
		rc = d->is_dying ? -ESRCH : -ENOSPC;
		for (unsigned id = 0; id < IOREQ_SERVERS && rc == -ENOSPC; id++)
			if (!d->hvm.ioreq_server[id]) {
				d->hvm.ioreq_server[id] = s;
				rc = (int)id;
			}
		spin_unlock(&d->hvm.ioreq_lock);
	}
	if (rc < 0 && s)
		server_free(d, s);
	return rc;
}

int ioreq_server_destroy(struct domain *d, unsigned id)
{
	struct ioreq_server *s;
	struct vcpu *v;

	spin_lock(&d->hvm.ioreq_lock);
	s = server_of(d, id);
	if (s) {
		d->hvm.ioreq_server[id] = NULL;
		/* As where nothing is. */
		for_each_vcpu(d, v)
			if (v->hvm.ioreq.server == s)
				answer(v, ~0ul);
	}
	spin_unlock(&d->hvm.ioreq_lock);
	if (!s)
		return -ENOENT;
	server_free(d, s);
	return 0;
}

void ioreq_domain_destroy(struct domain *d)
{
	for (unsigned id = 0; id < IOREQ_SERVERS; id++)
		ioreq_server_destroy(d, id);
}

struct page_info *ioreq_page_get(struct domain *d, unsigned id, uint64_t frame)
{
	struct page_info *pg = NULL;
	struct ioreq_server *s;

	spin_lock(&d->hvm.ioreq_lock);
	s = server_of(d, id);
	if (s && frame < 2) {
		pg = mfn_to_page(virt_to_mfn(frame ? s->page : s->buffered));
		if (!page_get(pg, d))
			pg = NULL;
	}
	spin_unlock(&d->hvm.ioreq_lock);
	return pg;
}

/* --- what a device model asks of its server; the lock is held --------------------------------- */

static int range_add(struct domain *d, struct ioreq_server *s,
		     const struct xen_dm_op_ioreq_server_range *r)
{
	if (r->start > r->end)
		return -EINVAL;
	if (r->type != XEN_DMOP_IO_RANGE_PORT && r->type != XEN_DMOP_IO_RANGE_MEMORY)
		return -EOPNOTSUPP;
	if (range_find(d, r->type, r->start, r->end))
		return -EEXIST;
	if (s->nr_ranges == RANGES_MAX)
		return -ENOSPC;
	s->range[s->nr_ranges++] = (struct ioreq_range){ s, r->type, r->start, r->end };
	return 0;
}

static int range_remove(struct domain *d, struct ioreq_server *s,
			const struct xen_dm_op_ioreq_server_range *r)
{
	struct ioreq_range *o = range_find(d, r->type, r->start, r->end);

	if (!o || o->server != s || o->first != r->start || o->last != r->end)
		return -ENOENT;
	*o = s->range[--s->nr_ranges];
	return 0;
}

int ioreq_server_op(struct domain *d, struct xen_dm_op *op)
{
	struct xen_dm_op_get_ioreq_server_info *info = &op->u.get_ioreq_server_info;
	struct ioreq_server *s;
	int rc = 0;

	spin_lock(&d->hvm.ioreq_lock);
	s = server_of(d, info->id); /* the first field of each of these */
	if (!s)
		rc = -ENOENT;
	else if (op->op == XEN_DMOP_map_io_range_to_ioreq_server)
		rc = range_add(d, s, &op->u.map_io_range_to_ioreq_server);
	else if (op->op == XEN_DMOP_unmap_io_range_from_ioreq_server)
		rc = range_remove(d, s, &op->u.unmap_io_range_from_ioreq_server);
	else if (op->op == XEN_DMOP_set_ioreq_server_state)
		s->enabled = op->u.set_ioreq_server_state.enabled;
	else if (info->flags != XEN_DMOP_no_gfns)
		rc = -EOPNOTSUPP; /* its pages are XENMEM_acquire_resource's, no guest frames */
	else
		info->bufioreq_port = s->buffered_port;
	spin_unlock(&d->hvm.ioreq_lock);
	return rc;
}
