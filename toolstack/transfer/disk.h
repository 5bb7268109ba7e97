// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk that is read or filled, and how far that is. All return -1 with the reason.
 */
#ifndef TRANSFER_DISK_H
#define TRANSFER_DISK_H

#include "lib/log.h"
#include "lib/sparse.h"

struct disk {
	struct sparse out;
	int fd;
	uint64_t size;
	uint64_t dropped; /* of the page cache, while it is read */
	bool used;        /* what was on it before has to go; else it reads as zeroes */
};

struct disk disk_of(int fd, uint64_t size);
int disk_read(struct disk *d, uint64_t at, void *data, size_t len, struct reason *why);
/* Nothing outside the disk is written. */
int disk_write(struct disk *d, uint64_t at, const void *data, size_t len, struct reason *why);
/* Reads as zeroes afterwards. What does already is not written: it costs a read at most. */
int disk_zero(struct disk *d, uint64_t at, uint64_t len, struct reason *why);
int disk_end(struct disk *d, struct reason *why);

/* Whoever waits is told: part is 0 to 1. Called often; -1 with the reason ends what is going on. */
struct progress {
	int (*tell)(void *arg, double part, struct reason *why);
	void *arg;
};

int progress_tell(const struct progress *p, uint64_t done, uint64_t all, struct reason *why);

#endif
