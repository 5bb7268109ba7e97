// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server of the network block device protocol at the other end of a socket, and the kernel's
 * driver that makes a block device of it. The server has parsed foreign bytes: what it says is
 * checked here and never believed. A device that was made goes when its last user closes it, and
 * its connection with it: nothing is left behind whoever dies. Fuzz entry point: nbd_negotiate()
 * with any answers.
 */
#ifndef DEVICES_NBD_H
#define DEVICES_NBD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/log.h"

struct nbd_export {
	uint64_t size;
	uint16_t flags; /* NBD_FLAG_* */
};

/* Agrees on the server's one export, in at most that time. -1 with the reason. */
int nbd_negotiate(int fd, unsigned int ms, struct nbd_export *x, struct reason *why);

/*
 * Gives the socket to the kernel: /dev/nbd<index> is the export. It has no user yet; whoever opens
 * and closes it first ends it. backend: what /sys/block/nbd<index>/backend is to say. -1 with the
 * reason.
 */
int nbd_connect(int fd, const struct nbd_export *x, const char *backend, unsigned int *index,
		struct reason *why);

/*
 * For a server that has died: requests that it took fail now, where the kernel would wait for ever.
 * Nothing if there is no device of that back end.
 */
void nbd_disconnect(const char *backend);

#endif
