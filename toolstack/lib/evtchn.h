// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Event channels through /dev/xen/evtchn. A port that fired stays masked until evtchn_unmask():
 * not unmasking is how to slow a noisy peer down. All return -1 with errno.
 */
#ifndef TOOLSTACK_EVTCHN_H
#define TOOLSTACK_EVTCHN_H

#include <stdint.h>

/* A file descriptor to poll. Non-blocking. */
int evtchn_open(void);
/* For good: no other domain can be bound to with it. */
int evtchn_restrict(int fd, uint32_t domid);
/* Both return the local port. */
int evtchn_bind_virq(int fd, uint32_t virq);
int evtchn_bind_interdomain(int fd, uint32_t domid, uint32_t remote_port);
int evtchn_unbind(int fd, uint32_t port);
int evtchn_notify(int fd, uint32_t port);
/* A port that fired, 0 if there is none. */
int evtchn_next(int fd, uint32_t *port);
int evtchn_unmask(int fd, uint32_t port);

#endif
