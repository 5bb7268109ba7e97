// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Offsets are those of the specification's tables.
 */
#include "transfer/vhd_format.h"

#include <stdbool.h>
#include <string.h>

#define VERSION      0x00010000u
#define NO_OFFSET    UINT64_MAX
#define FOOTER_SUM   64
#define HEADER_SUM   36
#define PARENT_UUID  40
#define PARENT_NAME  64 /* UTF-16 */
#define BLOCK_LEAST  (64u << 10)
#define BLOCK_MOST   (16u << 20)
#define ENTRIES_MOST (2040u << 14) /* of 64 KiB, and 2040 GiB */

static const char FOOTER_COOKIE[] = "conectix", HEADER_COOKIE[] = "cxsparse";
/*
 * Readers that know this creator take the size from the footer, and not from the geometry, which
 * cannot say every size.
 */
static const char CREATOR[4] = "tap";

static uint64_t get(const uint8_t *from, unsigned int at, unsigned int len)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < len; i++)
		value = value << 8 | from[at + i];
	return value;
}

static void put(uint8_t *to, unsigned int at, unsigned int len, uint64_t value)
{
	for (unsigned int i = len; i-- > 0; value >>= 8)
		to[at + i] = (uint8_t)value;
}

/* One's complement of the sum of all bytes but the checksum's own. */
static uint32_t checksum(const uint8_t *data, unsigned int len, unsigned int sum_at)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < len; i++)
		if (i < sum_at || i >= sum_at + 4)
			sum += data[i];
	return ~sum;
}

/* Cylinders, heads and sectors per track, as the specification's appendix computes them. */
static uint32_t geometry(uint64_t size)
{
	const uint64_t most = 65535ull * 16 * 255;
	uint64_t sectors = size / VHD_SECTOR < most ? size / VHD_SECTOR : most;
	uint32_t per_track = 17, heads, tracks;

	if (sectors >= 65535ull * 16 * 63)
		return (uint32_t)(sectors / 255 / 16) << 16 | 16 << 8 | 255;
	tracks = (uint32_t)(sectors / per_track);
	heads = (tracks + 1023) / 1024;
	if (heads < 4)
		heads = 4;
	if (tracks >= heads * 1024 || heads > 16) {
		per_track = 31;
		heads = 16;
		tracks = (uint32_t)(sectors / per_track);
	}
	if (tracks >= heads * 1024) {
		per_track = 63;
		heads = 16;
		tracks = (uint32_t)(sectors / per_track);
	}
	return tracks / heads << 16 | heads << 8 | per_track;
}

void vhd_footer_put(uint8_t to[VHD_FOOTER], const struct vhd_footer *f)
{
	memset(to, 0, VHD_FOOTER);
	memcpy(to, FOOTER_COOKIE, 8);
	put(to, 8, 4, 2); /* features: a reserved bit that is always set */
	put(to, 12, 4, VERSION);
	put(to, 16, 8, f->type == VHD_FIXED ? NO_OFFSET : f->header_at);
	memcpy(to + 28, CREATOR, sizeof(CREATOR));
	put(to, 32, 4, VERSION);
	put(to, 40, 8, f->size);
	put(to, 48, 8, f->size);
	put(to, 56, 4, geometry(f->size));
	put(to, 60, 4, f->type);
	memcpy(to + 68, f->uuid, 16);
	put(to, FOOTER_SUM, 4, checksum(to, VHD_FOOTER, FOOTER_SUM));
}

int vhd_footer_get(const uint8_t from[VHD_FOOTER], struct vhd_footer *f, struct reason *why)
{
	uint32_t type = (uint32_t)get(from, 60, 4);

	if (memcmp(from, FOOTER_COOKIE, 8) != 0)
		return reason_set(why, "no VHD footer where one should be");
	if (get(from, FOOTER_SUM, 4) != checksum(from, VHD_FOOTER, FOOTER_SUM))
		return reason_set(why, "the VHD footer is damaged");
	if (type != VHD_FIXED && type != VHD_DYNAMIC && type != VHD_DIFFERENCING)
		return reason_set(why, "a VHD of the unknown type %u", type);
	f->type = type;
	f->size = get(from, 48, 8);
	f->header_at = get(from, 16, 8);
	memcpy(f->uuid, from + 68, 16);
	return 0;
}

void vhd_header_put(uint8_t to[VHD_HEADER], const struct vhd_header *h)
{
	memset(to, 0, VHD_HEADER);
	memcpy(to, HEADER_COOKIE, 8);
	put(to, 8, 8, NO_OFFSET);
	put(to, 16, 8, h->table_at);
	put(to, 24, 4, VERSION);
	put(to, 28, 4, h->entries);
	put(to, 32, 4, h->block);
	memcpy(to + PARENT_UUID, h->parent, 16);
	for (unsigned int i = 0; i < strlen(h->parent_name); i++)
		to[PARENT_NAME + 2 * i + 1] = (uint8_t)h->parent_name[i];
	put(to, HEADER_SUM, 4, checksum(to, VHD_HEADER, HEADER_SUM));
}

int vhd_header_get(const uint8_t from[VHD_HEADER], struct vhd_header *h, struct reason *why)
{
	if (memcmp(from, HEADER_COOKIE, 8) != 0)
		return reason_set(why, "no VHD header where one should be");
	if (get(from, HEADER_SUM, 4) != checksum(from, VHD_HEADER, HEADER_SUM))
		return reason_set(why, "the VHD header is damaged");
	h->table_at = get(from, 16, 8);
	h->entries = (uint32_t)get(from, 28, 4);
	h->block = (uint32_t)get(from, 32, 4);
	memcpy(h->parent, from + PARENT_UUID, 16);
	h->parent_name[0] = '\0';
	if (h->block < BLOCK_LEAST || h->block > BLOCK_MOST || h->block & (h->block - 1))
		return reason_set(why, "a VHD with blocks of %u bytes", h->block);
	if (h->entries > ENTRIES_MOST)
		return reason_set(why, "a VHD with %u blocks", h->entries);
	return 0;
}

uint32_t vhd_entry_get(const uint8_t *table, uint32_t i)
{
	return (uint32_t)get(table + 4ull * i, 0, 4);
}

void vhd_entry_put(uint8_t *table, uint32_t i, uint32_t sector)
{
	put(table + 4ull * i, 0, 4, sector);
}
