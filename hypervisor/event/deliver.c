// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From "this port has an event" to the guest's upcall: picks the layout, wakes vCPUs that poll,
 * raises the upcall flag. event_send is a hot path: one lock, no allocation. Locks: private.h.
 */
#include "private.h"

#include "abi/errno.h"
#include "atomic.h"
#include "hvm.h"
#include "ioreq.h"

void event_raise_upcall(struct vcpu *v)
{
	struct vcpu_info *info = READ_ONCE(v->info);

	if (!atomic_xchg(&info->evtchn_upcall_pending, 1))
		hvm_assert_upcall(v);
}

/* vCPUs in SCHEDOP_poll see an event even if it is masked, and so get no upcall. */
static void wake_pollers(struct domain *d, uint32_t port)
{
	for (unsigned i = 0; i < ARRAY_SIZE(d->poll_mask); i++) {
		uint64_t mask = atomic_read(&d->poll_mask[i]);

		while (mask) {
			unsigned id = i * 64 + (unsigned)__builtin_ctzl(mask);
			struct vcpu *v = domain_vcpu(d, id);
			uint32_t only;

			mask &= mask - 1;
			if (!v)
				continue;
			only = READ_ONCE(v->event.poll_port);
			if ((only == 0 || only == port) && bit_test_and_clear(id, d->poll_mask))
				vcpu_unblock(v);
		}
	}
}

void event_deliver(struct domain *d, struct event_channel *c)
{
	struct event_fifo *fifo = atomic_read(&d->event.fifo);
	bool raised;

	if (unlikely(c->is_ours)) {
		ioreq_answered(d->vcpu[c->vcpu]);
		return;
	}
	if (fifo) {
		raised = event_fifo_set_pending(d, fifo, c);
	} else {
		raised = event_2l_set_pending(d, c);
		/*
		 * Did the domain change its layout meanwhile? Then it may not look there any more.
		 */
		fifo = atomic_read(&d->event.fifo);
		if (unlikely(fifo))
			raised |= event_fifo_set_pending(d, fifo, c);
	}
	if (raised)
		wake_pollers(d, c->port);
}

void event_clear_pending(struct domain *d, struct event_channel *c)
{
	struct event_fifo *fifo = atomic_read(&d->event.fifo);

	if (fifo)
		event_fifo_clear_pending(fifo, c);
	else
		event_2l_clear_pending(d, c);
}

int event_send(struct domain *d, uint32_t port)
{
	struct event_channel *c = event_channel(d, port);
	int rc = 0;

	if (unlikely(!c))
		return -EINVAL;
	spin_lock(&c->lock);
	switch (c->state) {
	case EVENT_INTERDOMAIN:
		/* The lock of our end keeps the other end connected, and its domain alive. */
		event_deliver(c->remote, event_channel(c->remote, c->remote_port));
		break;
	case EVENT_IPI: event_deliver(d, c); break;
	case EVENT_UNBOUND:
		break; /* nobody there yet, or no longer: dropped, as the interface says */
	default: rc = -EINVAL;
	}
	spin_unlock(&c->lock);
	return rc;
}

int event_op_unmask(struct domain *d, union event_arg *a)
{
	struct event_channel *c = event_channel(d, a->unmask.port);

	if (!c || c->state == EVENT_RESERVED)
		return -EINVAL;
	spin_lock(&c->lock);
	/* Nothing waits at a port of ours, whose vCPU need not be there. */
	if (c->state != EVENT_FREE && !c->is_ours) {
		struct event_fifo *fifo = atomic_read(&d->event.fifo);

		if (fifo)
			event_fifo_unmask(d, fifo, c);
		else
			event_2l_unmask(d, c);
	}
	spin_unlock(&c->lock);
	return 0;
}

int event_port_pending(struct domain *d, uint32_t port)
{
	struct event_channel *c = event_channel(d, port);
	struct event_fifo *fifo;
	int rc = -EINVAL;

	if (!c)
		return -EINVAL;
	spin_lock(&c->lock);
	fifo = atomic_read(&d->event.fifo);
	/* Nobody waits for a port of ours, which may be there while the FIFO is being freed. */
	if (c->state > EVENT_RESERVED && !c->is_ours)
		rc = fifo ? event_fifo_is_pending(fifo, c) : event_2l_is_pending(d, c);
	spin_unlock(&c->lock);
	return rc;
}

bool event_upcall_pending(const struct vcpu *v)
{
	return READ_ONCE(READ_ONCE(v->info)->evtchn_upcall_pending) != 0;
}

void event_vcpu_info_moved(struct vcpu *v)
{
	struct vcpu_info *info = READ_ONCE(v->info);

	/*
	 * A sender may have used the old place after it was copied. So every word of ports is
	 * called pending: a guest that finds nothing in one goes on.
	 */
	atomic_set(&info->evtchn_pending_sel, ~0UL);
	atomic_set(&info->evtchn_upcall_pending, 0);
	event_raise_upcall(v);
}
