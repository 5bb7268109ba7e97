// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls that may never come back: a look at a file whose server is silent, a read of a disk that is
 * far away. A process of its own makes them, and only that one waits.
 */
#ifndef TOOLSTACK_BOUNDED_H
#define TOOLSTACK_BOUNDED_H

#include <stdint.h>

/*
 * call() returns 0, or -1 with errno; so does this, with ETIMEDOUT if it does not come back within
 * ms. It has no descriptor of the caller's, and nothing that it changes in memory comes back. One
 * that is stuck ends when the kernel lets it, and init reaps it.
 */
int bounded_call(int (*call)(const void *arg), const void *arg, int64_t ms);
/* open() of that path, to read it: asks its server, where stat() may be answered from a cache. */
int bounded_open(const char *path, int64_t ms);

#endif
