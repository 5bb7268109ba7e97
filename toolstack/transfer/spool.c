// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A block at a time.
 */
#include "transfer/spool.h"

#include "transfer/qcow2.h"

#define BLOCK   (256u << 10)
#define IDLE_MS 3000

uint64_t spool_room(uint64_t disk)
{
	/* Tables are a fiftieth of the disk with the smallest clusters. */
	return disk + disk / 32 + (16u << 20);
}

int spool_fill(struct source *from, struct disk *spool, uint64_t disk,
	       const struct progress *progress, struct reason *why)
{
	static uint8_t block[BLOCK];
	const uint64_t room = spool->size;
	struct reason missing;
	uint64_t at = 0;

	for (;;) {
		ssize_t n;

		spool->size = at;
		if (source_is_open(from) && source_idle(from, IDLE_MS) &&
		    qcow2_verify(spool, disk, &missing) == 0)
			break;
		n = source_some(from, block, BLOCK, why);
		spool->size = room;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		if ((uint64_t)n > room - at)
			return reason_set(why, "the image is longer than one of that disk can be");
		if (disk_write(spool, at, block, (size_t)n, why) < 0 ||
		    progress_tell(progress, at += (uint64_t)n, room, why) < 0)
			return -1;
	}
	spool->size = at;
	return disk_end(spool, why);
}
