// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filling a disk that reads as zeroes: zeroes are not written. Memory stays small: what is written
 * is flushed and dropped from the page cache as it goes.
 */
#ifndef TOOLSTACK_SPARSE_H
#define TOOLSTACK_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sparse {
	int fd;        /* that can be written at any place */
	uint64_t from; /* what was written since the last flush is [from, to) */
	uint64_t to;
	uint64_t written; /* bytes that were no zeroes, by grains */
};

bool sparse_is_zero(const void *data, size_t len);
/* Both return -1 with errno. */
int sparse_write(struct sparse *s, uint64_t at, const void *data, size_t len);
/* Afterwards all is on the disk. */
int sparse_flush(struct sparse *s);

#endif
