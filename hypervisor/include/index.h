// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's index into a table of ours. The check that it is within is not enough: a CPU guesses
 * that it will pass, goes on with an index of the guest's choice meanwhile, and what it read there
 * shows in its caches (Spectre variant 1). So who has checked takes what this makes of the index.
 */
#ifndef SOCLE_INDEX_H
#define SOCLE_INDEX_H

#include "types.h"

/* i, or 0 if it is not below n: by arithmetic, of which nothing is guessed. */
static inline uint64_t index_below(uint64_t i, uint64_t n)
{
	uint64_t mask;

	__asm__("cmp %2, %1; sbb %0, %0" : "=r"(mask) : "r"(i), "rm"(n) : "cc");
	return i & mask;
}

#endif
