// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device models: programs of the control domain to which a guest's accesses to ports and memory go
 * that the hypervisor does not serve itself (hvm/ioreq.c). The vCPU waits meanwhile; when it is
 * answered, the same exit is handled again from its beginning, with the answer at hand.
 */
#ifndef SOCLE_IOREQ_H
#define SOCLE_IOREQ_H

#include "types.h"

struct domain;
struct page_info;
struct vcpu;
struct xen_dm_op;

#define IOREQ_SERVERS 8u

/*
 * An access of the instruction being emulated; type is IOREQ_TYPE_PIO or _COPY. 0, with what was
 * read; -EAGAIN: v, the current vCPU, waits, and nothing may be changed; -ENODEV: nobody serves it.
 */
int ioreq_access(struct vcpu *v, uint8_t type, uint64_t addr, unsigned size, bool write,
		 uint64_t *value);
/* The event channel by which v's requests go has been notified (event/deliver.c). */
void ioreq_answered(struct vcpu *v);
/* Frees all servers of a domain whose vCPUs do not run. As often as one likes. */
void ioreq_domain_destroy(struct domain *d);

/* --- XEN_DMOP_*: negative errno --------------------------------------------------------------- */

/* The id, or negative. Its event channels are for the calling domain. */
int ioreq_server_create(struct domain *d);
int ioreq_server_destroy(struct domain *d, unsigned id);
/* The operations on a server that is there: its ranges, its state, its port. */
int ioreq_server_op(struct domain *d, struct xen_dm_op *op);
/* Frame 0: buffered requests, 1: the others. With a reference; NULL: there is none. */
struct page_info *ioreq_page_get(struct domain *d, unsigned id, uint64_t frame);

#endif
