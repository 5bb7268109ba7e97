// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One function per format over the format's own library, each with the same contract: all of the
 * input is one stream, and the output fits or the image is refused.
 */
#include "builder/unpack.h"

#include <limits.h>
#include <lz4.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* The largest dictionary that a kernel is packed with is 128 MB (xz -9e: 64, lzma: 32). */
#define UNPACK_LZMA_MEMORY (160ULL << 20)

#define LZ4_LEGACY_MAGIC   0x184c2102
#define LZ4_LEGACY_BLOCK   (8 << 20)

typedef int (*unpack_fn)(struct bytes in, uint8_t *out, size_t room, size_t *len,
			 struct reason *why);

static int unpack_gzip(struct bytes in, uint8_t *out, size_t room, size_t *len, struct reason *why)
{
	z_stream z = { .next_in = (uint8_t *)in.data, .next_out = out };
	int rc;

	if (in.len > UINT_MAX || room > UINT_MAX)
		return reason_set(why, "larger than 4 GiB");
	z.avail_in = (unsigned int)in.len;
	z.avail_out = (unsigned int)room;
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return reason_set(why, "out of memory");
	rc = inflate(&z, Z_FINISH);
	*len = z.total_out;
	inflateEnd(&z);
	if (rc == Z_STREAM_END)
		return 0;
	if (rc == Z_BUF_ERROR && z.avail_out == 0)
		return reason_set(why, "unpacks to more than %zu bytes", room);
	if (rc == Z_BUF_ERROR || rc == Z_OK)
		return reason_set(why, "the compressed data is truncated");
	return reason_set(why, "the compressed data is corrupt");
}

static int unpack_lzma_stream(lzma_stream *s, struct bytes in, uint8_t *out, size_t room,
			      size_t *len, struct reason *why)
{
	lzma_ret rc;

	s->next_in = in.data;
	s->avail_in = in.len;
	s->next_out = out;
	s->avail_out = room;
	rc = lzma_code(s, LZMA_FINISH);
	*len = room - s->avail_out;
	lzma_end(s);
	if (rc == LZMA_STREAM_END)
		return 0;
	if (rc == LZMA_MEMLIMIT_ERROR)
		return reason_set(why, "needs more than %llu MB to unpack",
				  UNPACK_LZMA_MEMORY >> 20);
	if (rc == LZMA_MEM_ERROR)
		return reason_set(why, "out of memory");
	if ((rc == LZMA_OK || rc == LZMA_BUF_ERROR) && *len == room)
		return reason_set(why, "unpacks to more than %zu bytes", room);
	if (rc == LZMA_OK || rc == LZMA_BUF_ERROR)
		return reason_set(why, "the compressed data is truncated");
	return reason_set(why, "the compressed data is corrupt");
}

static int unpack_xz(struct bytes in, uint8_t *out, size_t room, size_t *len, struct reason *why)
{
	lzma_stream s = LZMA_STREAM_INIT;

	if (lzma_stream_decoder(&s, UNPACK_LZMA_MEMORY, 0) != LZMA_OK)
		return reason_set(why, "out of memory");
	return unpack_lzma_stream(&s, in, out, room, len, why);
}

static int unpack_lzma(struct bytes in, uint8_t *out, size_t room, size_t *len, struct reason *why)
{
	lzma_stream s = LZMA_STREAM_INIT;

	if (lzma_alone_decoder(&s, UNPACK_LZMA_MEMORY) != LZMA_OK)
		return reason_set(why, "out of memory");
	return unpack_lzma_stream(&s, in, out, room, len, why);
}

/*
 * In one call, because only then does libzstd unpack straight into the output: kernels are packed
 * with a 128 MB window, which a streaming decoder would have to allocate beside it.
 */
static int unpack_zstd(struct bytes in, uint8_t *out, size_t room, size_t *len, struct reason *why)
{
	size_t rc = ZSTD_decompress(out, room, in.data, in.len);

	if (ZSTD_isError(rc))
		return reason_set(why,
				  "the compressed data is truncated, corrupt or too large (%s)",
				  ZSTD_getErrorName(rc));
	*len = rc;
	return 0;
}

/*
 * Blocks of 8 MB, each preceded by its packed size; a size that is the magic number starts a new
 * frame.
 */
static int unpack_lz4(struct bytes in, uint8_t *out, size_t room, size_t *len, struct reason *why)
{
	size_t at = 4;

	*len = 0;
	while (at < in.len) {
		struct bytes block;
		uint32_t size;
		size_t left = room - *len;
		int got;

		if (!bytes_u32(in, at, &size))
			return reason_set(why, "the compressed data is truncated");
		at += 4;
		if (size == LZ4_LEGACY_MAGIC)
			continue;
		if (size > (uint32_t)LZ4_compressBound(LZ4_LEGACY_BLOCK))
			return reason_set(
				why, "the compressed data is corrupt (a block of %u bytes)", size);
		if (!bytes_part(in, at, size, &block))
			return reason_set(why, "the compressed data is truncated");
		if (left > LZ4_LEGACY_BLOCK)
			left = LZ4_LEGACY_BLOCK;
		got = LZ4_decompress_safe((const char *)block.data, (char *)out + *len, (int)size,
					  (int)left);
		if (got < 0)
			return reason_set(why, "the compressed data is corrupt or too large");
		*len += got;
		at += size;
	}
	return 0;
}

static const struct {
	const char *name;
	uint8_t magic[6];
	uint8_t magic_len;
	unpack_fn unpack;
} packings[] = {
	[PACKING_NONE] = { "no known compression", "", 0, NULL },
	[PACKING_GZIP] = { "gzip", "\x1f\x8b", 2, unpack_gzip },
	[PACKING_XZ] = { "xz", "\xfd\x37\x7a\x58\x5a", 6, unpack_xz },
	[PACKING_LZMA] = { "lzma", "\x5d\x00\x00", 3, unpack_lzma },
	[PACKING_ZSTD] = { "zstd", "\x28\xb5\x2f\xfd", 4, unpack_zstd },
	[PACKING_LZ4] = { "lz4", "\x02\x21\x4c\x18", 4, unpack_lz4 },
	[PACKING_BZIP2] = { "bzip2", "BZh", 3, NULL },
	[PACKING_LZO] = { "lzo", "\x89LZO", 4, NULL },
};

enum packing packing_detect(struct bytes in)
{
	for (unsigned int i = PACKING_GZIP; i < sizeof(packings) / sizeof(packings[0]); i++) {
		uint8_t magic[sizeof(packings[0].magic)];

		if (bytes_read(in, 0, magic, packings[i].magic_len) &&
		    memcmp(magic, packings[i].magic, packings[i].magic_len) == 0)
			return i;
	}
	return PACKING_NONE;
}

const char *packing_name(enum packing packing)
{
	return packings[packing].name;
}

int unpack(enum packing packing, struct bytes in, uint8_t *out, size_t room, size_t *len,
	   struct reason *why)
{
	struct reason inner;

	if (!packings[packing].unpack)
		return reason_set(why, "%s is not supported", packing_name(packing));
	if (packings[packing].unpack(in, out, room, len, &inner) < 0)
		return reason_set(why, "%s: %s", packing_name(packing), inner.text);
	return 0;
}
