// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's event_channel.h: arguments of event_channel_op, and the FIFO layout. The two-level
 * layout is in struct shared_info and struct vcpu_info (xen.h).
 */
#ifndef ABI_EVENT_CHANNEL_H
#define ABI_EVENT_CHANNEL_H

#include "xen.h"

typedef uint32_t evtchn_port_t;
typedef uint32_t event_word_t;

#define EVTCHNOP_bind_interdomain 0
#define EVTCHNOP_bind_virq        1
#define EVTCHNOP_bind_pirq        2
#define EVTCHNOP_close            3
#define EVTCHNOP_send             4
#define EVTCHNOP_status           5
#define EVTCHNOP_alloc_unbound    6
#define EVTCHNOP_bind_ipi         7
#define EVTCHNOP_bind_vcpu        8
#define EVTCHNOP_unmask           9
#define EVTCHNOP_reset            10
#define EVTCHNOP_init_control     11
#define EVTCHNOP_expand_array     12
#define EVTCHNOP_set_priority     13

struct evtchn_alloc_unbound {
	domid_t dom;
	domid_t remote_dom;
	evtchn_port_t port; /* out */
};

struct evtchn_bind_interdomain {
	domid_t remote_dom;
	evtchn_port_t remote_port;
	evtchn_port_t local_port; /* out */
};

struct evtchn_bind_virq {
	uint32_t virq; /* VIRQ_* */
	uint32_t vcpu;
	evtchn_port_t port; /* out */
};

#define BIND_PIRQ__WILL_SHARE 1

struct evtchn_bind_pirq {
	uint32_t pirq;
	uint32_t flags;     /* BIND_PIRQ__WILL_SHARE */
	evtchn_port_t port; /* out */
};

struct evtchn_bind_ipi {
	uint32_t vcpu;
	evtchn_port_t port; /* out */
};

struct evtchn_close {
	evtchn_port_t port;
};

struct evtchn_send {
	evtchn_port_t port;
};

#define EVTCHNSTAT_closed      0
#define EVTCHNSTAT_unbound     1
#define EVTCHNSTAT_interdomain 2
#define EVTCHNSTAT_pirq        3
#define EVTCHNSTAT_virq        4
#define EVTCHNSTAT_ipi         5

struct evtchn_status {
	domid_t dom;
	evtchn_port_t port;
	uint32_t status; /* out: EVTCHNSTAT_*, selects the union member */
	uint32_t vcpu;   /* out */
	union {
		struct {
			domid_t dom;
		} unbound;
		struct {
			domid_t dom;
			evtchn_port_t port;
		} interdomain;
		uint32_t pirq;
		uint32_t virq;
	} u;
};

struct evtchn_bind_vcpu {
	evtchn_port_t port;
	uint32_t vcpu;
};

struct evtchn_unmask {
	evtchn_port_t port;
};

struct evtchn_reset {
	domid_t dom;
};

struct evtchn_init_control {
	uint64_t control_gfn;
	uint32_t offset; /* of the control block in that page, multiple of 8 */
	uint32_t vcpu;
	uint8_t link_bits; /* out: EVTCHN_FIFO_LINK_BITS */
	uint8_t _pad[7];
};

struct evtchn_expand_array {
	uint64_t array_gfn;
};

struct evtchn_set_priority {
	evtchn_port_t port;
	uint32_t priority;
};

#define EVTCHN_2L_NR_CHANNELS 4096

/*
 * FIFO: an event word per port, linked into one queue per vCPU and priority; 0 is the most urgent.
 */
#define EVTCHN_FIFO_PRIORITY_MAX     0
#define EVTCHN_FIFO_PRIORITY_DEFAULT 7
#define EVTCHN_FIFO_PRIORITY_MIN     15
#define EVTCHN_FIFO_MAX_QUEUES       (EVTCHN_FIFO_PRIORITY_MIN + 1)

/* Bit numbers in an event word; the low EVTCHN_FIFO_LINK_BITS hold the next port. */
#define EVTCHN_FIFO_PENDING     31
#define EVTCHN_FIFO_MASKED      30
#define EVTCHN_FIFO_LINKED      29
#define EVTCHN_FIFO_BUSY        28
#define EVTCHN_FIFO_LINK_BITS   17
#define EVTCHN_FIFO_LINK_MASK   ((1 << EVTCHN_FIFO_LINK_BITS) - 1)
#define EVTCHN_FIFO_NR_CHANNELS (1 << EVTCHN_FIFO_LINK_BITS)

struct evtchn_fifo_control_block {
	uint32_t ready; /* bit per priority with a non-empty queue */
	uint32_t _rsvd;
	event_word_t head[EVTCHN_FIFO_MAX_QUEUES];
};

ABI_SIZE(struct evtchn_alloc_unbound, 8);
ABI_OFFSET(struct evtchn_alloc_unbound, port, 4);
ABI_SIZE(struct evtchn_bind_interdomain, 12);
ABI_OFFSET(struct evtchn_bind_interdomain, local_port, 8);
ABI_SIZE(struct evtchn_bind_virq, 12);
ABI_OFFSET(struct evtchn_bind_virq, port, 8);
ABI_SIZE(struct evtchn_bind_pirq, 12);
ABI_OFFSET(struct evtchn_bind_pirq, port, 8);
ABI_SIZE(struct evtchn_bind_ipi, 8);
ABI_OFFSET(struct evtchn_bind_ipi, port, 4);
ABI_SIZE(struct evtchn_close, 4);
ABI_SIZE(struct evtchn_send, 4);
ABI_SIZE(struct evtchn_status, 24);
ABI_OFFSET(struct evtchn_status, u, 16);
ABI_SIZE(struct evtchn_bind_vcpu, 8);
ABI_OFFSET(struct evtchn_bind_vcpu, vcpu, 4);
ABI_SIZE(struct evtchn_unmask, 4);
ABI_SIZE(struct evtchn_reset, 2);
ABI_SIZE(struct evtchn_init_control, 24);
ABI_OFFSET(struct evtchn_init_control, _pad, 17);
ABI_SIZE(struct evtchn_expand_array, 8);
ABI_SIZE(struct evtchn_set_priority, 8);
ABI_OFFSET(struct evtchn_set_priority, priority, 4);
ABI_SIZE(struct evtchn_fifo_control_block, 72);
ABI_OFFSET(struct evtchn_fifo_control_block, head, 8);

#endif
