// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the files about domains share: which are introduced. domain.c has the table, domain_ring.c
 * moves bytes, domain_life.c knows what became of them while nobody looked.
 */
#ifndef XENSTORED_DOMAIN_PRIVATE_H
#define XENSTORED_DOMAIN_PRIVATE_H

#include "xenstored/domain.h"
#include "xenstored/journal.h"

#define DOMAINS_MAX 512

struct domain {
	unsigned int domid;
	struct xenstore_domain_interface *ring; /* NULL: restored, not connected */
	uint64_t grant_index;                   /* not domain 0's */
	uint32_t peer;                          /* its end of the event channel */
	uint32_t port;                          /* ours */
	/* Our indices. What stands in the page is for the domain, which could change it. */
	uint32_t req_cons;
	uint32_t rsp_prod;
	bool shutdown; /* its kernel has stopped, and that was told */
	struct conn *conn;
};

/* domain.c */
extern struct domain *domains[DOMAINS_MAX];
extern size_t nr_domains;
extern int evtchn_fd;
extern uint32_t virq_port;

struct domain *domain_find(unsigned int domid);
/* A domain with a connection, and nothing else; NULL with errno. */
struct domain *domain_new(unsigned int domid, uint32_t peer);
/* Page and event channel; 0 or a positive errno. */
int domain_connect(struct domain *d);
/* As domain_release(), without telling anybody. */
int domain_end(unsigned int domid);
/* Domain 0's kernel, if it offers a ring and has none yet. */
void local_start(void);
/* Something happened to a domain: a record without more than its ring's index. */
void domain_note(const struct domain *d, enum record_kind kind);

/* domain_ring.c */
/* It has broken the protocol. */
void domain_give_up(struct domain *d, uint32_t error, const char *what);

#endif
