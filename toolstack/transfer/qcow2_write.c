// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Header, reference counts, the first table, the second tables that are needed, and the clusters
 * that are not zero, in their order. A bit for each cluster is all that is remembered: clusters are
 * larger on large disks, so that this is 4 MiB at most.
 */
#include "transfer/qcow2.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_BITS 16
#define LARGEST_BITS  21
#define CLUSTERS_MAX  (UINT64_C(1) << 25)
#define COUNT_ORDER   4 /* reference counts of 16 bits */

struct writing {
	struct sink *to;
	struct disk *from;
	const struct progress *progress;
	unsigned int bits;
	uint64_t cluster;  /* bytes */
	uint64_t clusters; /* of the disk */
	uint64_t entries;  /* of a second table */
	uint8_t *used;     /* a bit for each cluster of the disk */
	uint8_t *data;     /* one cluster */
	/* Of the file, in clusters: */
	uint64_t count_table, count_blocks, first, second, contents, all;
};

static bool is_used(const struct writing *w, uint64_t i)
{
	return w->used[i / 8] & 1 << i % 8;
}

/* What is behind the disk's end reads as zeroes. */
static int cluster_get(struct writing *w, uint64_t i, struct reason *why)
{
	uint64_t at = i << w->bits;
	size_t len = (size_t)(w->from->size - at < w->cluster ? w->from->size - at : w->cluster);

	memset(w->data + len, 0, w->cluster - len);
	return disk_read(w->from, at, w->data, len, why);
}

/* The first time through the disk. */
static int used_find(struct writing *w, struct reason *why)
{
	for (uint64_t i = 0; i < w->clusters; i++) {
		if (cluster_get(w, i, why) < 0 ||
		    progress_tell(w->progress, i + 1, 2 * w->clusters, why) < 0)
			return -1;
		if (sparse_is_zero(w->data, w->cluster))
			continue;
		w->used[i / 8] |= (uint8_t)(1 << i % 8);
		w->contents++;
	}
	w->from->dropped = 0; /* and once more from the beginning */
	return 0;
}

/* The second table has something to say. */
static bool table_is_used(const struct writing *w, uint64_t table)
{
	uint64_t end = (table + 1) * w->entries < w->clusters ? (table + 1) * w->entries
							      : w->clusters;

	for (uint64_t i = table * w->entries; i < end; i++)
		if (is_used(w, i))
			return true;
	return false;
}

static uint64_t tables_of(const struct writing *w)
{
	return (w->clusters + w->entries - 1) / w->entries;
}

/* Clusters for so many bytes. */
static uint64_t clusters_for(const struct writing *w, uint64_t bytes)
{
	return (bytes + w->cluster - 1) >> w->bits;
}

static void layout(struct writing *w)
{
	uint64_t before;

	w->first = clusters_for(w, 8 * tables_of(w));
	for (uint64_t i = 0; i < tables_of(w); i++)
		w->second += table_is_used(w, i);
	/* Reference counts have reference counts. */
	do {
		before = w->all;
		w->all = 1 + w->count_table + w->count_blocks + w->first + w->second + w->contents;
		w->count_blocks = clusters_for(w, 2 * w->all);
		w->count_table = clusters_for(w, 8 * w->count_blocks);
	} while (w->all != before);
}

static void put32(uint8_t *to, unsigned int at, uint32_t value)
{
	value = htobe32(value);
	memcpy(to + at, &value, sizeof(value));
}

static void put64(uint8_t *to, unsigned int at, uint64_t value)
{
	value = htobe64(value);
	memcpy(to + at, &value, sizeof(value));
}

static int header_write(struct writing *w, struct reason *why)
{
	uint64_t first_at = 1 + w->count_table + w->count_blocks;

	memset(w->data, 0, w->cluster);
	put32(w->data, 0, QCOW2_MAGIC);
	put32(w->data, 4, 3);
	put32(w->data, 20, w->bits);
	put64(w->data, 24, w->from->size);
	put32(w->data, 36, (uint32_t)tables_of(w));
	put64(w->data, 40, first_at << w->bits);
	put64(w->data, 48, UINT64_C(1) << w->bits);
	put32(w->data, 56, (uint32_t)w->count_table);
	put32(w->data, 96, COUNT_ORDER);
	put32(w->data, 100, QCOW2_HEADER);
	return sink_write(w->to, w->data, w->cluster, why);
}

/* Numbers of 64 bits, of which the last cluster is filled with zeroes. */
struct table {
	struct writing *w;
	size_t at;
};

static int table_add(struct table *t, uint64_t value, struct reason *why)
{
	put64(t->w->data, (unsigned int)t->at, value);
	t->at += 8;
	if (t->at < t->w->cluster)
		return 0;
	t->at = 0;
	return sink_write(t->w->to, t->w->data, t->w->cluster, why);
}

static int table_end(struct table *t, struct reason *why)
{
	while (t->at)
		if (table_add(t, 0, why) < 0)
			return -1;
	return 0;
}

static int counts_write(struct writing *w, struct reason *why)
{
	struct table t = { .w = w };

	for (uint64_t i = 0; i < w->count_blocks; i++)
		if (table_add(&t, (1 + w->count_table + i) << w->bits, why) < 0)
			return -1;
	if (table_end(&t, why) < 0)
		return -1;
	/* Each cluster of the file has one reference: four counts at once. */
	for (uint64_t i = 0; i < w->all; i += 4) {
		uint64_t left = w->all - i, ones = UINT64_C(0x0001000100010001);

		if (table_add(&t, left < 4 ? ones << 16 * (4 - left) : ones, why) < 0)
			return -1;
	}
	return table_end(&t, why);
}

static int tables_write(struct writing *w, struct reason *why)
{
	uint64_t next = w->all - w->contents - w->second;
	struct table t = { .w = w };

	for (uint64_t i = 0; i < tables_of(w); i++) {
		uint64_t at = table_is_used(w, i) ? next++ << w->bits | QCOW2_COPIED : 0;

		if (table_add(&t, at, why) < 0)
			return -1;
	}
	if (table_end(&t, why) < 0)
		return -1;
	for (uint64_t i = 0; i < w->clusters; i++) {
		uint64_t at = is_used(w, i) ? next++ << w->bits | QCOW2_COPIED : 0;

		if (i % w->entries == 0 && !table_is_used(w, i / w->entries))
			i += w->entries - 1;
		else if (table_add(&t, at, why) < 0)
			return -1;
	}
	return table_end(&t, why);
}

/* The second time through the disk. */
static int contents_write(struct writing *w, struct reason *why)
{
	for (uint64_t i = 0; i < w->clusters; i++) {
		if (is_used(w, i) &&
		    (cluster_get(w, i, why) < 0 || sink_write(w->to, w->data, w->cluster, why) < 0))
			return -1;
		if (progress_tell(w->progress, w->clusters + i + 1, 2 * w->clusters, why) < 0)
			return -1;
	}
	return sink_end(w->to, why);
}

static int stream_write(struct writing *w, struct reason *why)
{
	if (used_find(w, why) < 0)
		return -1;
	layout(w);
	return header_write(w, why) < 0 || counts_write(w, why) < 0 || tables_write(w, why) < 0 ||
			       contents_write(w, why) < 0
		       ? -1
		       : 0;
}

int qcow2_write(struct sink *to, struct disk *from, const struct progress *progress,
		struct reason *why)
{
	struct writing w = { .to = to, .from = from, .progress = progress, .bits = SMALLEST_BITS };
	int rc;

	while (from->size >> w.bits >= CLUSTERS_MAX && w.bits < LARGEST_BITS)
		w.bits++;
	w.cluster = UINT64_C(1) << w.bits;
	w.clusters = clusters_for(&w, from->size);
	w.entries = w.cluster / 8;
	if (w.clusters > CLUSTERS_MAX || from->size == 0 || from->size % 512)
		return reason_set(why, "a disk of %llu bytes does not become a qcow2 image",
				  (unsigned long long)from->size);
	w.used = calloc(1, (size_t)(w.clusters / 8 + 1));
	w.data = malloc(w.cluster);
	rc = w.used && w.data ? stream_write(&w, why) : reason_set(why, "out of memory");
	free(w.used);
	free(w.data);
	return rc;
}
