// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decompression of kernel images: one call from memory to memory, with a hard bound on the
 * output. The input is hostile; a stream that is truncated, corrupt or longer than the room is
 * refused with the reason. Fuzz entry point: unpack() with any bytes and any room.
 */
#ifndef TOOLSTACK_UNPACK_H
#define TOOLSTACK_UNPACK_H

#include "lib/bytes.h"
#include "lib/log.h"

enum packing {
	PACKING_NONE, /* none that we know */
	PACKING_GZIP,
	PACKING_XZ,
	PACKING_LZMA,
	PACKING_ZSTD,
	PACKING_LZ4,   /* the kernel's legacy frame */
	PACKING_BZIP2, /* recognised, not supported */
	PACKING_LZO,   /* recognised, not supported */
};

/* By its first bytes. */
enum packing packing_detect(struct bytes in);
const char *packing_name(enum packing packing);

/* Writes at most room bytes to out; *len is how many. Returns -1 with the reason. */
int unpack(enum packing packing, struct bytes in, uint8_t *out, size_t room, size_t *len,
	   struct reason *why);

#endif
