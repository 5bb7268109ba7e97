// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every compression there and back, and what becomes of streams that are cut, damaged or too long.
 */
#include "test.h"

#include <lz4.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "builder/unpack.h"

#define PLAIN (200 * 1024)
#define ROOM  (PLAIN + 4096)

static uint8_t plain[PLAIN];
static uint8_t out[ROOM];

struct stream {
	uint8_t data[2 * ROOM];
	size_t len;
};

static struct stream packed;

static void make_plain(void)
{
	/* Compressible, but not trivially so. */
	uint32_t x = 1;

	for (size_t i = 0; i < PLAIN; i++) {
		x = x * 1103515245 + 12345;
		plain[i] = x >> 28 < 12 ? (uint8_t)(i / 512) : (uint8_t)(x >> 16);
	}
}

static void pack_gzip(void)
{
	z_stream z = { .next_in = plain,
		       .avail_in = PLAIN,
		       .next_out = packed.data,
		       .avail_out = sizeof(packed.data) };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	packed.len = z.total_out;
	deflateEnd(&z);
}

static void pack_xz(void)
{
	packed.len = 0;
	assert_int_equal(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, NULL, plain, PLAIN,
						 packed.data, &packed.len, sizeof(packed.data)),
			 LZMA_OK);
}

static void pack_lzma(void)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma options;

	lzma_lzma_preset(&options, 6);
	assert_int_equal(lzma_alone_encoder(&s, &options), LZMA_OK);
	s.next_in = plain, s.avail_in = PLAIN;
	s.next_out = packed.data, s.avail_out = sizeof(packed.data);
	assert_int_equal(lzma_code(&s, LZMA_FINISH), LZMA_STREAM_END);
	packed.len = sizeof(packed.data) - s.avail_out;
	lzma_end(&s);
}

static void pack_zstd(void)
{
	packed.len = ZSTD_compress(packed.data, sizeof(packed.data), plain, PLAIN, 5);
	assert_false(ZSTD_isError(packed.len));
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, 4);
}

/* As the kernel's build does: a magic number, then size and block. */
static void pack_lz4(void)
{
	int len = LZ4_compress_default((char *)plain, (char *)packed.data + 8, PLAIN,
				       sizeof(packed.data) - 8);

	assert_true(len > 0);
	put32(packed.data, 0x184c2102);
	put32(packed.data + 4, (uint32_t)len);
	packed.len = len + 8;
}

static const struct {
	enum packing packing;
	void (*pack)(void);
} formats[] = {
	{ PACKING_GZIP, pack_gzip }, { PACKING_XZ, pack_xz },   { PACKING_LZMA, pack_lzma },
	{ PACKING_ZSTD, pack_zstd }, { PACKING_LZ4, pack_lz4 },
};

#define for_formats(i) for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)

/* The input in memory of its own, so that reading past its end is seen. */
static int unpack_copy(enum packing packing, size_t in_len, size_t room, size_t *len,
		       struct reason *why)
{
	uint8_t *in = malloc(in_len);
	uint8_t *to = malloc(room ? room : 1);
	int rc;

	memcpy(in, packed.data, in_len);
	*len = 0;
	rc = unpack(packing, (struct bytes){ in, in_len }, to, room, len, why);
	if (rc == 0)
		memcpy(out, to, *len);
	free(in);
	free(to);
	return rc;
}

static void test_there_and_back(void **state)
{
	struct reason why;
	size_t len;

	(void)state;
	for_formats(i)
	{
		formats[i].pack();
		assert_int_equal(packing_detect((struct bytes){ packed.data, packed.len }),
				 formats[i].packing);
		if (unpack_copy(formats[i].packing, packed.len, ROOM, &len, &why) < 0)
			fail_msg("%s", why.text);
		assert_int_equal(len, PLAIN);
		assert_memory_equal(out, plain, PLAIN);
		/* Room to the byte. */
		assert_int_equal(unpack_copy(formats[i].packing, packed.len, PLAIN, &len, &why), 0);
	}
}

static void test_truncated(void **state)
{
	struct reason why;
	size_t len;

	(void)state;
	for_formats(i)
	{
		formats[i].pack();
		for (size_t cut = 7; cut < packed.len; cut += packed.len / 13) {
			int rc = unpack_copy(formats[i].packing, packed.len - cut, ROOM, &len,
					     &why);

			if (rc == 0)
				fail_msg("%s without its last %zu bytes",
					 packing_name(formats[i].packing), cut);
			assert_reason(why, packing_name(formats[i].packing));
		}
	}
}

static void test_too_long(void **state)
{
	struct reason why;
	size_t len;

	(void)state;
	for_formats(i)
	{
		formats[i].pack();
		assert_int_equal(unpack_copy(formats[i].packing, packed.len, PLAIN - 1, &len, &why),
				 -1);
		assert_int_equal(unpack_copy(formats[i].packing, packed.len, 0, &len, &why), -1);
	}
}

/* Whatever comes out, it stays inside its room. */
static void test_damaged(void **state)
{
	struct reason why;
	size_t len;

	(void)state;
	for_formats(i)
	{
		formats[i].pack();
		for (size_t at = 4; at < packed.len; at += packed.len / 50 + 1) {
			packed.data[at] ^= 0x55;
			if (unpack_copy(formats[i].packing, packed.len, ROOM, &len, &why) == 0)
				assert_true(len <= ROOM);
			packed.data[at] ^= 0x55;
		}
	}
}

static void test_unsupported(void **state)
{
	struct bytes bzip2 = text_bytes("BZh91AY&SY");
	struct reason why;
	size_t len;

	(void)state;
	assert_int_equal(packing_detect(bzip2), PACKING_BZIP2);
	assert_int_equal(unpack(PACKING_BZIP2, bzip2, out, ROOM, &len, &why), -1);
	assert_reason(why, "bzip2 is not supported");
	assert_int_equal(packing_detect(text_bytes("no kernel")), PACKING_NONE);
	assert_int_equal(packing_detect((struct bytes){ NULL, 0 }), PACKING_NONE);
	assert_int_equal(unpack(PACKING_NONE, bzip2, out, ROOM, &len, &why), -1);
}

static void test_lz4_blocks(void **state)
{
	struct reason why;
	size_t len;

	(void)state;
	/* A second frame may follow. */
	pack_lz4();
	memmove(packed.data + packed.len, packed.data, packed.len);
	packed.len *= 2;
	assert_int_equal(unpack_copy(PACKING_LZ4, packed.len, ROOM, &len, &why), -1);
	/* A block larger than a block can be. */
	put32(packed.data + 4, 0x7fffffff);
	assert_int_equal(unpack_copy(PACKING_LZ4, packed.len, ROOM, &len, &why), -1);
	assert_reason(why, "a block of 2147483647 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_too_long),       cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_unsupported),    cmocka_unit_test(test_lz4_blocks),
	};

	make_plain();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
