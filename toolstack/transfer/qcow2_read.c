// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Through the tables, in the order of the disk. Foreign bytes: each place that an entry names is
 * looked at before it is read, a cluster has one length whatever is packed in it, and the work is
 * bounded by the disk's size. What the header says is checked by devices/qcow2.
 */
#include "transfer/qcow2.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "devices/qcow2.h"

#define AT_FEATURES      72
#define AT_COMPRESSION   104
#define FEATURE_COMPRESS (UINT64_C(1) << 3)
#define FEATURE_SUB      (UINT64_C(1) << 4)
#define METHOD_ZSTD      1
#define PARTS            32  /* of a cluster that has them */
#define PIECE            512 /* entries of the first table */

struct reading {
	struct disk *image, *to; /* to NULL: the image is only looked at */
	uint64_t most;           /* bytes that its disk may have */
	const struct progress *progress;
	unsigned int bits, version;
	uint64_t cluster, size, first_at;
	bool parts, zstd;
	uint8_t *table, *data, *packed;
};

/* What a second table says of a cluster. */
struct entry {
	uint64_t value;
	uint32_t there, zero; /* bits for its parts */
};

static uint64_t get64(const uint8_t *from, size_t at)
{
	uint64_t value;

	memcpy(&value, from + at, sizeof(value));
	return be64toh(value);
}

static uint32_t get32(const uint8_t *from, size_t at)
{
	uint32_t value;

	memcpy(&value, from + at, sizeof(value));
	return be32toh(value);
}

static int damaged(struct reason *why, const char *what, uint64_t value)
{
	return reason_set(why, "the image is damaged or cut off: %s %llu", what,
			  (unsigned long long)value);
}

/* Method 1 is zstd. The bit goes, for qcow2_check() knows zlib only. */
static int compression_take(struct reading *r, uint8_t *head, size_t len, struct reason *why)
{
	uint64_t features;

	if (len < AT_COMPRESSION || get32(head, 4) != 3)
		return 0;
	features = get64(head, AT_FEATURES);
	if (!(features & FEATURE_COMPRESS))
		return 0;
	if (get32(head, 100) <= AT_COMPRESSION || len <= AT_COMPRESSION ||
	    head[AT_COMPRESSION] > METHOD_ZSTD)
		return reason_set(why, "the image is compressed by a method that is not known");
	r->zstd = head[AT_COMPRESSION] == METHOD_ZSTD;
	features = htobe64(features & ~FEATURE_COMPRESS);
	memcpy(head + AT_FEATURES, &features, sizeof(features));
	return 0;
}

static int header_read(struct reading *r, struct reason *why)
{
	size_t len = r->image->size < QCOW2_HEAD ? (size_t)r->image->size : QCOW2_HEAD;
	uint8_t *head = malloc(QCOW2_HEAD);
	int rc = -1;

	if (!head)
		return reason_set(why, "out of memory");
	if (disk_read(r->image, 0, head, len, why) == 0 &&
	    compression_take(r, head, len, why) == 0 &&
	    qcow2_check((struct bytes){ head, len }, r->image->size, "the image", &r->size, why) ==
		    0) {
		r->version = get32(head, 4);
		r->bits = get32(head, 20);
		r->first_at = get64(head, 40);
		r->parts = r->version == 3 && get64(head, AT_FEATURES) & FEATURE_SUB;
		rc = 0;
	}
	free(head);
	return rc;
}

/* ---- clusters ---------------------------------------------------------------------------- */

static bool unpack_zlib(const uint8_t *from, size_t len, uint8_t *to, size_t want)
{
	z_stream z = { .next_in = (uint8_t *)from,
		       .avail_in = (unsigned int)len,
		       .next_out = to,
		       .avail_out = (unsigned int)want };
	int rc;

	/* No header, no checksum. */
	if (inflateInit2(&z, -15) != Z_OK)
		return false;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return (rc == Z_STREAM_END || rc == Z_BUF_ERROR) && z.avail_out == 0;
}

/* A window larger than a cluster serves nobody but those who would have us hold it. */
static bool unpack_zstd(const uint8_t *from, size_t len, uint8_t *to, size_t want,
			unsigned int bits)
{
	ZSTD_inBuffer in = { from, len, 0 };
	ZSTD_outBuffer out = { to, want, 0 };
	ZSTD_DStream *z = ZSTD_createDStream();
	size_t rc, before;

	if (!z)
		return false;
	rc = ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, (int)(bits < 10 ? 10 : bits));
	do {
		before = in.pos + out.pos;
		if (!ZSTD_isError(rc))
			rc = ZSTD_decompressStream(z, &out, &in);
	} while (!ZSTD_isError(rc) && out.pos < want && in.pos + out.pos > before);
	ZSTD_freeDStream(z);
	return !ZSTD_isError(rc) && out.pos == want;
}

/* Where it begins, and in how many sectors it is, of which the file may have less at its end. */
static int packed_cluster(struct reading *r, uint64_t at, uint64_t value, size_t len,
			  struct reason *why)
{
	const unsigned int place_bits = 62 - (r->bits - 8);
	uint64_t place = value & ((UINT64_C(1) << place_bits) - 1);
	uint64_t sectors = (value & (QCOW2_COMPRESSED - 1)) >> place_bits;
	uint64_t packed = (sectors + 1) * 512 - place % 512;

	if (place >= r->image->size)
		return damaged(why, "a packed cluster at", place);
	if (!r->to)
		return 0;
	if (packed > r->image->size - place)
		packed = r->image->size - place;
	if (disk_read(r->image, place, r->packed, (size_t)packed, why) < 0)
		return -1;
	if (!(r->zstd ? unpack_zstd(r->packed, (size_t)packed, r->data, r->cluster, r->bits)
		      : unpack_zlib(r->packed, (size_t)packed, r->data, r->cluster)))
		return damaged(why, "what is packed at", place);
	return disk_write(r->to, at, r->data, len, why);
}

static int plain_data(struct reading *r, uint64_t at, uint64_t place, size_t len,
		      struct reason *why)
{
	if (place > r->image->size || len > r->image->size - place)
		return damaged(why, "a cluster at", place);
	if (!r->to)
		return 0;
	if (disk_read(r->image, place, r->data, len, why) < 0)
		return -1;
	return disk_write(r->to, at, r->data, len, why);
}

static int zero_data(struct reading *r, uint64_t at, size_t len, struct reason *why)
{
	return r->to ? disk_zero(r->to, at, len, why) : 0;
}

static int cluster_in_parts(struct reading *r, uint64_t at, const struct entry *e, size_t len,
			    struct reason *why)
{
	const size_t part = r->cluster / PARTS;
	int rc = 0;

	if (e->there & e->zero || (e->there && !(e->value & QCOW2_OFFSET)))
		return damaged(why, "parts of the cluster for", at);
	for (unsigned int i = 0; rc == 0 && i < PARTS && i * part < len; i++) {
		size_t n = len - i * part < part ? len - i * part : part;

		rc = e->there >> i & 1 ? plain_data(r, at + i * part,
						    (e->value & QCOW2_OFFSET) + i * part, n, why)
				       : zero_data(r, at + i * part, n, why);
	}
	return rc;
}

static int cluster_take(struct reading *r, uint64_t at, const struct entry *e, struct reason *why)
{
	size_t len = (size_t)(r->size - at < r->cluster ? r->size - at : r->cluster);
	uint64_t place = e->value & QCOW2_OFFSET;

	if (e->value & QCOW2_COMPRESSED)
		return packed_cluster(r, at, e->value, len, why);
	if (place & (r->cluster - 1))
		return damaged(why, "a cluster at", place);
	if (r->parts)
		return cluster_in_parts(r, at, e, len, why);
	if (e->value & QCOW2_ZERO && r->version < 3)
		return damaged(why, "the entry of the cluster for", at);
	if (e->value & QCOW2_ZERO || !place)
		return zero_data(r, at, len, why);
	return plain_data(r, at, place, len, why);
}

/* ---- tables ------------------------------------------------------------------------------ */

/* Those from at on that one entry of the first table stands for. */
static int second_take(struct reading *r, uint64_t at, uint64_t value, struct reason *why)
{
	const size_t entry_len = r->parts ? 16 : 8, entries = r->cluster / entry_len;
	uint64_t place = value & QCOW2_OFFSET;
	uint64_t covered = entries * r->cluster < r->size - at ? entries * r->cluster
							       : r->size - at;

	if (!place)
		return r->to ? disk_zero(r->to, at, covered, why) : 0;
	if (place & (r->cluster - 1) || place > r->image->size ||
	    r->cluster > r->image->size - place)
		return damaged(why, "a table at", place);
	if (disk_read(r->image, place, r->table, r->cluster, why) < 0)
		return -1;
	for (size_t i = 0; i < entries && i * r->cluster < covered; i++) {
		struct entry e = { .value = get64(r->table, i * entry_len) };
		uint64_t parts = r->parts ? get64(r->table, i * entry_len + 8) : 0;

		e.there = (uint32_t)parts;
		e.zero = (uint32_t)(parts >> 32);
		if (cluster_take(r, at + i * r->cluster, &e, why) < 0 ||
		    (r->to && progress_tell(r->progress, at + i * r->cluster, r->size, why) < 0))
			return -1;
	}
	return 0;
}

static int first_take(struct reading *r, struct reason *why)
{
	const uint64_t covered = r->cluster / (r->parts ? 16 : 8) * r->cluster;
	uint64_t all = (r->size + covered - 1) / covered;
	uint8_t piece[PIECE * 8];

	for (uint64_t i = 0; i < all; i++) {
		size_t n = all - i < PIECE ? (size_t)(all - i) : PIECE;

		if (i % PIECE == 0 && disk_read(r->image, r->first_at + i * 8, piece, n * 8, why))
			return -1;
		if (second_take(r, i * covered, get64(piece, i % PIECE * 8), why) < 0)
			return -1;
	}
	return 0;
}

static int image_take(struct reading *r, struct reason *why)
{
	int rc;

	if (header_read(r, why) < 0)
		return -1;
	if (r->size > r->most)
		return reason_set(why, "the image's disk has %llu bytes, the one to fill only %llu",
				  (unsigned long long)r->size, (unsigned long long)r->most);
	r->cluster = UINT64_C(1) << r->bits;
	r->table = malloc(r->cluster);
	r->data = malloc(r->cluster);
	r->packed = malloc(2 * r->cluster);
	rc = r->table && r->data && r->packed ? first_take(r, why)
					      : reason_set(why, "out of memory");
	free(r->table);
	free(r->data);
	free(r->packed);
	return rc;
}

int qcow2_verify(struct disk *image, uint64_t most, struct reason *why)
{
	struct reading r = { .image = image, .most = most };

	return image_take(&r, why);
}

int qcow2_read(struct disk *image, struct disk *to, const struct progress *progress,
	       struct reason *why)
{
	struct reading r = { .image = image, .to = to, .most = to->size, .progress = progress };

	if (qcow2_verify(image, to->size, why) < 0 || image_take(&r, why) < 0 ||
	    disk_zero(to, r.size, to->size - r.size, why) < 0)
		return -1;
	return disk_end(to, why);
}
