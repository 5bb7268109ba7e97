// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk as it is. Both return -1 with the reason.
 */
#ifndef TRANSFER_RAW_H
#define TRANSFER_RAW_H

#include "transfer/disk.h"
#include "transfer/stream.h"

int raw_write(struct sink *to, struct disk *from, const struct progress *progress,
	      struct reason *why);
/* At most the disk's size; what is shorter leaves the rest as it is. */
int raw_read(struct source *from, struct disk *to, const struct progress *progress,
	     struct reason *why);

#endif
