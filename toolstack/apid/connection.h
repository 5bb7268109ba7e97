// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients on the SCGI socket: one request and one answer each. A client that is slow, or sends more
 * than is allowed, is closed.
 */
#ifndef APID_CONNECTION_H
#define APID_CONNECTION_H

#include <pwd.h>

#include "lib/bytes.h"

struct call;
struct connection;

/* Binds the socket; its owner (NULL: who we are) and the group, if there is one of that name, may
 * connect. */
int connections_listen(const char *path, const struct passwd *owner, const char *group);
int connections_start(void);
/* Its answer comes later; when the client goes, the call is told. */
void connection_attach(struct connection *c, struct call *call);
/* With its answer: the browser keeps the session in a cookie, or with NULL forgets it. */
void connection_set_cookie(struct connection *c, const char *session);
/* The answer's body; the connection is not the call's any more. */
void connection_reply(struct connection *c, bool json, struct buf *body);

#endif
