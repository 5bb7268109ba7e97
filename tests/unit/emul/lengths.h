// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions and, by their number of bytes, their lengths as objdump (binutils 2.40) sees them:
 * random ones over all opcodes, at most four of a mnemonic in a mode. Data for test_decode.c.
 */
#ifndef TEST_LENGTHS_H
#define TEST_LENGTHS_H

#include <stddef.h>

#include "lengths_32.h"
#include "lengths_64.h"

#define NR_LENGTHS_64 (sizeof(lengths_64) / sizeof(lengths_64[0]))
#define NR_LENGTHS    (NR_LENGTHS_64 + sizeof(lengths_32) / sizeof(lengths_32[0]))

static inline const struct known_length *length_at(size_t i)
{
	return i < NR_LENGTHS_64 ? &lengths_64[i] : &lengths_32[i - NR_LENGTHS_64];
}

#endif
