// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arithmetic on sizes, all in bytes, all checked for overflow; and what is decided with it: how a
 * volume group is divided for a thin pool, when and by how much a pool is extended, and what is
 * called full. Nothing here looks at a disk.
 */
#ifndef TOOLSTACK_STORAGE_SIZE_H
#define TOOLSTACK_STORAGE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define KIB ((uint64_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)

/* No disk is larger: blkfront counts 512-byte sectors in 64 bits, ext4 files end at 16 TiB. */
#define SIZE_MAX_DISK (64 * TIB)

/* "4096", "10M", "10GiB": a number of bytes, or with K, M, G, T (also written KiB ...) of 1024s. */
bool size_parse(const char *text, uint64_t *bytes);
/* "9.5 GiB" */
void size_format(uint64_t bytes, char text[16]);
/* To a multiple of unit; false when that does not fit into 64 bits. */
bool size_round_up(uint64_t bytes, uint64_t unit, uint64_t *out);
/* bytes x hundredths of a percent, as LVM reports shares ("12.34" is 1234). */
uint64_t size_share(uint64_t bytes, unsigned int hundredths);
/* part of whole in hundredths of a percent, rounded up: 10000 only if nothing is left. */
unsigned int size_hundredths(uint64_t part, uint64_t whole);

struct thin_plan {
	uint64_t data;     /* the pool's size */
	uint64_t metadata; /* its metadata's; LVM keeps as much again as a spare */
	uint64_t chunk;
};

/*
 * Divides free bytes of a volume group: a pool of wanted bytes, or of all that fits if wanted is 0.
 * Metadata that is full is worse than data that is full, so it is planned for snapshots that share
 * nothing. False if it does not fit.
 */
bool thin_plan_create(uint64_t free, uint64_t extent, uint64_t wanted, struct thin_plan *plan);

/* From this share on (hundredths of a percent) there is a warning, and then an alarm. */
#define FULL_WARNING 8000
#define FULL_ALARM   9500

enum fullness { FULLNESS_OK, FULLNESS_WARNING, FULLNESS_ALARM };
enum fullness fullness_of(unsigned int hundredths);

/*
 * How many bytes to add to a pool (or its metadata) of that size, whose share is used, out of the
 * group's free ones; 0: none.
 */
uint64_t thin_plan_extend(uint64_t size, unsigned int used, uint64_t free, uint64_t extent);

#endif
