// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks as VHD streams: what is written is a dynamic disk, or a differencing one; all kinds are
 * read, front to back, without ever going back. Source: Microsoft's "Virtual Hard Disk Image Format
 * Specification" 1.0; numbers are big-endian. Both return -1 with the reason.
 */
#ifndef TRANSFER_VHD_H
#define TRANSFER_VHD_H

#include "transfer/disk.h"
#include "transfer/stream.h"

#define VHD_MAX_SIZE (2040ull << 30)

struct vhd_identity {
	uint8_t uuid[16];
	/* Of a differencing disk: */
	struct disk *base; /* NULL: it is whole */
	uint8_t base_uuid[16];
	char base_name[64];
};

/*
 * Reads the disk twice: where it is not zero, or not as its base is, must be known before its first
 * byte is sent.
 */
int vhd_write(struct sink *to, struct disk *from, const struct vhd_identity *id,
	      const struct progress *progress, struct reason *why);
/*
 * A differencing disk changes those sectors that it has: the disk is a copy of its parent. Any
 * other becomes all of the disk.
 */
int vhd_read(struct source *from, struct disk *to, const struct progress *progress,
	     struct reason *why);

#endif
