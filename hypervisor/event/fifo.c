// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Setting up the FIFO layout: a domain gives control blocks (one per vCPU) and pages of event
 * words, each a reference to a page of its own RAM that is held until the layout is given up.
 * d->event_lock for all of it; fifo->lock besides where a sender may look.
 */
#include "private.h"

#include "abi/errno.h"
#include "atomic.h"
#include "guest_access.h"
#include "mm.h"

static size_t fifo_size(unsigned nr_vcpus)
{
	return sizeof(struct event_fifo) + nr_vcpus * sizeof(struct event_fifo_vcpu);
}

static int give_control_block(struct domain *d, struct event_fifo *fifo,
			      const struct evtchn_init_control *op)
{
	struct event_fifo_vcpu *q = &fifo->vcpu[op->vcpu];
	char *page;

	if (q->control)
		return -EINVAL;
	page = guest_frame_map(d, GFN(op->control_gfn));
	if (!page)
		return -EINVAL;
	spin_lock(&fifo->lock);
	q->control = (struct evtchn_fifo_control_block *)(void *)(page + op->offset);
	spin_unlock(&fifo->lock);
	return 0;
}

/* Events that are pending in the two-level layout wait for their event words. */
static void carry_over(struct domain *d, struct event_fifo *fifo)
{
	for (unsigned port = 1; port < d->event.nr_ports; port++) {
		struct event_channel *c = event_channel(d, port);

		if (!event_2l_is_pending(d, c))
			continue;
		spin_lock(&fifo->lock);
		c->pending = c->state > EVENT_RESERVED;
		spin_unlock(&fifo->lock);
	}
}

static int fifo_create(struct domain *d, const struct evtchn_init_control *op)
{
	struct event_fifo *fifo = object_alloc(fifo_size(d->max_vcpus));
	int rc;

	if (!fifo)
		return -ENOMEM;
	fifo->nr_vcpus = d->max_vcpus;
	rc = give_control_block(d, fifo, op);
	if (rc) {
		object_free(fifo, fifo_size(d->max_vcpus));
		return rc;
	}
	/* First published, then looked at what is pending: see event_deliver for the other half. */
	atomic_set(&d->event.fifo, fifo);
	carry_over(d, fifo);
	return 0;
}

int event_op_init_control(struct domain *d, union event_arg *a)
{
	struct evtchn_init_control *op = &a->init_control;
	int rc;

	if (!domain_vcpu(d, op->vcpu))
		return -ENOENT;
	if (op->offset % 8 || op->offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block))
		return -EINVAL;
	op->link_bits = EVTCHN_FIFO_LINK_BITS;

	spin_lock(&d->event_lock);
	if (d->event.fifo)
		rc = give_control_block(d, d->event.fifo, op);
	else
		rc = fifo_create(d, op);
	spin_unlock(&d->event_lock);
	return rc;
}

/* Raises what had to wait for the page of event words that begins with this port. */
static void raise_remembered(struct domain *d, unsigned first)
{
	unsigned end = MIN(first + (unsigned)EVENT_WORDS_PER_PAGE, d->event.nr_ports);

	for (unsigned port = first; port < end; port++) {
		struct event_channel *c = event_channel(d, port);

		if (!READ_ONCE(c->pending))
			continue;
		spin_lock(&c->lock);
		if (atomic_xchg(&c->pending, false) && c->state > EVENT_RESERVED)
			event_deliver(d, c);
		spin_unlock(&c->lock);
	}
}

/* d->event_lock is held. */
static int give_words(struct domain *d, struct event_fifo *fifo, gfn_t gfn)
{
	unsigned index = fifo->nr_pages;
	void *page;

	if (index >= DIV_ROUND_UP(d->event.max_port + 1, EVENT_WORDS_PER_PAGE))
		return -ENOSPC;
	page = guest_frame_map(d, gfn);
	if (!page)
		return -EINVAL;
	spin_lock(&fifo->lock);
	fifo->page[index] = page;
	atomic_set(&fifo->nr_pages, index + 1);
	spin_unlock(&fifo->lock);
	raise_remembered(d, index * (unsigned)EVENT_WORDS_PER_PAGE);
	return 0;
}

int event_op_expand_array(struct domain *d, union event_arg *a)
{
	struct event_fifo *fifo;
	int rc;

	spin_lock(&d->event_lock);
	fifo = d->event.fifo;
	rc = fifo ? give_words(d, fifo, GFN(a->expand_array.array_gfn)) : -EOPNOTSUPP;
	spin_unlock(&d->event_lock);
	return rc;
}

int event_op_set_priority(struct domain *d, union event_arg *a)
{
	const struct evtchn_set_priority *op = &a->set_priority;
	struct event_channel *c = event_channel(d, op->port);
	int rc = 0;

	if (!atomic_read(&d->event.fifo))
		return -ENOSYS;
	if (!c || op->priority > EVTCHN_FIFO_PRIORITY_MIN)
		return -EINVAL;
	spin_lock(&c->lock);
	if (c->state > EVENT_RESERVED)
		WRITE_ONCE(c->priority, (uint8_t)op->priority);
	else
		rc = -EINVAL;
	spin_unlock(&c->lock);
	return rc;
}

void event_fifo_destroy(struct domain *d)
{
	struct event_fifo *fifo = d->event.fifo;

	if (!fifo)
		return;
	atomic_set(&d->event.fifo, NULL);
	for (unsigned i = 0; i < fifo->nr_vcpus; i++)
		guest_frame_unmap(fifo->vcpu[i].control);
	for (unsigned i = 0; i < fifo->nr_pages; i++)
		guest_frame_unmap(fifo->page[i]);
	object_free(fifo, fifo_size(fifo->nr_vcpus));
}
