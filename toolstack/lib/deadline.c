// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waiting, with an end. No state.
 */
#include "lib/deadline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

bool wait_ready(int fd, short events, int64_t deadline)
{
	for (;;) {
		struct pollfd p = { fd, events, 0 };
		int64_t left = deadline - now_ms();
		int ready;

		errno = ETIMEDOUT;
		if (left <= 0)
			return false;
		ready = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			return false;
	}
}

bool receive_all(int fd, void *data, size_t len, int64_t deadline)
{
	for (char *at = data; len;) {
		ssize_t got;

		if (!wait_ready(fd, POLLIN, deadline))
			return false;
		got = recv(fd, at, len, MSG_DONTWAIT);
		if (got == 0)
			errno = ECONNRESET;
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return false;
		if (got > 0) {
			at += got;
			len -= (size_t)got;
		}
	}
	return true;
}
