// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests and their answers: HTTP/1.1 over TLS, or the same as SCGI over the local socket.
 */
#ifndef XE_HTTP_H
#define XE_HTTP_H

#include <stdint.h>

#include "lib/bytes.h"
#include "xe/link.h"

#define LENGTH_UNKNOWN (-1)

struct reply {
	struct link *link;
	int status;
	int64_t left;    /* of the body, or of this piece of it; LENGTH_UNKNOWN: until the end */
	bool pieces;     /* it comes in pieces with their length in front */
	bool last;       /* no more requests on this connection */
	char accept[32]; /* of a WebSocket; "": it is none */
};

/* len: of the body that the caller sends afterwards. False with errno. */
bool http_request(struct link *l, const struct settings *s, const char *method, const char *path,
		  const char *content, int64_t len);
/* Asks for a WebSocket, which both kinds of server know by the same head. */
bool http_upgrade(struct link *l, const struct settings *s, const char *path, const char *key);
/* Reads up to the body. False: that is no answer, or the connection has ended. */
bool http_reply(struct link *l, struct reply *r);
/* 0 at the end of the body; -1: it is cut off. */
ssize_t http_read(struct reply *r, void *data, size_t len);
/* All of the body; false: it is cut off, or longer than limit. */
bool http_read_all(struct reply *r, struct buf *out, size_t limit);

#endif
