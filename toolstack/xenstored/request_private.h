// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request in work, and its handlers. A handler answers and returns 0, or returns a positive errno
 * that becomes the answer.
 */
#ifndef XENSTORED_REQUEST_PRIVATE_H
#define XENSTORED_REQUEST_PRIVATE_H

#include "xenstored/path.h"
#include "xenstored/transaction.h"

#define STRINGS_MAX (PERMS_MAX + 1)

struct request {
	struct conn *c;
	struct transaction *t;           /* or NULL */
	const char *string[STRINGS_MAX]; /* terminated strings of the payload, the first of them */
	unsigned int nr_strings;         /* all of them */
	const char *rest;                /* what follows the first string */
	size_t rest_len;
};

/* request.c */
void answer(const struct request *r, const void *payload, size_t len);
/* Returns 0. */
int answer_ok(const struct request *r);
/* The path in the first string. 0 or EINVAL. */
int request_path(const struct request *r, char path[PATH_ROOM]);
/* A whole decimal number in string n; more than INT_MAX is none. */
bool request_number(const struct request *r, unsigned int n, unsigned int *number);

/* request_node.c */
int do_read(struct request *r);
int do_directory(struct request *r);
int do_directory_part(struct request *r);
int do_write(struct request *r);
int do_mkdir(struct request *r);
int do_rm(struct request *r);
int do_get_perms(struct request *r);
int do_set_perms(struct request *r);

/* request_session.c */
int do_watch(struct request *r);
int do_unwatch(struct request *r);
int do_reset_watches(struct request *r);
int do_transaction_start(struct request *r);
int do_transaction_end(struct request *r);
int do_introduce(struct request *r);
int do_release(struct request *r);
int do_is_introduced(struct request *r);
int do_get_domain_path(struct request *r);
int do_resume(struct request *r);
int do_set_target(struct request *r);
int do_control(struct request *r);

#endif
