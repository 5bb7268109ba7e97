// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service's socket and who asks there. A request is a line of words and, behind it, text, until
 * the client shuts its side; the answer is text, and a last line "ok" or "failed".
 */
#ifndef NETWORK_REQUESTS_H
#define NETWORK_REQUESTS_H

#include <poll.h>

#include "network/change.h"

#define REQUESTS_MAX 16

/* -1 with the reason. */
int requests_open(const char *root, struct reason *why);
/* Fills fds with the socket and the clients; returns how many (at most REQUESTS_MAX + 1). */
size_t requests_poll(struct pollfd *fds);
/* After poll(): reads, answers. True if something was asked that may have changed the networks. */
bool requests_serve(const struct pollfd *fds, size_t nr, struct host *h, struct change *c);
/* Tells who asked for the change how it ended, if it has. */
void requests_tell(struct change *c);

#endif
