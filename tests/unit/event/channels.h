// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the tests of two-level channels share: domain 0 (2 vCPUs), a (3 vCPUs) and b (1 vCPU, at
 * most 7 ports), every operation as a hypercall of one of them, and a guest that takes its events
 * off.
 */
#ifndef CHANNELS_H
#define CHANNELS_H

#include "fake_domain.h"

#include <errno.h>
#include <string.h>

#include "atomic.h"
#include "event.h"
#include "event/private.h"

extern struct domain *dom0, *a, *b;

int channels_setup(void **state);
void gone(struct domain **d);
int channels_teardown(void **state);
long call(struct domain *d, unsigned cmd, void *arg);
long alloc_unbound(struct domain *d, domid_t dom, domid_t remote, uint32_t *port);
long bind_interdomain(struct domain *d, domid_t remote, uint32_t remote_port, uint32_t *port);
long bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, uint32_t *port);
long bind_ipi(struct domain *d, uint32_t vcpu, uint32_t *port);
long bind_vcpu(struct domain *d, uint32_t port, uint32_t vcpu);
long send_port(struct domain *d, uint32_t port);
long close_port(struct domain *d, uint32_t port);
long unmask(struct domain *d, uint32_t port);
struct evtchn_status status_of(struct domain *d, uint32_t port);
long reset(struct domain *d, domid_t dom);
uint32_t take_event(struct domain *d, unsigned vcpu);
void connect_ab(uint32_t *port_a, uint32_t *port_b);

#endif
