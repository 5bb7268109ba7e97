// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels with the two-level layout: delivery through a callback vector, a count per port,
 * and the calls that make and end ports. A failing call fails the running test.
 */
#ifndef GUEST_EVENT_H
#define GUEST_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/event_channel.h"

#define EVENT_VECTOR 0xf3

void event_init(void); /* may be called again; leaves interrupts as they are */
void event_scan(void); /* takes what is pending on this vCPU: what the callback does */

/*
 * The vcpu_info that a vCPU uses; slots of the shared info page until a test registers another
 * place.
 */
struct vcpu_info *event_vcpu_info(unsigned vcpu);
void event_set_vcpu_info(unsigned vcpu, struct vcpu_info *info);

evtchn_port_t event_alloc_unbound(domid_t remote);
evtchn_port_t event_bind_interdomain(domid_t remote, evtchn_port_t remote_port);
evtchn_port_t event_bind_virq(uint32_t virq, uint32_t vcpu);
evtchn_port_t event_bind_ipi(uint32_t vcpu);
void event_close(evtchn_port_t port);
void event_send(evtchn_port_t port);
void event_pair(evtchn_port_t pair[2]); /* two ports of our own bound to each other */

void event_unmask(evtchn_port_t port); /* by hypercall */
void event_mask(evtchn_port_t port);   /* the bit in the shared page */
bool event_pending(evtchn_port_t port);
/* Gives the CPU away until the port is pending or so many ms are over; port 0: only that. */
void event_wait(evtchn_port_t port, unsigned ms);
void event_clear(evtchn_port_t port);

unsigned event_count(evtchn_port_t port); /* deliveries since event_count_reset */
void event_count_reset(evtchn_port_t port);
/* Halts until there was a delivery. Interrupts are off before and after: none slips in between. */
void event_sleep(evtchn_port_t port);
unsigned event_last_vcpu(evtchn_port_t port); /* where it was delivered last */

#endif
