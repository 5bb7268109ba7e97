// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A WebSocket to a host: bytes both ways over one connection, until either side ends it.
 */
#ifndef XE_CHANNEL_H
#define XE_CHANNEL_H

#include "lib/bytes.h"
#include "lib/log.h"
#include "transfer/websocket.h"
#include "xe/http.h"

struct channel {
	struct link *link; /* the channel's own */
	struct websocket in;
	char key[25];
};

/* The request; path has its query already. False with errno. */
bool channel_ask(struct channel *c, struct link *l, const struct settings *s, const char *path);
/* The host's answer; false: it is no WebSocket, and *r says what it is. */
bool channel_answered(struct channel *c, struct reply *r);
bool channel_send(struct channel *c, const void *data, size_t len);
/*
 * What has come is appended to out, which may be nothing; a ping is answered. Waits no longer than
 * the link does. False: the channel has ended.
 */
bool channel_receive(struct channel *c, struct buf *out);
/* More can be received without waiting. */
bool channel_pending(const struct channel *c);
void channel_close(struct channel *c);

#endif
