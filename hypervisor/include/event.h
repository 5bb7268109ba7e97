// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels: ports, their two-level and FIFO delivery, virtual interrupts and IPIs. What
 * exists is under d->event_lock; sending takes only the channel's own lock (event/private.h says
 * why that is enough); pending bits are shared with guests and atomic.
 */
#ifndef SOCLE_EVENT_H
#define SOCLE_EVENT_H

#include "abi/event_channel.h"
#include "abi/xen.h"
#include "types.h"

struct domain;
struct vcpu;
struct event_channel; /* event/private.h */
struct event_fifo;    /* event/private.h */

struct event_domain {
	struct event_channel **buckets; /* groups of ports, allocated as they are used */
	unsigned nr_ports;              /* ports that exist so far */
	unsigned max_port;              /* highest port allowed (createdomain) */
	unsigned nr_open;               /* ports that are neither free nor the hypervisor's own */
	unsigned first_free;            /* no port below is free: where the search starts */
	unsigned nr_closed;             /* of a dying domain: ports below have been closed */
	struct event_fifo *fifo;        /* NULL: two-level */
};

struct event_vcpu {
	uint32_t virq_port[24]; /* port bound to each VIRQ (NR_VIRQS), 0 if none */
	uint32_t poll_port;     /* SCHEDOP_poll waits for just this one; 0: see d->poll_mask */
};

/* max_port is clamped to what the FIFO layout can name. -EINVAL (no port at all), -ENOMEM. */
int event_domain_init(struct domain *d, unsigned max_port);
/*
 * Closes every port and frees all; may be called again, and must be after -ERESTART: there can be
 * 131071 ports. The domain is dying (d->is_dying), its vCPUs do not run and their timers are
 * stopped. Page references (FIFO pages) are dropped here.
 */
int event_domain_destroy(struct domain *d);

/* HYPERVISOR_event_channel_op. arg: guest-linear address. */
long do_event_channel_op(unsigned cmd, uint64_t arg);

/* Marks port pending and notifies its vCPU; the delivery behind all of the following. */
void event_virq(struct vcpu *v, unsigned virq); /* per-vCPU VIRQ; nothing if unbound */
void event_global_virq(unsigned virq);          /* VIRQ_DOM_EXC, ...: to domain 0 */
/*
 * Is port pending (SCHEDOP_poll)? 1, 0, or -EINVAL when there is no such port. The poller sets
 * poll_port first, then its bit in d->poll_mask, then asks; the waker clears the bit.
 */
int event_port_pending(struct domain *d, uint32_t port);
/*
 * A port of d's that remote may connect to. is_ours: it is the hypervisor's, its events are
 * ioreq_answered()'s for that vCPU, and d can neither close nor move it. -ESRCH, -ENOSPC, -ENOMEM.
 */
int event_open(struct domain *d, domid_t remote, unsigned vcpu, bool is_ours, uint32_t *port);
/* ours: also one of the hypervisor's. No lock held. -EINVAL: not in use, or not d's to close. */
int event_close(struct domain *d, uint32_t port, bool ours);
/* EVTCHNOP_send of d's. */
int event_send(struct domain *d, uint32_t port);
/* Any unmasked event waiting for the vCPU (its upcall flag). */
bool event_upcall_pending(const struct vcpu *v);
/* vcpu_info moved (VCPUOP_register_vcpu_info): raise what might have been lost. */
void event_vcpu_info_moved(struct vcpu *v);
/*
 * EVTCHNOP_reset and soft reset: closes every port, back to the two-level layout. -ERESTART: call
 * again, it goes on where it stopped. -EBUSY: the domain opened ports meanwhile.
 */
int event_reset(struct domain *d);

#endif
