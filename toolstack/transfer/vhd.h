// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks as VHD streams: what is written is a dynamic disk; dynamic and fixed ones are read, front
 * to back, without ever going back. Source: Microsoft's "Virtual Hard Disk Image Format
 * Specification" 1.0; numbers are big-endian. Both return -1 with the reason.
 */
#ifndef TRANSFER_VHD_H
#define TRANSFER_VHD_H

#include "transfer/disk.h"
#include "transfer/stream.h"

#define VHD_MAX_SIZE (2040ull << 30)

/* Reads the disk twice: where it is not zero must be known before its first byte is sent. */
int vhd_write(struct sink *to, struct disk *from, const struct progress *progress,
	      struct reason *why);
/* Differencing disks are refused. */
int vhd_read(struct source *from, struct disk *to, const struct progress *progress,
	     struct reason *why);

#endif
