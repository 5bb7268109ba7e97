// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A block at a time.
 */
#include "transfer/raw.h"

#define BLOCK (256u << 10)

int raw_write(struct sink *to, struct disk *from, const struct progress *progress,
	      struct reason *why)
{
	static uint8_t block[BLOCK];

	for (uint64_t at = 0; at < from->size;) {
		size_t len = from->size - at < BLOCK ? (size_t)(from->size - at) : BLOCK;

		at += len;
		if (disk_read(from, at - len, block, len, why) < 0 ||
		    sink_write(to, block, len, why) < 0 ||
		    progress_tell(progress, at, from->size, why) < 0)
			return -1;
	}
	return sink_end(to, why);
}

int raw_read(struct source *from, struct disk *to, const struct progress *progress,
	     struct reason *why)
{
	static uint8_t block[BLOCK];
	uint64_t at = 0;
	size_t want;
	ssize_t len;

	do {
		want = source_is_open(from) && to->size - at < BLOCK ? (size_t)(to->size - at)
								     : BLOCK;
		len = source_read(from, block, want, why);
		if (len < 0 || disk_write(to, at, block, (size_t)len, why) < 0 ||
		    progress_tell(progress, at += (uint64_t)len, to->size, why) < 0)
			return -1;
	} while (len == BLOCK);
	return disk_zero(to, at, to->size - at, why) < 0 ? -1 : disk_end(to, why);
}
