// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One event channel, the FIFO queues of a domain, and what the files of event/ offer each other.
 *
 * Locks, outermost first:
 *   event_peers_lock   one for all: which two ports are connected. Bind and close are rare.
 *   d->event_lock      which ports exist, what they are bound to; two domains': lower address
 *                      first.
 *   channel->lock      keeps one channel's binding as it is; two channels': lower address first.
 *   fifo->lock         the links and tails of a domain's queues.
 *
 * A binding changes only with the locks of the channel and of its peer held, besides the outer
 * ones. So whoever holds one lock of a connected pair may use both ends: that is all that a send
 * takes. Channels are freed only when their domain dies: it finds its own without a lock. Others
 * who look into a domain's table hold its event_lock or event_peers_lock, or a channel connected to
 * it.
 */
#ifndef SOCLE_EVENT_PRIVATE_H
#define SOCLE_EVENT_PRIVATE_H

#include "domain.h"
#include "event.h"
#include "spinlock.h"
#include "types.h"

enum event_state {
	EVENT_FREE,
	EVENT_RESERVED, /* port 0: never given out */
	EVENT_UNBOUND,
	EVENT_INTERDOMAIN,
	EVENT_VIRQ,
	EVENT_IPI,
};

struct event_channel {
	struct spinlock lock;
	uint8_t state;         /* EVENT_*; event_lock and lock to change, either to read */
	uint8_t priority;      /* of the queue that it goes to next; lock */
	uint8_t last_priority; /* of the queue that it was last linked to; fifo->lock */
	bool pending;          /* raised before the guest gave its event word; fifo->lock */
	uint32_t port;         /* constant */
	uint16_t vcpu;         /* that is notified; lock to change */
	uint16_t last_vcpu;    /* as last_priority */
	union {
		domid_t remote_id;     /* UNBOUND: who may connect */
		struct domain *remote; /* INTERDOMAIN: stays valid until this channel is closed */
	};
	union {
		uint32_t remote_port; /* INTERDOMAIN */
		uint32_t virq;        /* VIRQ */
	};
	bool is_ours; /* UNBOUND, INTERDOMAIN: see event_open; as state */
};
_Static_assert(sizeof(struct event_channel) == 32, "two channels in a cache line");

#define EVENTS_PER_BUCKET    (PAGE_SIZE / sizeof(struct event_channel))
#define EVENT_WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define EVENT_FIFO_PAGES     (EVTCHN_FIFO_NR_CHANNELS / EVENT_WORDS_PER_PAGE)

struct event_fifo_vcpu {
	/* In a guest page, NULL until it is given; fifo->lock. */
	struct evtchn_fifo_control_block *control;
	/* The port linked last, 0 if that is known to be gone; fifo->lock. */
	uint32_t tail[EVTCHN_FIFO_MAX_QUEUES];
};

struct event_fifo {
	struct spinlock lock;
	unsigned nr_pages; /* grows under event_lock and fifo->lock, read without */
	event_word_t *page[EVENT_FIFO_PAGES];
	unsigned nr_vcpus;
	struct event_fifo_vcpu vcpu[];
};

/* --- channel.c ------------------------------------------------------------------------------- */

extern struct spinlock event_peers_lock;

/* NULL when the domain has no such port yet. Port 0 is found too (EVENT_RESERVED). */
struct event_channel *event_channel(const struct domain *d, uint32_t port);
/*
 * A free channel becomes what `as` says: state, vcpu, who is remote or which VIRQ, is_ours.
 * d->event_lock held. -ESRCH: d is dying; -ENOSPC, -ENOMEM.
 */
int event_channel_open(struct domain *d, const struct event_channel *as,
		       struct event_channel **out);
/* The locks of two domains or of two channels, which may be one. */
void event_lock_both(struct spinlock *a, struct spinlock *b);
void event_unlock_both(struct spinlock *a, struct spinlock *b);

/* --- deliver.c: the lock of c, or of its peer, is held --------------------------------------- */

void event_deliver(struct domain *d, struct event_channel *c);
void event_raise_upcall(struct vcpu *v);
void event_clear_pending(struct domain *d, struct event_channel *c);

/* --- the two layouts; set_pending: true if it was not pending before ------------------------- */

bool event_2l_set_pending(struct domain *d, struct event_channel *c);
void event_2l_clear_pending(struct domain *d, struct event_channel *c);
bool event_2l_is_pending(const struct domain *d, const struct event_channel *c);
void event_2l_unmask(struct domain *d, struct event_channel *c);

bool event_fifo_set_pending(struct domain *d, struct event_fifo *fifo, struct event_channel *c);
void event_fifo_clear_pending(struct event_fifo *fifo, struct event_channel *c);
bool event_fifo_is_pending(struct event_fifo *fifo, const struct event_channel *c);
void event_fifo_unmask(struct domain *d, struct event_fifo *fifo, struct event_channel *c);
/* Still linked in a queue that the guest has not read: the port cannot be given out again. */
bool event_fifo_is_busy(const struct event_fifo *fifo, uint32_t port);
/* d->event_lock held, every port closed. */
void event_fifo_destroy(struct domain *d);

/* --- operations, one per EVTCHNOP_*; d is the caller, a holds a copy of its argument ---------- */

union event_arg {
	struct evtchn_bind_interdomain bind_interdomain;
	struct evtchn_bind_virq bind_virq;
	struct evtchn_bind_pirq bind_pirq;
	struct evtchn_close close;
	struct evtchn_send send;
	struct evtchn_status status;
	struct evtchn_alloc_unbound alloc_unbound;
	struct evtchn_bind_ipi bind_ipi;
	struct evtchn_bind_vcpu bind_vcpu;
	struct evtchn_unmask unmask;
	struct evtchn_reset reset;
	struct evtchn_init_control init_control;
	struct evtchn_expand_array expand_array;
	struct evtchn_set_priority set_priority;
};

int event_op_alloc_unbound(struct domain *d, union event_arg *a);
int event_op_bind_interdomain(struct domain *d, union event_arg *a);
int event_op_bind_virq(struct domain *d, union event_arg *a);
int event_op_bind_ipi(struct domain *d, union event_arg *a);
int event_op_bind_vcpu(struct domain *d, union event_arg *a);
int event_op_unmask(struct domain *d, union event_arg *a);
int event_op_status(struct domain *d, union event_arg *a);
int event_op_init_control(struct domain *d, union event_arg *a);
int event_op_expand_array(struct domain *d, union event_arg *a);
int event_op_set_priority(struct domain *d, union event_arg *a);
/*
 * For the operations that name a domain: only the control domain may name another. *out: a
 * reference.
 */
int event_target_get(struct domain *d, domid_t id, struct domain **out);

/* VIRQs that belong to one vCPU; the others are the domain's, bound on vCPU 0. */
static inline bool event_virq_is_per_vcpu(uint32_t virq)
{
	return virq == VIRQ_TIMER || virq == VIRQ_DEBUG || virq == VIRQ_XENOPROF ||
	       virq == VIRQ_XENPMU;
}
/* Forgets the binding of a channel that is being closed. d->event_lock held. */
void event_virq_unbind(struct domain *d, const struct event_channel *c);

#endif
