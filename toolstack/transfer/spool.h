// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stream whose parts come in any order is kept first, on a disk beside the one that it is for.
 */
#ifndef TRANSFER_SPOOL_H
#define TRANSFER_SPOOL_H

#include "transfer/disk.h"
#include "transfer/stream.h"

/* Room for an image of a disk of so many bytes, when the stream's length is not known. */
uint64_t spool_room(uint64_t disk);

/*
 * All of a qcow2 image of a disk of at most so many bytes; its length becomes the spool's size.
 * Where the stream's end may never come, it is there when nothing more does and the image is
 * complete. -1 with the reason.
 */
int spool_fill(struct source *from, struct disk *spool, uint64_t disk,
	       const struct progress *progress, struct reason *why);

#endif
