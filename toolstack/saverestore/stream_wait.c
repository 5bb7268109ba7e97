// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interruptions are looked for now and then: who waits has put off their signals.
 */
#include "saverestore/stream_wait.h"

#include <errno.h>

#include "lib/deadline.h"

#define LOOK_MS 250

int stream_wait(const struct stream_wait *w, int fd, short events, struct reason *why)
{
	int64_t until = now_ms() + w->seconds * 1000ll;

	for (;;) {
		bool ready = wait_ready(fd, events, now_ms() + LOOK_MS);
		int error = errno;

		if (w->interrupted && w->interrupted())
			return reason_set(why, "interrupted");
		if (ready)
			return 0;
		errno = error;
		if (error != ETIMEDOUT)
			return reason_errno(why, "waiting for the other end");
		if (now_ms() >= until)
			return reason_set(why, "the other end has done nothing for %u seconds",
					  w->seconds);
	}
}
