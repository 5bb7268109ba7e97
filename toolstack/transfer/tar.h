// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Headers of tar archives (POSIX ustar, with GNU's large sizes). Nothing is read or written here.
 */
#ifndef TRANSFER_TAR_H
#define TRANSFER_TAR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/log.h"

#define TAR_BLOCK 512u
#define TAR_NAME  257

struct tar_entry {
	char name[TAR_NAME];
	uint64_t size;
	bool file; /* else something to pass over */
};

/* name has at most 99 characters. */
void tar_header(uint8_t block[TAR_BLOCK], const char *name, uint64_t size);
/*
 * 1, 0 for the block of zeroes that ends an archive, or -1 with the reason: the header's own
 * checksum is verified.
 */
int tar_parse(const uint8_t block[TAR_BLOCK], struct tar_entry *entry, struct reason *why);
/* From an entry's end to the next header. */
static inline uint64_t tar_padding(uint64_t size)
{
	return -size & (TAR_BLOCK - 1);
}

#endif
