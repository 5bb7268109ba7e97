// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of the store: a program on the socket, or a domain on its ring. This is what requests
 * work on; how bytes come and go is the business of client.c and domain.c.
 */
#ifndef XENSTORED_CONN_H
#define XENSTORED_CONN_H

#include "abi/xs_wire.h"
#include "lib/bytes.h"
#include "xenstored/tree.h"

/* What a domain other than 0 may have. Nodes and bytes are counted in snapshots too (usage.h). */
#define QUOTA_NODES        1000
#define QUOTA_BYTES        (1024 * 1024)
#define QUOTA_VALUE        2048
#define QUOTA_WATCHES      128
#define QUOTA_TRANSACTIONS 10
#define QUOTA_STEPS        1024 /* reads and writes in one transaction */
/*
 * More than this not yet taken: no further request is read, and watch events for a domain are
 * dropped at twice as much. Nothing that is for domain 0 is dropped: a program that reads nothing
 * is closed at OUT_LIMIT_PROGRAM, and for its kernel the domains wait.
 */
#define OUT_LIMIT         65536
#define OUT_LIMIT_PROGRAM (1024 * 1024)

struct watch {
	struct watch *next;
	char *path; /* absolute, or @name */
	char *token;
	size_t strip; /* bytes of the path that its events leave out: it was relative */
};

struct transaction;

struct conn {
	unsigned int domid;
	unsigned int target; /* may do what that domain may, too; 0: none */
	struct buf out;      /* what the client has not taken yet begins at out_at */
	size_t out_at;
	struct {
		struct xsd_sockmsg header;
		char payload[XENSTORE_PAYLOAD_MAX + 1];
		size_t len; /* bytes of header and payload so far */
	} in;
	struct watch *watches;
	unsigned int nr_watches;
	struct transaction *transactions;
	unsigned int nr_transactions;
	uint32_t next_transaction;
	bool dead;    /* broke the protocol: to be closed */
	bool durable; /* on a ring: outlives the process (state.h) */
};

struct conn *conn_new(unsigned int domid);
void conn_free(struct conn *c);
/* Every connection that there is: calls back for each. */
void conn_each(void (*callback)(struct conn *c, void *arg), void *arg);

/* Takes bytes from the client, at most up to the end of one message; returns how many it took. */
size_t conn_feed(struct conn *c, const char *data, size_t len);
/* Bytes that the message in hand still lacks, as far as one can tell. */
size_t conn_wants(const struct conn *c);
/* Its bytes so far, c->in.len of them. */
const char *conn_input(const struct conn *c);
/* Whether a whole request is there. The caller handles it, then calls conn_next(). */
bool conn_complete(const struct conn *c);
void conn_next(struct conn *c);
/* What the client may do to a node: PERM_*. */
unsigned int conn_access(const struct conn *c, const struct node *n);
/* Whether further requests may be read. */
bool conn_ready(const struct conn *c);

/* Whether others should wait until this one has read. */
bool conn_is_congested(const struct conn *c);

/* Queues a message. */
void conn_send(struct conn *c, uint32_t type, uint32_t req_id, uint32_t tx_id, const void *payload,
	       size_t len);
/* What is queued, and that so much of it was taken. */
struct bytes conn_pending(const struct conn *c);
void conn_taken(struct conn *c, size_t len);
/* What was pending in an earlier life. */
void conn_restore_output(struct conn *c, const void *data, size_t len);

#endif
