// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xxHash's 32-bit hash (xxHash fast digest algorithm, 0.1.1), seed 0. It finds damage, not intent.
 */
#include "lib.h"
#include "lz4.h"

#define PRIME1 2654435761u
#define PRIME2 2246822519u
#define PRIME3 3266489917u
#define PRIME4 668265263u
#define PRIME5 374761393u

static uint32_t rotate(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

static uint32_t lane_add(uint32_t lane, const uint8_t *p)
{
	return rotate(lane + get_le32(p) * PRIME2, 13) * PRIME1;
}

uint32_t xxh32(const void *data, size_t size)
{
	const uint8_t *p = data, *end = p + size;
	uint32_t hash = PRIME5;

	if (size >= 16) {
		uint32_t a = PRIME1 + PRIME2, b = PRIME2, c = 0, d = 0u - PRIME1;

		for (; end - p >= 16; p += 16) {
			a = lane_add(a, p);
			b = lane_add(b, p + 4);
			c = lane_add(c, p + 8);
			d = lane_add(d, p + 12);
		}
		hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
	}
	hash += (uint32_t)size;
	for (; end - p >= 4; p += 4)
		hash = rotate(hash + get_le32(p) * PRIME3, 17) * PRIME4;
	for (; p < end; p++)
		hash = rotate(hash + *p * PRIME5, 11) * PRIME1;
	hash = (hash ^ hash >> 15) * PRIME2;
	hash = (hash ^ hash >> 13) * PRIME3;
	return hash ^ hash >> 16;
}
