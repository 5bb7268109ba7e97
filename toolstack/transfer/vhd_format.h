// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The structures of a VHD. Nothing is read or written here.
 */
#ifndef TRANSFER_VHD_FORMAT_H
#define TRANSFER_VHD_FORMAT_H

#include <stdint.h>

#include "lib/log.h"

#define VHD_SECTOR 512u
#define VHD_FOOTER 512u
#define VHD_HEADER 1024u
#define VHD_BLOCK  (2u << 20)
#define VHD_UNUSED 0xffffffffu /* in the block allocation table: a block of zeroes */

enum vhd_type { VHD_FIXED = 2, VHD_DYNAMIC = 3, VHD_DIFFERENCING = 4 };

struct vhd_footer {
	uint64_t size; /* of the disk, in bytes */
	uint64_t header_at;
	enum vhd_type type;
	uint8_t uuid[16];
};

struct vhd_header {
	uint64_t table_at;
	uint32_t entries;
	uint32_t block; /* bytes of data in one; its bitmap comes before */
	/* Of a differencing disk; else zeroes. */
	uint8_t parent[16];
	char parent_name[64]; /* ASCII; written only */
};

void vhd_footer_put(uint8_t to[VHD_FOOTER], const struct vhd_footer *f);
/* Both verify the checksum. -1 with the reason. */
int vhd_footer_get(const uint8_t from[VHD_FOOTER], struct vhd_footer *f, struct reason *why);
void vhd_header_put(uint8_t to[VHD_HEADER], const struct vhd_header *h);
int vhd_header_get(const uint8_t from[VHD_HEADER], struct vhd_header *h, struct reason *why);

uint32_t vhd_entry_get(const uint8_t *table, uint32_t i);
void vhd_entry_put(uint8_t *table, uint32_t i, uint32_t sector);

/* A bit per sector of a block, in whole sectors. */
static inline uint32_t vhd_bitmap_len(uint32_t block)
{
	return (block / VHD_SECTOR / 8 + VHD_SECTOR - 1) & ~(VHD_SECTOR - 1);
}

#endif
