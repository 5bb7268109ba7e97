// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dynamic disk begins with a copy of its footer; what begins otherwise is a fixed one, or none:
 * its footer, at the end, tells. Blocks come in the order of their places in the stream; what lies
 * between them is passed over.
 */
#include "transfer/vhd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/vhd_format.h"

#define COOKIE      "conectix"
#define FIXED_BLOCK (256u << 10)

struct place {
	uint32_t sector;
	uint32_t block;
};

struct reading {
	struct source *from;
	struct disk *to;
	const struct progress *progress;
	bool delta; /* what is not there stays as it is */
	struct vhd_header header;
	struct place *places; /* of the blocks that there are, by sector */
	uint32_t nr;
	uint8_t *block; /* with its bitmap before it */
	uint8_t last[VHD_FOOTER];
};

static int place_compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->sector < y->sector ? -1 : x->sector > y->sector;
}

static int skip_to(struct source *s, uint64_t at, const char *what, struct reason *why)
{
	if (at < source_at(s))
		return reason_set(why, "the VHD's %s overlaps with what is before it", what);
	return source_skip(s, at - source_at(s), why);
}

/* One that is not in the stream. */
static int block_zero(struct reading *r, uint32_t i, struct reason *why)
{
	uint64_t at = (uint64_t)i * r->header.block, left = at < r->to->size ? r->to->size - at : 0;

	return left ? disk_zero(r->to, at, left < r->header.block ? left : r->header.block, why)
		    : 0;
}

static int table_read(struct reading *r, struct reason *why)
{
	uint8_t part[4096];

	if (skip_to(r->from, r->header.table_at, "table", why) < 0)
		return -1;
	for (uint32_t i = 0; i < r->header.entries;) {
		uint32_t nr = r->header.entries - i < sizeof(part) / 4 ? r->header.entries - i
								       : sizeof(part) / 4;

		if (source_read_all(r->from, part, 4ul * nr, why) < 0)
			return -1;
		for (uint32_t j = 0; j < nr; j++, i++) {
			uint32_t sector = vhd_entry_get(part, j);

			if (sector != VHD_UNUSED)
				r->places[r->nr++] = (struct place){ sector, i };
			else if (!r->delta && block_zero(r, i, why) < 0)
				return -1;
		}
	}
	qsort(r->places, r->nr, sizeof(*r->places), place_compare);
	return 0;
}

static bool bit(const uint8_t *bitmap, uint32_t i)
{
	return bitmap[i / 8] & 0x80 >> i % 8;
}

/* Sectors whose bit is clear read as zeroes, whatever is there. */
static void bitmap_apply(uint8_t *data, uint32_t len, const uint8_t *bitmap)
{
	for (uint32_t i = 0; i < len / VHD_SECTOR; i++)
		if (!bit(bitmap, i))
			memset(data + i * VHD_SECTOR, 0, VHD_SECTOR);
}

/* Only the sectors that are there. */
static int delta_write(struct reading *r, uint64_t at, const uint8_t *data, struct reason *why)
{
	const uint32_t sectors = r->header.block / VHD_SECTOR;

	for (uint32_t i = 0, end; i < sectors; i = end) {
		end = i + 1;
		if (!bit(r->block, i))
			continue;
		while (end < sectors && bit(r->block, end))
			end++;
		if (disk_write(r->to, at + (uint64_t)i * VHD_SECTOR, data + i * VHD_SECTOR,
			       (size_t)(end - i) * VHD_SECTOR, why) < 0)
			return -1;
	}
	return 0;
}

static int blocks_read(struct reading *r, struct reason *why)
{
	uint32_t bitmap_len = vhd_bitmap_len(r->header.block);
	uint8_t *data = r->block + bitmap_len;

	for (uint32_t i = 0; i < r->nr; i++) {
		uint64_t at = (uint64_t)r->places[i].block * r->header.block;

		if (skip_to(r->from, (uint64_t)r->places[i].sector * VHD_SECTOR, "block", why) <
			    0 ||
		    source_read_all(r->from, r->block, bitmap_len + r->header.block, why) < 0)
			return -1;
		if (!r->delta)
			bitmap_apply(data, r->header.block, r->block);
		if ((r->delta ? delta_write(r, at, data, why)
			      : disk_write(r->to, at, data, r->header.block, why)) < 0 ||
		    progress_tell(r->progress, i + 1, r->nr, why) < 0)
			return -1;
	}
	return 0;
}

/*
 * To the end of the stream, whose last sector stays; if that may never come, to the next sector
 * that looks like one.
 */
static int last_read(struct reading *r, struct reason *why)
{
	uint8_t part[4096];
	ssize_t len = sizeof(part);

	if (source_skip(r->from, -source_at(r->from) % VHD_SECTOR, why) < 0)
		return -1;
	while (source_is_open(r->from)) {
		if (source_read_all(r->from, r->last, VHD_FOOTER, why) < 0)
			return -1;
		if (memcmp(r->last, COOKIE, strlen(COOKIE)) == 0)
			return 0;
	}
	while (len == sizeof(part)) {
		len = source_read(r->from, part, sizeof(part), why);
		if (len < 0)
			return -1;
		if ((size_t)len >= VHD_FOOTER) {
			memcpy(r->last, part + len - VHD_FOOTER, VHD_FOOTER);
		} else {
			memmove(r->last, r->last + len, VHD_FOOTER - (size_t)len);
			memcpy(r->last + VHD_FOOTER - len, part, (size_t)len);
		}
	}
	return 0;
}

static int size_check(const struct vhd_footer *f, const struct disk *to, struct reason *why)
{
	if (f->size > to->size)
		return reason_set(why, "the VHD's disk has %llu bytes, the one to fill only %llu",
				  (unsigned long long)f->size, (unsigned long long)to->size);
	return 0;
}

/* What the stream says nothing of. */
static int behind_zero(struct disk *to, uint64_t end, struct reason *why)
{
	return end < to->size ? disk_zero(to, end, to->size - end, why) : 0;
}

static int dynamic_read(struct reading *r, const struct vhd_footer *f, struct reason *why)
{
	uint8_t header[VHD_HEADER];
	struct vhd_footer end;

	r->delta = f->type == VHD_DIFFERENCING;
	if (size_check(f, r->to, why) < 0 || skip_to(r->from, f->header_at, "header", why) < 0 ||
	    source_read_all(r->from, header, sizeof(header), why) < 0 ||
	    vhd_header_get(header, &r->header, why) < 0)
		return -1;
	r->places = malloc((r->header.entries + 1ul) * sizeof(*r->places));
	r->block = malloc(vhd_bitmap_len(r->header.block) + r->header.block);
	if (!r->places || !r->block)
		return reason_set(why, "out of memory");
	memset(r->last, 0, sizeof(r->last));
	if (table_read(r, why) < 0 || blocks_read(r, why) < 0 || last_read(r, why) < 0)
		return -1;
	if (vhd_footer_get(r->last, &end, &(struct reason){ 0 }) < 0)
		return reason_set(why, "the VHD is cut off: its last footer is missing");
	if (!r->delta && behind_zero(r->to, (uint64_t)r->header.entries * r->header.block, why) < 0)
		return -1;
	return disk_end(r->to, why);
}

/* The last sector stays behind in the buffer until it is known whether another follows. */
static int fixed_read(struct reading *r, struct reason *why)
{
	size_t held = VHD_FOOTER;
	uint64_t at = 0;
	struct vhd_footer f;
	ssize_t len;

	r->block = malloc(held + FIXED_BLOCK);
	if (!r->block)
		return reason_set(why, "out of memory");
	memcpy(r->block, r->last, held);
	do {
		len = source_read(r->from, r->block + held, FIXED_BLOCK, why);
		if (len < 0 || disk_write(r->to, at, r->block, (size_t)len, why) < 0)
			return -1;
		memmove(r->block, r->block + len, held);
		at += (uint64_t)len;
		if (progress_tell(r->progress, at, r->to->size, why) < 0)
			return -1;
	} while (len == FIXED_BLOCK);
	if (vhd_footer_get(r->block, &f, why) < 0)
		return -1;
	if (f.type != VHD_FIXED || f.size != at)
		return reason_set(why, "the VHD's footer speaks of another disk");
	return behind_zero(r->to, at, why) < 0 ? -1 : disk_end(r->to, why);
}

int vhd_read(struct source *from, struct disk *to, const struct progress *progress,
	     struct reason *why)
{
	struct reading r = { .from = from, .to = to, .progress = progress };
	struct vhd_footer f;
	int rc;

	if (source_read_all(from, r.last, sizeof(r.last), why) < 0)
		return -1;
	if (memcmp(r.last, COOKIE, strlen(COOKIE)) != 0)
		rc = fixed_read(&r, why);
	else if (vhd_footer_get(r.last, &f, why) < 0)
		rc = -1;
	else
		rc = dynamic_read(&r, &f, why);
	free(r.places);
	free(r.block);
	return rc;
}
