// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking a VM in while whoever knows what VMs are decides where its disks go. The other end of a
 * SOCK_SEQPACKET socket hears, a datagram each:
 *
 *   "ova" with a descriptor: a file that holds ova.xml, to be read from its beginning. The answer is
 *         "ok", or "no WORDS".
 *   "disk NAME": before the first block of each disk. The answer is "SIZE" with the descriptor of a
 *         new disk that reads as zeroes, or "no WORDS". The same disk is not asked for twice.
 */
#ifndef TRANSFER_CONTROL_H
#define TRANSFER_CONTROL_H

#include "transfer/disk.h"
#include "transfer/stream.h"

/* -1 with the reason, which is the other end's if it refused. */
int control_import(struct source *from, int fd, const struct progress *progress,
		   struct reason *why);

#endif
