// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store's one true tree, and transactions on copies of it. Every access to nodes goes through
 * here: with a transaction it works on that transaction's tree and is remembered; without, it takes
 * effect at once.
 */
#ifndef XENSTORED_TRANSACTION_H
#define XENSTORED_TRANSACTION_H

#include "xenstored/conn.h"

extern struct tree store;

int transaction_store_init(void);

/* 0 or a positive errno. */
int transaction_start(struct conn *c, uint32_t *id);
/* EAGAIN: something that it has read or written was changed by others; nothing has happened. */
int transaction_end(struct conn *c, uint32_t id, bool commit);
/* NULL with 0: no transaction. ENOENT: there is none with this id. */
int transaction_find(struct conn *c, uint32_t id, struct transaction **t);
void transaction_forget_all(struct conn *c);
/* One that was open when the last process ended: nothing done in it has an effect. */
int transaction_lost(struct conn *c, uint32_t id);
/* Adds them to the journal. */
void transaction_dump(const struct conn *c);

/* The tree to read from, and that this path was read. */
const struct tree *transaction_tree(const struct transaction *t);
int transaction_read(struct transaction *t, const char *path);

enum change_kind { CHANGE_WRITE, CHANGE_MAKE, CHANGE_REMOVE, CHANGE_PERMS };

struct change_request {
	enum change_kind kind;
	const char *path;
	const void *value; /* CHANGE_WRITE */
	size_t len;
	const struct perms *perms; /* CHANGE_PERMS */
	unsigned int owner;        /* of nodes that it creates */
};

/*
 * Makes a change, in the transaction or (t NULL) for everybody, with its watches. 0 or a positive
 * errno.
 */
int transaction_change(struct transaction *t, const struct change_request *r);
/* The same on any tree, and nothing else. */
int change_apply(struct tree *tree, const struct change_request *r);

/*
 * A domain is gone: its nodes are removed, and it is taken out of the permissions of all others, so
 * that a later domain with its id inherits nothing.
 */
void transaction_domain_gone(unsigned int domid);

#endif
