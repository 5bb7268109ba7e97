// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All of it, to a file, a pipe or a socket that blocks.
 */
#ifndef TOOLSTACK_WRITE_ALL_H
#define TOOLSTACK_WRITE_ALL_H

#include <stddef.h>

/* -1 with errno. Whoever may lose its reader ignores SIGPIPE. */
int write_all(int fd, const void *data, size_t len);

#endif
