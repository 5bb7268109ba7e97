// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains that talk to the store on a ring. Event channels and grants are all this needs.
 */
#ifndef XENSTORED_DOMAIN_H
#define XENSTORED_DOMAIN_H

#include <stdbool.h>

/* Opens the devices, and the ring of domain 0's own kernel. Returns -1 after saying why. */
int domains_open(void);
int domains_event_fd(void);
/* Takes note of the event channels that have fired. */
void domains_events(void);
/*
 * Lets each domain's requests in and answers out, a few of each: true if there is more to do at
 * once. So a domain that never stops asking keeps nobody waiting.
 */
bool domains_serve(void);

/* The toolstack's requests. 0 or a positive errno. port is the domain's event channel. */
int domain_introduce(unsigned int domid, unsigned int port);
int domain_release(unsigned int domid);
/* Lets domid do what target may do. */
int domain_set_target(unsigned int domid, unsigned int target);
bool domain_is_introduced(unsigned int domid);

#endif
