// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Unix socket that a daemon listens on.
 */
#ifndef TOOLSTACK_LISTENER_H
#define TOOLSTACK_LISTENER_H

#include <sys/types.h>

#include "lib/log.h"

/*
 * type: SOCK_STREAM or SOCK_SEQPACKET. Its owner and group may connect; -1: ours. Its name is never
 * missing while a daemon is started anew, since clients would give up. Returns a descriptor that
 * does not block, or -1 with the reason.
 */
int listener_open(const char *path, int type, uid_t owner, gid_t group, int backlog,
		  struct reason *why);

#endif
