// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domains that talk to the store on a ring: which there are, and moving bytes. Event channels and
 * grants are all this needs. What of it outlives the process, and how, is told in state.c.
 */
#ifndef XENSTORED_DOMAIN_H
#define XENSTORED_DOMAIN_H

#include <stdbool.h>

#include "xenstored/conn.h"

struct record;

/* Opens the devices, and the ring of domain 0's own kernel. Returns -1 after saying why. */
int domains_open(void);
/*
 * Connects domain 0's kernel, and the domains that were restored; those that are gone meanwhile are
 * forgotten, with their nodes.
 */
void domains_start(void);
int domains_event_fd(void);
/* Takes note of the event channels that have fired, and of domains that have ended. */
void domains_events(void);
/*
 * Lets each domain's requests in and answers out, a few of each: true if there is more to do at
 * once. So a domain that never stops asking keeps nobody waiting.
 */
bool domains_serve(void);

/* The toolstack's requests. 0 or a positive errno. port is the domain's event channel. */
int domain_introduce(unsigned int domid, unsigned int port);
/* The domain is gone or about to go: its nodes go, too. */
int domain_release(unsigned int domid);
int domain_set_target(unsigned int domid, unsigned int target);
/* It runs on after a suspend. */
int domain_resume(unsigned int domid);
bool domain_is_introduced(unsigned int domid);

/* For state.c: what there is to know of a domain and its request in hand, as records. */
void domain_dump(unsigned int domid);
/* And from records: a domain, not yet connected; bytes of a request, and how far its ring was read.
 * False if it is impossible. */
bool domain_restore(const struct record *r);
bool domain_restore_input(const struct record *r);
/* Its connection, or NULL. */
struct conn *domain_conn(unsigned int domid);
/* Lets go of it, and of nothing that it owns. 0 or a positive errno. */
int domain_forget(unsigned int domid);

#endif
