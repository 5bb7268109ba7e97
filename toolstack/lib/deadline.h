// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waiting, with an end: whoever waits for several things in a row has one deadline for all.
 */
#ifndef TOOLSTACK_DEADLINE_H
#define TOOLSTACK_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a clock that only goes forward. */
int64_t now_ms(void);

/* Until a descriptor is ready (POLLIN, POLLOUT): false with errno ETIMEDOUT at the deadline. */
bool wait_ready(int fd, short events, int64_t deadline);
/* All of it from a socket, or false with errno; ECONNRESET: the other side ended. */
bool receive_all(int fd, void *data, size_t len, int64_t deadline);

#endif
