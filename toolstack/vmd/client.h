// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The other end of vmd's socket, for programs that wait for many things at once: a descriptor to
 * poll, one message at a time. One request at a time on a connection; make as many as needed.
 */
#ifndef VMD_CLIENT_H
#define VMD_CLIENT_H

#include <jansson.h>
#include <stdint.h>

#include "lib/log.h"

#define VMD_SOCKET      "/run/socle/vmd.sock"
#define VMD_MESSAGE_MAX (128 * 1024)

/* A descriptor that does not block, close-on-exec; -1 with the reason. path NULL: VMD_SOCKET. */
int vmd_connect(const char *path, struct reason *why);
/* args may be NULL, and stays the caller's. Returns -1 with the reason. */
int vmd_send(int fd, const char *verb, json_t *args, struct reason *why);
/*
 * The next message, if there is one. 1: *message is the caller's to release, and so is *passed, a
 * descriptor, unless it is -1. 0: there is none yet. -1 with the reason: the connection is of no
 * use any more.
 */
int vmd_receive(int fd, json_t **message, int *passed, struct reason *why);
/* The same, and waits for one: so many ms at most (0: none came), or as long as it takes (-1). */
int vmd_wait(int fd, int64_t ms, json_t **message, int *passed, struct reason *why);

#endif
