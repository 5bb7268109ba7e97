// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of a domain's ports: how they are found, opened and closed, and its beginning and end.
 * Knows nothing of how an event reaches the guest (deliver.c) or of who asks (op.c). Locks: see
 * private.h.
 */
#include "event.h"
#include "private.h"

#include "abi/errno.h"
#include "atomic.h"
#include "hypercall.h"
#include "mm.h"

struct spinlock event_peers_lock = SPINLOCK_INIT;

static size_t bucket_table_size(const struct domain *d)
{
	return (d->event.max_port / EVENTS_PER_BUCKET + 1) * sizeof(*d->event.buckets);
}

struct event_channel *event_channel(const struct domain *d, uint32_t port)
{
	uint32_t nr = atomic_read(&d->event.nr_ports);

	if (port >= nr)
		return NULL;
	port = (uint32_t)index_below(port, nr);
	return &d->event.buckets[port / EVENTS_PER_BUCKET][port % EVENTS_PER_BUCKET];
}

void event_lock_both(struct spinlock *a, struct spinlock *b)
{
	spin_lock(a < b ? a : b);
	if (a != b)
		spin_lock(a < b ? b : a);
}

void event_unlock_both(struct spinlock *a, struct spinlock *b)
{
	if (a != b)
		spin_unlock(b);
	spin_unlock(a);
}

/* One more bucket of free ports. d->event_lock held, or nobody else knows d yet. */
static int grow(struct domain *d)
{
	unsigned first = d->event.nr_ports;
	struct event_channel *bucket = object_alloc(EVENTS_PER_BUCKET * sizeof(*bucket));

	if (!bucket)
		return -ENOMEM;
	for (unsigned i = 0; i < EVENTS_PER_BUCKET; i++)
		bucket[i].port = first + i;
	d->event.buckets[first / EVENTS_PER_BUCKET] = bucket;
	/* The bucket before the number: readers take no lock. */
	atomic_set(&d->event.nr_ports, first + (unsigned)EVENTS_PER_BUCKET);
	return 0;
}

static int channel_alloc(struct domain *d, struct event_channel **out)
{
	struct event_domain *ev = &d->event;
	unsigned limit = ev->fifo ? EVTCHN_FIFO_NR_CHANNELS : EVTCHN_2L_NR_CHANNELS;
	unsigned last = MIN(ev->max_port, limit - 1);

	for (unsigned port = ev->first_free; port <= last; port++) {
		struct event_channel *c;
		int rc;

		if (port >= ev->nr_ports) {
			rc = grow(d);
			if (rc)
				return rc;
		}
		c = event_channel(d, port);
		if (c->state != EVENT_FREE) {
			if (port == ev->first_free)
				ev->first_free++;
			continue;
		}
		if (ev->fifo && event_fifo_is_busy(ev->fifo, port))
			continue;
		*out = c;
		return 0;
	}
	return -ENOSPC;
}

int event_channel_open(struct domain *d, const struct event_channel *as, struct event_channel **out)
{
	struct event_channel *c;
	int rc = d->is_dying ? -ESRCH : channel_alloc(d, &c);

	if (rc)
		return rc;
	spin_lock(&c->lock);
	c->remote = as->remote;
	c->remote_port = as->remote_port;
	c->is_ours = as->is_ours;
	c->vcpu = as->vcpu;
	c->priority = EVTCHN_FIFO_PRIORITY_DEFAULT;
	c->state = as->state;
	d->event.nr_open += !c->is_ours;
	spin_unlock(&c->lock);
	*out = c;
	return 0;
}

static void channel_free(struct domain *d, struct event_channel *c)
{
	/* Whoever gets the port next must not find an event that was not meant for it. */
	event_clear_pending(d, c);
	c->state = EVENT_FREE;
	d->event.nr_open -= !c->is_ours;
	c->is_ours = false;
	if (c->port < d->event.first_free)
		d->event.first_free = c->port;
}

int event_close(struct domain *d, uint32_t port, bool ours)
{
	struct event_channel *c, *peer;
	struct domain *rd = d;
	int rc = -EINVAL;

	spin_lock(&event_peers_lock);
	peer = c = event_channel(d, port);
	if (!c)
		goto unlock;
	/* Nobody else connects or disconnects now, so the remote domain cannot go away either. */
	if (READ_ONCE(c->state) == EVENT_INTERDOMAIN) {
		rd = c->remote;
		peer = event_channel(rd, c->remote_port);
	}
	event_lock_both(&d->event_lock, &rd->event_lock);
	event_lock_both(&c->lock, &peer->lock);
	if (c->state > EVENT_RESERVED && (!c->is_ours || ours || d->is_dying)) {
		if (peer != c) {
			peer->state = EVENT_UNBOUND;
			peer->remote = NULL;
			peer->remote_id = d->id;
		}
		if (c->state == EVENT_VIRQ)
			event_virq_unbind(d, c);
		channel_free(d, c);
		rc = 0;
	}
	event_unlock_both(&c->lock, &peer->lock);
	event_unlock_both(&d->event_lock, &rd->event_lock);
unlock:
	spin_unlock(&event_peers_lock);
	return rc;
}

int event_reset(struct domain *d)
{
	unsigned nr_ports = atomic_read(&d->event.nr_ports), closed = 0;
	int rc = 0;

	for (unsigned port = 1; port < nr_ports && READ_ONCE(d->event.nr_open); port++) {
		if (event_close(d, port, false) == 0 && ++closed % 64 == 0 && hypercall_preempt())
			return -ERESTART;
	}
	spin_lock(&d->event_lock);
	if (d->event.nr_open)
		rc = -EBUSY;
	else
		event_fifo_destroy(d);
	spin_unlock(&d->event_lock);
	return rc;
}

int event_domain_init(struct domain *d, unsigned max_port)
{
	struct event_domain *ev = &d->event;
	int rc;

	if (max_port == 0)
		return -EINVAL;
	ev->max_port = MIN(max_port, EVTCHN_FIFO_NR_CHANNELS - 1u);
	ev->first_free = 1;
	ev->buckets = object_alloc(bucket_table_size(d));
	rc = ev->buckets ? grow(d) : -ENOMEM;
	if (rc) {
		event_domain_destroy(d);
		return rc;
	}
	event_channel(d, 0)->state = EVENT_RESERVED;
	return 0;
}

/* Nothing is opened in a dying domain, so what is closed stays closed. */
static int close_all(struct domain *d)
{
	struct event_domain *ev = &d->event;

	while (ev->nr_closed < ev->nr_ports) {
		event_close(d, ev->nr_closed++, false);
		if (ev->nr_closed % 64 == 0 && hypercall_preempt())
			return -ERESTART;
	}
	return 0;
}

int event_domain_destroy(struct domain *d)
{
	struct event_domain *ev = &d->event;
	unsigned nr_ports;

	if (!ev->buckets)
		return 0;
	if (close_all(d))
		return -ERESTART;
	/*
	 * Nothing is connected any more, and nothing is opened in a dying domain: end of look-ups.
	 */
	spin_lock(&event_peers_lock);
	spin_lock(&d->event_lock);
	event_fifo_destroy(d);
	/* Only now: whoever was opening a port when the end began may have added to them. */
	nr_ports = ev->nr_ports;
	atomic_set(&ev->nr_ports, 0);
	for (unsigned port = 0; port < nr_ports; port += EVENTS_PER_BUCKET)
		object_free(ev->buckets[port / EVENTS_PER_BUCKET],
			    EVENTS_PER_BUCKET * sizeof(struct event_channel));
	object_free(ev->buckets, bucket_table_size(d));
	ev->buckets = NULL;
	spin_unlock(&d->event_lock);
	spin_unlock(&event_peers_lock);
	return 0;
}
