// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must outlive the process: a row of records in shared memory with a name (a file on a tmpfs).
 * journal.c says how that is safe; what the records mean is state.c's.
 */
#ifndef XENSTORED_JOURNAL_H
#define XENSTORED_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum record_kind {
	RECORD_NODE = 1,      /* a snapshot's node: a depth, name, data: permissions and value */
	RECORD_WRITE,         /* a owner, name path, data value */
	RECORD_MAKE,          /* a owner, name path */
	RECORD_REMOVE,        /* name path */
	RECORD_PERMS,         /* name path, data permissions */
	RECORD_DOMAIN,        /* a the domain's port; its ring: b what it was read up to,
			       * c what was written up to */
	RECORD_GONE,          /* the domain is not introduced any more */
	RECORD_UNSERVED,      /* the domain broke the protocol */
	RECORD_TARGET,        /* a the other domain */
	RECORD_WATCH,         /* name path, data token */
	RECORD_UNWATCH,       /* the same */
	RECORD_START,         /* a id of a transaction */
	RECORD_END,           /* a id of a transaction */
	RECORD_RESET_WATCHES, /* all watches */
	RECORD_RESET_STARTS,  /* all transactions */
	RECORD_INPUT,         /* b what was read up to, data part of a request */
	RECORD_REQUEST,       /* b what was read up to: a whole request was handled */
	RECORD_OUTPUT,        /* data for the domain, behind what was there */
};

struct record {
	uint16_t kind;
	uint16_t domid;
	uint32_t a, b, c;
	const char *name; /* or NULL */
	const void *data;
	size_t len;
};

/*
 * The folder of the file, which must exist. What the last process left there is mapped: the records
 * that it committed, empty if there are none.
 */
struct bytes journal_open(const char *folder);
/*
 * One of those records, valid until journal_start() or the next journal_open(). False at the end;
 * *at is then the length, or else the place of a record that is none.
 */
bool journal_next(struct bytes records, size_t *at, struct record *r);
/*
 * Starts a new file, which dump fills with all there is to know by journal_add(). It takes the
 * place of the old one when it is complete. False, after saying why: nothing outlives this process,
 * until a later call succeeds.
 */
bool journal_start(void (*dump)(void));

/* Adds a record. Without effect before journal_start(). */
void journal_add(const struct record *r);
/* What was added since the last commit takes effect, all of it at once. */
void journal_commit(void);
/* Whether journal_start() should be called: there is much in it that is over, or it is broken. */
bool journal_is_due(void);
/* The file goes, and with it what was in it and what journal_open() gave: for tests. */
void journal_close(void);

/*
 * Around the handling of a request of a domain. One that ended SUSPECT_LIMIT processes in a row in
 * there is the suspect, which had better not be served: NOBODY if there is none.
 */
#define SUSPECT_LIMIT 3
#define NOBODY        0xffffffffu
void journal_request_begins(unsigned int domid);
void journal_request_ends(void);
unsigned int journal_suspect(void);

#endif
