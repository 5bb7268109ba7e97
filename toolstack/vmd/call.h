// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One request while it is carried out, in a process of its own: its arguments, which have been
 * checked, and the way back to who asked. A client that does not read is given up: the operation
 * comes to its end all the same.
 */
#ifndef VMD_CALL_H
#define VMD_CALL_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/log.h"
#include "lib/uuid.h"
#include "lib/xencall.h"
#include "storage/error.h"

struct call {
	int fd;         /* the connection */
	bool deaf;      /* the client does not read any more */
	json_t *args;   /* as the verb's table says */
	json_t *answer; /* an object, to be filled */
	int passed;     /* a descriptor that goes with the answer; -1: none */
	int lock;       /* see call_lock(); -1: none */
	struct xencall xc;
	/* Of a list that comes in parts. */
	size_t part_bytes;
	/* When it fails. */
	json_t *error;
	struct reason why;
};

/* --- arguments; of the call, or of an object in them --- */

/* NULL if it is not there. */
const char *arg_text(const json_t *args, const char *name);
uint64_t arg_number(const json_t *args, const char *name, uint64_t otherwise);
bool arg_bool(const json_t *args, const char *name);

/* --- answers --- */

/* Always -1. param may be NULL. */
int call_fail(struct call *c, const char *code, const char *param, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* What a library said. */
int call_fail_why(struct call *c, const char *code, const struct reason *why);
int call_fail_storage(struct call *c, const char *param, const struct sr_error *e);
/* 0 to 1. */
void call_progress(struct call *c, double done);
/* Adds to a list of the answer, and sends what there is of it before a message grows too large. */
void call_item(struct call *c, const char *list, json_t *item);
void call_set(struct call *c, const char *name, json_t *value);
/* Sends a message; takes it. False: nobody listens any more. */
bool call_send(struct call *c, json_t *message);

/*
 * One call at a time has the lock of that file, until its work is over: whoever has the answer may
 * call again at once. Fails with OTHER_OPERATION_IN_PROGRESS and busy if another one has it.
 */
int call_lock(struct call *c, const char *path, const char *busy);

/* --- VMs --- */

/* The VM that the argument "uuid" names. Not Domain-0. -1: the call has failed. */
int call_domain(struct call *c, domid_t *domid);

/*
 * Carries out the request in text on the connection, to its answer. False: the client has not got
 * one.
 */
bool call_run(int fd, const void *text, size_t len);

#endif
