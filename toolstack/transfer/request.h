// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request for a stream: what the web server passes on, as SCGI or, for what becomes another
 * protocol, as HTTP; and the answer to it.
 */
#ifndef TRANSFER_REQUEST_H
#define TRANSFER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "apid/scgi.h"
#include "transfer/stream.h"

struct request {
	int fd;
	struct buf in; /* what was read: the headers, and some of the body */
	struct scgi_request scgi;
	struct buf head; /* HTTP: its headers, as SCGI has them */
	bool http;
	bool put;      /* else it is a GET */
	char path[64]; /* without a slash at its end */
	bool replied;
};

/* Reads up to the body. -1 with the reason: it is no request. */
int request_read(struct request *r, int fd, struct reason *why);
void request_close(struct request *r);
/*
 * A parameter of the query. False if it is not there, or longer than there is room; text is ""
 * then.
 */
bool request_param(const struct request *r, const char *name, char *text, size_t room);
/* It is there, however long it is. */
bool request_has(const struct request *r, const char *name);
/* Name and password of basic authentication. False if there is none. */
bool request_basic(const struct request *r, char name[128], char password[256]);
/*
 * Nothing is to come: the client only asks whether it may. One that knows no length says so by
 * sending nothing for a while.
 */
bool request_asks_only(const struct request *r);
/* The body, as a stream. */
struct source_input request_body(const struct request *r);

/* What an answer begins with, before "200 OK". */
const char *reply_start(const struct request *r);
/* The head of an answer, whose body follows; name: what to save it as, or NULL. */
int reply_begin(struct request *r, const char *type, const char *name, struct reason *why);
/* All of an answer: a status like "404 Not Found", and words. */
void reply_words(struct request *r, const char *status, const char *words);

#endif
