// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Footer, header, table, the blocks that are not zero (or not those of the base) in their order,
 * footer. All sectors of such a block count as used.
 */
#include "transfer/vhd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/vhd_format.h"

#define TABLE_AT (VHD_FOOTER + VHD_HEADER)

struct writing {
	struct sink *to;
	struct disk *from;
	const struct vhd_identity *id;
	const struct progress *progress;
	struct vhd_header header;
	uint8_t *table;
	size_t table_len; /* in whole sectors */
	uint8_t *block, *base;
};

/* What is behind a disk's end reads as zeroes. */
static int block_get(struct disk *from, uint32_t i, uint8_t *block, struct reason *why)
{
	uint64_t at = (uint64_t)i * VHD_BLOCK, left = from->size > at ? from->size - at : 0;
	size_t len = left < VHD_BLOCK ? (size_t)left : VHD_BLOCK;

	memset(block + len, 0, VHD_BLOCK - len);
	return len ? disk_read(from, at, block, len, why) : 0;
}

/* The block has to be in the stream: 1, 0, or -1. */
static int block_wanted(struct writing *w, uint32_t i, struct reason *why)
{
	if (block_get(w->from, i, w->block, why) < 0)
		return -1;
	if (!w->id->base)
		return !sparse_is_zero(w->block, VHD_BLOCK);
	if (block_get(w->id->base, i, w->base, why) < 0)
		return -1;
	return memcmp(w->block, w->base, VHD_BLOCK) != 0;
}

static int table_make(struct writing *w, struct reason *why)
{
	const uint32_t step = (vhd_bitmap_len(VHD_BLOCK) + VHD_BLOCK) / VHD_SECTOR;
	uint32_t sector = (uint32_t)((TABLE_AT + w->table_len) / VHD_SECTOR);

	for (uint32_t i = 0; i < w->header.entries; i++) {
		int wanted = block_wanted(w, i, why);

		if (wanted < 0)
			return -1;
		if (wanted) {
			vhd_entry_put(w->table, i, sector);
			sector += step;
		}
		if (progress_tell(w->progress, i + 1, 2ull * w->header.entries, why) < 0)
			return -1;
	}
	w->from->dropped = 0; /* and once more from the beginning */
	return 0;
}

static int blocks_write(struct writing *w, struct reason *why)
{
	uint8_t bitmap[VHD_BLOCK / VHD_SECTOR / 8];

	memset(bitmap, 0xff, sizeof(bitmap));
	for (uint32_t i = 0; i < w->header.entries; i++) {
		if (vhd_entry_get(w->table, i) != VHD_UNUSED &&
		    (block_get(w->from, i, w->block, why) < 0 ||
		     sink_write(w->to, bitmap, sizeof(bitmap), why) < 0 ||
		     sink_write(w->to, w->block, VHD_BLOCK, why) < 0))
			return -1;
		if (progress_tell(w->progress, w->header.entries + i + 1, 2ull * w->header.entries,
				  why) < 0)
			return -1;
	}
	return 0;
}

static int stream_write(struct writing *w, struct reason *why)
{
	struct vhd_footer footer = { .size = w->from->size,
				     .header_at = VHD_FOOTER,
				     .type = w->id->base ? VHD_DIFFERENCING : VHD_DYNAMIC };
	uint8_t ends[VHD_FOOTER], header[VHD_HEADER];

	memcpy(footer.uuid, w->id->uuid, sizeof(footer.uuid));
	vhd_footer_put(ends, &footer);
	vhd_header_put(header, &w->header);
	if (table_make(w, why) < 0 || sink_write(w->to, ends, sizeof(ends), why) < 0 ||
	    sink_write(w->to, header, sizeof(header), why) < 0 ||
	    sink_write(w->to, w->table, w->table_len, why) < 0 || blocks_write(w, why) < 0 ||
	    sink_write(w->to, ends, sizeof(ends), why) < 0)
		return -1;
	return sink_end(w->to, why);
}

int vhd_write(struct sink *to, struct disk *from, const struct vhd_identity *id,
	      const struct progress *progress, struct reason *why)
{
	struct writing w = { .to = to, .from = from, .id = id, .progress = progress };
	int rc;

	if (from->size > VHD_MAX_SIZE)
		return reason_set(why, "a VHD has at most 2040 GiB, the disk %llu bytes",
				  (unsigned long long)from->size);
	if (from->size % VHD_SECTOR)
		return reason_set(why, "the disk's size is not one of whole sectors");
	if (id->base && id->base->size > from->size)
		return reason_set(why, "the base is larger than the disk");
	w.header = (struct vhd_header){
		.table_at = TABLE_AT,
		.entries = (uint32_t)((from->size + VHD_BLOCK - 1) / VHD_BLOCK),
		.block = VHD_BLOCK,
	};
	if (id->base) {
		memcpy(w.header.parent, id->base_uuid, sizeof(w.header.parent));
		memcpy(w.header.parent_name, id->base_name, sizeof(w.header.parent_name));
	}
	w.table_len = (4ull * w.header.entries + VHD_SECTOR - 1) & ~(size_t)(VHD_SECTOR - 1);
	w.table = malloc(w.table_len + 1);
	w.block = malloc(2 * VHD_BLOCK);
	if (w.table && w.block) {
		w.base = w.block + VHD_BLOCK;
		memset(w.table, 0xff, w.table_len);
		rc = stream_write(&w, why);
	} else {
		rc = reason_set(why, "out of memory");
	}
	free(w.table);
	free(w.block);
	return rc;
}
