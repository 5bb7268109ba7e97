// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unpacking of LZ4 frames, which boot modules may be. Foreign bytes: every length and distance is
 * checked. No allocation, no hardware.
 */
#ifndef SOCLE_LZ4_H
#define SOCLE_LZ4_H

#include "types.h"

struct lz4_frame {
	const uint8_t *blocks, *end;
	uint64_t content_size; /* unpacked; at least 1 */
	bool block_checksums, content_checksum;
};

/* By the first four bytes. */
bool lz4_is_frame(const void *data, size_t size);
/*
 * Reads a frame's header. 0, or -EINVAL with *why a sentence fragment ("it does not say how large
 * it is unpacked"). out points into data afterwards.
 */
int lz4_frame_open(struct lz4_frame *out, const void *data, size_t size, const char **why);
/*
 * Unpacks all of it to out, which has exactly content_size bytes and must not overlap the packed
 * ones. 0, or -EINVAL with *why; then nothing is known of out's content. The frame's checksums are
 * verified. What follows the frame is not looked at.
 */
int lz4_frame_unpack(const struct lz4_frame *f, void *out, const char **why);

/* xxHash's 32-bit hash with seed 0: what LZ4 frames use as checksum. */
uint32_t xxh32(const void *data, size_t size);

#endif
