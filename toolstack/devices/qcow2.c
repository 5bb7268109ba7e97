// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The header of qcow2, versions 2 and 3: big-endian fields at fixed offsets, then extensions
 * (type, length, data padded to 8 bytes) up to the end of the first cluster.
 */
#include "devices/qcow2.h"

#include <endian.h>
#include <inttypes.h>
#include <stdbool.h>

#define MAGIC                0x514649fbu
#define HEADER_V2            72
#define HEADER_V3            104
#define SIZE_MAX_DISK        (UINT64_C(64) << 40)
#define SECTOR               512
#define L1_BYTES_MAX         (32u << 20)
#define TABLE_BYTES_MAX      (8u << 20) /* of reference counts */

#define FEATURE_CORRUPT      (UINT64_C(1) << 1)
#define FEATURE_DATA         (UINT64_C(1) << 2)
#define FEATURE_COMPRESS     (UINT64_C(1) << 3)
#define FEATURE_DIRTY        (UINT64_C(1) << 0) /* not closed properly: that is repaired */
#define FEATURE_SUBCLUSTERS  (UINT64_C(1) << 4)
#define FEATURES_FINE        (FEATURE_DIRTY | FEATURE_SUBCLUSTERS)

#define EXTENSION_END        0x00000000u
#define EXTENSION_DATA_FILE  0x44415441u
#define EXTENSION_ENCRYPTION 0x0537be77u

struct image {
	struct bytes head;
	uint64_t file_size;
	const char *target;
	struct reason *why;
	uint32_t version;
	uint64_t features; /* that a reader must know */
	uint64_t size;
	uint64_t cluster; /* bytes */
	uint32_t header;
};

static int damaged(struct image *m, const char *what, uint64_t value)
{
	return reason_set(m->why, "%s: no sound qcow2 image: %s %" PRIu64, m->target, what, value);
}

static uint64_t field64(const struct image *m, uint64_t at)
{
	uint64_t value = 0;

	bytes_read(m->head, at, &value, sizeof(value));
	return be64toh(value);
}

static uint32_t field32(const struct image *m, uint64_t at)
{
	uint32_t value = 0;

	bytes_read(m->head, at, &value, sizeof(value));
	return be32toh(value);
}

static int check_version(struct image *m)
{
	struct bytes all;

	if (!bytes_part(m->head, 0, HEADER_V2, &all) || field32(m, 0) != MAGIC)
		return reason_set(m->why, "%s: no qcow2 image", m->target);
	m->version = field32(m, 4);
	if (m->version != 2 && m->version != 3)
		return reason_set(m->why, "%s: qcow2 of version %" PRIu32 "; 2 and 3 are known",
				  m->target, m->version);
	m->header = HEADER_V2;
	if (m->version == 2)
		return 0;
	if (!bytes_part(m->head, 0, HEADER_V3, &all))
		return damaged(m, "it ends in its header, at byte", m->file_size);
	m->header = field32(m, 100);
	if (m->header < HEADER_V3 || m->header % 8 || m->header > m->head.len)
		return damaged(m, "a header of bytes", m->header);
	m->features = field64(m, 72);
	return 0;
}

static int check_features(struct image *m)
{
	if (field64(m, 8) || field32(m, 16))
		return reason_set(
			m->why,
			"%s: it needs a backing file, which is not followed; make it whole: "
			"qemu-img convert -O qcow2",
			m->target);
	if (field32(m, 32))
		return reason_set(m->why, "%s: it is encrypted", m->target);
	if (m->features & FEATURE_DATA)
		return reason_set(m->why,
				  "%s: it needs an external data file, which is not followed",
				  m->target);
	if (m->features & FEATURE_CORRUPT)
		return reason_set(m->why, "%s: it is marked as corrupt; see qemu-img check",
				  m->target);
	if (m->features & FEATURE_COMPRESS)
		return reason_set(m->why, "%s: it is compressed by another method than zlib",
				  m->target);
	if (m->features & ~FEATURES_FINE)
		return reason_set(m->why, "%s: it has features that are not known here: %#" PRIx64,
				  m->target, m->features & ~FEATURES_FINE);
	if (m->version == 3 && field32(m, 96) > 6)
		return damaged(m, "reference counts of order", field32(m, 96));
	return 0;
}

/* A table that the header points to: whole clusters from its beginning, all inside the file. */
static int check_table(struct image *m, const char *what, uint64_t at, uint64_t bytes)
{
	uint64_t end;

	if (at == 0 || at % m->cluster || __builtin_add_overflow(at, bytes, &end) ||
	    end > m->file_size)
		return damaged(m, what, at);
	return 0;
}

static int check_sizes(struct image *m)
{
	uint32_t bits = field32(m, 20), l1 = field32(m, 36), clusters = field32(m, 56);
	uint64_t entry = m->features & FEATURE_SUBCLUSTERS ? 16 : 8;
	uint64_t covered;

	if (bits < 9 || bits > 21)
		return damaged(m, "cluster bits:", bits);
	m->cluster = 1ULL << bits;
	if (m->header > m->cluster)
		return damaged(m, "a header of bytes", m->header);
	m->size = field64(m, 24);
	if (m->size == 0 || m->size > SIZE_MAX_DISK || m->size % SECTOR)
		return damaged(m, "a disk of bytes", m->size);
	/* What one entry of the first table stands for. */
	covered = m->cluster * (m->cluster / entry);
	if (l1 > L1_BYTES_MAX / 8 || l1 < (m->size + covered - 1) / covered)
		return damaged(m, "the first table has entries:", l1);
	if (clusters == 0 || clusters > TABLE_BYTES_MAX / m->cluster)
		return damaged(m, "clusters of reference counts:", clusters);
	if (check_table(m, "the first table at", field64(m, 40), (uint64_t)l1 * 8) < 0 ||
	    check_table(m, "reference counts at", field64(m, 48), clusters * m->cluster) < 0)
		return -1;
	if (field32(m, 60) && check_table(m, "snapshots at", field64(m, 64), 1) < 0)
		return -1;
	return 0;
}

static int check_extensions(struct image *m)
{
	uint64_t end = m->cluster < m->head.len ? m->cluster : m->head.len;

	for (uint64_t at = m->header; at + 8 <= end;) {
		uint32_t type = field32(m, at), len = field32(m, at + 4);

		if (type == EXTENSION_END)
			return 0;
		if (len > end - at - 8)
			return damaged(m, "a header extension of bytes", len);
		if (type == EXTENSION_DATA_FILE)
			return reason_set(
				m->why, "%s: it names an external data file, which is not followed",
				m->target);
		if (type == EXTENSION_ENCRYPTION)
			return reason_set(m->why, "%s: it is encrypted", m->target);
		at += 8 + ((uint64_t)len + 7) / 8 * 8;
	}
	return 0;
}

int qcow2_check(struct bytes head, uint64_t file_size, const char *target, uint64_t *size,
		struct reason *why)
{
	struct image m = { .head = head, .file_size = file_size, .target = target, .why = why };

	if (check_version(&m) < 0 || check_features(&m) < 0 || check_sizes(&m) < 0 ||
	    check_extensions(&m) < 0)
		return -1;
	*size = m.size;
	return 0;
}
