// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whoever reads foreign bytes: as the user nobody, with nothing but its input, its output and its
 * errors, of a bounded size. unprivileged_run() gives them memory, and ends in a bounded time.
 */
#ifndef VMD_UNPRIVILEGED_H
#define VMD_UNPRIVILEGED_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/bytes.h"

/*
 * The process, or -1 with errno: it has these descriptors and writes files of that size at most. It
 * says on the last one why argv[0], a path, could not be executed.
 */
pid_t unprivileged_start(const char *const argv[], const int fds[3], uint64_t file_max);
/* The same for what this program does itself: 0 in that process, which must not return from it. */
pid_t unprivileged_fork(const int fds[3], uint64_t file_max);

/*
 * argv[0] is its path. What it ended with; -1 with errno if it could not be started or did not end
 * by itself in time. out and said may be NULL.
 */
int unprivileged_run(const char *const argv[], struct bytes input, unsigned int seconds,
		     struct buf *out, struct buf *said);

#endif
