// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long the other end of a stream may let us wait: a connection can stand still for ever, and
 * who waits for it keeps memory of the host, or a guest that is suspended.
 */
#ifndef SAVERESTORE_STREAM_WAIT_H
#define SAVERESTORE_STREAM_WAIT_H

#include <stdbool.h>

#include "lib/log.h"

struct stream_wait {
	unsigned int seconds;      /* in which nothing happens at all */
	bool (*interrupted)(void); /* an end before that; NULL: there is none */
};

/* Until fd is ready (POLLIN, POLLOUT), or has ended. Returns -1 with the reason. */
int stream_wait(const struct stream_wait *w, int fd, short events, struct reason *why);

#endif
