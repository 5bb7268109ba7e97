// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks as qcow2 images, version 3. Source: "The qcow2 format" of QEMU's documentation; numbers are
 * big-endian. What is written is a stream; what is read has its parts in any order, so it is a file
 * (spool.h). All return -1 with the reason.
 */
#ifndef TRANSFER_QCOW2_H
#define TRANSFER_QCOW2_H

#include "transfer/disk.h"
#include "transfer/stream.h"

#define QCOW2_COPIED     (UINT64_C(1) << 63) /* an entry: nobody else refers to it */
#define QCOW2_COMPRESSED (UINT64_C(1) << 62)
#define QCOW2_ZERO       UINT64_C(1)
#define QCOW2_OFFSET     UINT64_C(0x00fffffffffffe00)
#define QCOW2_MAGIC      0x514649fbu
#define QCOW2_HEADER     104 /* bytes of the header, as we write it */

/* Reads the disk twice: where it is not zero must be known before its first byte is sent. */
int qcow2_write(struct sink *to, struct disk *from, const struct progress *progress,
		struct reason *why);

/*
 * All that the image's tables refer to is there, and what it needs is known here: no other files,
 * no encryption; and its disk has no more bytes than most. Nothing is written.
 */
int qcow2_verify(struct disk *image, uint64_t most, struct reason *why);
/* Verifies it first; then it becomes all of the disk. */
int qcow2_read(struct disk *image, struct disk *to, const struct progress *progress,
	       struct reason *why);

#endif
