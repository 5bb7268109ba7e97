// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual interrupts: which port each is bound to, and raising them. v->event.virq_port is written
 * under event_lock; it is read without, and what it names is checked under the channel's lock.
 */
#include "private.h"

#include "abi/errno.h"
#include "atomic.h"

int event_op_bind_virq(struct domain *d, union event_arg *a)
{
	struct evtchn_bind_virq *op = &a->bind_virq;
	const struct event_channel as = { .state = EVENT_VIRQ,
					  .vcpu = (uint16_t)op->vcpu,
					  .virq = op->virq };
	struct vcpu *v = domain_vcpu(d, op->vcpu);
	struct event_channel *c;
	int rc;

	if (op->virq >= NR_VIRQS)
		return -EINVAL;
	if (!event_virq_is_per_vcpu(op->virq) && op->vcpu != 0)
		return -EINVAL;
	if (!v)
		return -ENOENT;

	spin_lock(&d->event_lock);
	rc = v->event.virq_port[op->virq] ? -EEXIST : event_channel_open(d, &as, &c);
	if (rc == 0) {
		atomic_set(&v->event.virq_port[op->virq], c->port);
		op->port = c->port;
	}
	spin_unlock(&d->event_lock);
	return rc;
}

void event_virq_unbind(struct domain *d, const struct event_channel *c)
{
	/* A global one may notify another vCPU by now, but it was bound on vCPU 0. */
	struct vcpu *v = d->vcpu[event_virq_is_per_vcpu(c->virq) ? c->vcpu : 0];

	atomic_set(&v->event.virq_port[c->virq], 0);
}

void event_virq(struct vcpu *v, unsigned virq)
{
	struct domain *d = v->domain;
	uint32_t port = atomic_read(&v->event.virq_port[virq]);
	struct event_channel *c;

	if (port == 0)
		return;
	c = event_channel(d, port);
	if (!c)
		return;
	spin_lock(&c->lock);
	/* Closed, and perhaps opened for something else, since the port was read? */
	if (c->state == EVENT_VIRQ && c->virq == virq)
		event_deliver(d, c);
	spin_unlock(&c->lock);
}

void event_global_virq(unsigned virq)
{
	struct vcpu *v = domain0 ? domain_vcpu(domain0, 0) : NULL;

	if (v)
		event_virq(v, virq);
}
