// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations that open a port between domains or vCPUs, move it to another vCPU, or tell what it
 * is. Locks: private.h.
 */
#include "private.h"

#include "abi/errno.h"

int event_target_get(struct domain *d, domid_t id, struct domain **out)
{
	struct domain *target = domain_get(id);

	if (!target)
		return -ESRCH;
	if (target != d && !d->is_control) {
		domain_put(target);
		return -EPERM;
	}
	*out = target;
	return 0;
}

static int open_and_tell(struct domain *d, const struct event_channel *as, uint32_t *port)
{
	struct event_channel *c;
	int rc;

	spin_lock(&d->event_lock);
	rc = event_channel_open(d, as, &c);
	if (rc == 0)
		*port = c->port;
	spin_unlock(&d->event_lock);
	return rc;
}

int event_open(struct domain *d, domid_t remote, unsigned vcpu, bool is_ours, uint32_t *port)
{
	const struct event_channel as = { .state = EVENT_UNBOUND,
					  .vcpu = (uint16_t)vcpu,
					  .remote_id = remote,
					  .is_ours = is_ours };

	return open_and_tell(d, &as, port);
}

int event_op_alloc_unbound(struct domain *d, union event_arg *a)
{
	struct evtchn_alloc_unbound *op = &a->alloc_unbound;
	struct domain *target;
	int rc = event_target_get(d, op->dom, &target);

	if (rc)
		return rc;
	rc = -ENOENT; /* vCPU 0 is told of its events */
	if (domain_vcpu(target, 0))
		rc = event_open(target, op->remote_dom == DOMID_SELF ? d->id : op->remote_dom, 0,
				false, &op->port);
	domain_put(target);
	return rc;
}

static void connect(struct domain *d, struct event_channel *local, struct domain *rd,
		    struct event_channel *remote)
{
	event_lock_both(&local->lock, &remote->lock);
	local->remote = rd;
	local->remote_port = remote->port;
	remote->remote = d;
	remote->remote_port = local->port;
	local->state = remote->state = EVENT_INTERDOMAIN;
	/* What the other side sent before it was connected was dropped: let our side look. */
	event_deliver(d, local);
	event_unlock_both(&local->lock, &remote->lock);
}

int event_op_bind_interdomain(struct domain *d, union event_arg *a)
{
	static const struct event_channel unconnected = { .state = EVENT_UNBOUND };
	struct evtchn_bind_interdomain *op = &a->bind_interdomain;
	struct domain *rd = domain_get(op->remote_dom);
	struct event_channel *local, *remote;
	int rc;

	if (!rd)
		return -ESRCH;
	spin_lock(&event_peers_lock);
	event_lock_both(&d->event_lock, &rd->event_lock);
	remote = event_channel(rd, op->remote_port);
	if (rd->is_dying)
		rc = -ESRCH;
	else if (!remote || remote->state != EVENT_UNBOUND || remote->remote_id != d->id)
		rc = -EINVAL;
	else
		rc = event_channel_open(d, &unconnected, &local);
	if (rc == 0) {
		connect(d, local, rd, remote);
		op->local_port = local->port;
	}
	event_unlock_both(&d->event_lock, &rd->event_lock);
	spin_unlock(&event_peers_lock);
	domain_put(rd);
	return rc;
}

int event_op_bind_ipi(struct domain *d, union event_arg *a)
{
	const struct event_channel as = { .state = EVENT_IPI, .vcpu = (uint16_t)a->bind_ipi.vcpu };

	if (!domain_vcpu(d, a->bind_ipi.vcpu))
		return -ENOENT;
	return open_and_tell(d, &as, &a->bind_ipi.port);
}

/* IPIs and VIRQs of a vCPU are its own; everything else may notify any. */
static bool may_move(const struct event_channel *c)
{
	switch (c->state) {
	case EVENT_UNBOUND:
	case EVENT_INTERDOMAIN: return !c->is_ours;
	case EVENT_VIRQ: return !event_virq_is_per_vcpu(c->virq);
	default: return false;
	}
}

int event_op_bind_vcpu(struct domain *d, union event_arg *a)
{
	const struct evtchn_bind_vcpu *op = &a->bind_vcpu;
	struct event_channel *c = event_channel(d, op->port);
	int rc = -EINVAL;

	if (!domain_vcpu(d, op->vcpu))
		return -ENOENT;
	if (!c)
		return -EINVAL;
	spin_lock(&d->event_lock);
	spin_lock(&c->lock);
	if (may_move(c)) {
		WRITE_ONCE(c->vcpu, (uint16_t)op->vcpu);
		rc = 0;
	}
	spin_unlock(&c->lock);
	spin_unlock(&d->event_lock);
	return rc;
}

static void describe(const struct event_channel *c, struct evtchn_status *op)
{
	op->vcpu = c->vcpu;
	switch (c->state) {
	case EVENT_UNBOUND:
		op->status = EVTCHNSTAT_unbound;
		op->u.unbound.dom = c->remote_id;
		break;
	case EVENT_INTERDOMAIN:
		op->status = EVTCHNSTAT_interdomain;
		op->u.interdomain.dom = c->remote->id;
		op->u.interdomain.port = c->remote_port;
		break;
	case EVENT_VIRQ:
		op->status = EVTCHNSTAT_virq;
		op->u.virq = c->virq;
		break;
	case EVENT_IPI: op->status = EVTCHNSTAT_ipi; break;
	default: op->status = EVTCHNSTAT_closed;
	}
}

int event_op_status(struct domain *d, union event_arg *a)
{
	struct evtchn_status *op = &a->status;
	struct event_channel *c;
	struct domain *target;
	int rc = event_target_get(d, op->dom, &target);

	if (rc)
		return rc;
	spin_lock(&target->event_lock);
	c = event_channel(target, op->port);
	if (c)
		describe(c, op);
	else
		rc = -EINVAL;
	spin_unlock(&target->event_lock);
	domain_put(target);
	return rc;
}
