// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lib/lz4.c against liblz4, which packs here: every kind of frame, and frames that were damaged.
 * All buffers are of exactly the size that they claim, so that a step too far is seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <lz4frame.h>

#include "lz4.h"

struct buffer {
	uint8_t *data;
	size_t size;
};

static struct buffer buffer_new(size_t size)
{
	struct buffer b = { malloc(size ? size : 1), size };

	assert_non_null(b.data);
	return b;
}

static struct buffer pack(struct buffer plain, const LZ4F_preferences_t *how)
{
	LZ4F_preferences_t p = *how;
	struct buffer room, packed;

	p.frameInfo.contentSize = plain.size;
	room = buffer_new(LZ4F_compressFrameBound(plain.size, &p));
	room.size = LZ4F_compressFrame(room.data, room.size, plain.data, plain.size, &p);
	assert_false(LZ4F_isError(room.size));
	packed = buffer_new(room.size);
	memcpy(packed.data, room.data, room.size);
	free(room.data);
	return packed;
}

/* Its unpacked bytes; data is NULL, and *why says why, when there are none. */
static struct buffer unpack(struct buffer packed, const char **why)
{
	struct lz4_frame f;
	struct buffer out = { NULL, 0 };

	*why = NULL;
	if (lz4_frame_open(&f, packed.data, packed.size, why))
		return out;
	if (f.content_size > 1 << 24) {
		*why = "too large for this test";
		return out;
	}
	out = buffer_new(f.content_size);
	if (lz4_frame_unpack(&f, out.data, why)) {
		free(out.data);
		out.data = NULL;
	}
	return out;
}

static void assert_same(struct buffer plain, const LZ4F_preferences_t *how)
{
	struct buffer packed = pack(plain, how), out;
	const char *why;

	assert_true(lz4_is_frame(packed.data, packed.size));
	out = unpack(packed, &why);
	if (!out.data)
		fail_msg("%zu bytes: %s", plain.size, why);
	assert_int_equal(out.size, plain.size);
	assert_memory_equal(out.data, plain.data, plain.size);
	free(out.data);
	free(packed.data);
}

/* Runs of all kinds: a distance of `period`, broken up by bytes that do not repeat. */
static struct buffer pattern(size_t size, size_t period, unsigned noise_every)
{
	struct buffer b = buffer_new(size);
	uint32_t state = 12345;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525u + 1013904223u;
		b.data[i] = i < period ? (uint8_t)(state >> 24) : b.data[i - period];
		if (noise_every && (state >> 8) % noise_every == 0)
			b.data[i] = (uint8_t)(state >> 16);
	}
	return b;
}

static const LZ4F_preferences_t all_sums = {
	.frameInfo = { .blockSizeID = LZ4F_max64KB,
		       .contentChecksumFlag = LZ4F_contentChecksumEnabled,
		       .blockChecksumFlag = LZ4F_blockChecksumEnabled },
	.compressionLevel = 12,
};

static void xxh32_has_the_known_values(void **state)
{
	uint8_t bytes[101];

	assert_int_equal(xxh32("", 0), 0x02cc5d05);
	assert_int_equal(xxh32("abc", 3), 0x32d153ff);
	/* What liblz4 puts at the end of a frame, for every length of tail. */
	for (unsigned n = 1; n < sizeof(bytes); n++) {
		struct buffer plain = pattern(n, n, 0), packed = pack(plain, &all_sums);
		uint32_t sum;

		memcpy(&sum, packed.data + packed.size - 4, 4);
		assert_int_equal(xxh32(plain.data, n), sum);
		free(plain.data);
		free(packed.data);
	}
}

static void every_short_distance_and_length(void **state)
{
	for (size_t period = 1; period <= 20; period++) {
		for (size_t size = 1; size <= 120; size++) {
			struct buffer plain = pattern(size, period, 0);

			assert_same(plain, &all_sums);
			free(plain.data);
		}
	}
}

static void frames_of_all_kinds(void **state)
{
	static const size_t periods[] = { 1, 3, 8, 1000, 65535, 70000 };
	static const unsigned noise[] = { 0, 2, 40, 700 };
	LZ4F_preferences_t how = { 0 };

	for (unsigned i = 0; i < 6 * 4 * 16; i++) {
		struct buffer plain = pattern(300000, periods[i % 6], noise[i / 6 % 4]);
		unsigned bits = i / 24;

		how.frameInfo.blockSizeID = bits & 1 ? LZ4F_max4MB : LZ4F_max64KB;
		how.frameInfo.blockMode = bits & 2 ? LZ4F_blockIndependent : LZ4F_blockLinked;
		how.frameInfo.contentChecksumFlag = bits & 4 ? LZ4F_contentChecksumEnabled : 0;
		how.frameInfo.blockChecksumFlag = bits & 8 ? LZ4F_blockChecksumEnabled : 0;
		how.compressionLevel = i % 3 ? 1 : 9;
		assert_same(plain, &how);
		free(plain.data);
	}
}

static void what_cannot_be_packed_is_stored(void **state)
{
	struct buffer plain = pattern(200000, 200000, 0), packed = pack(plain, &all_sums);

	/* The first block's size, behind the header, has its upper bit set. */
	assert_true(packed.data[18] & 0x80);
	assert_same(plain, &all_sums);
	free(packed.data);
	free(plain.data);
}

static void each_truncation_is_an_error(void **state)
{
	struct buffer plain = pattern(3000, 100, 30), packed = pack(plain, &all_sums);
	const char *why;

	for (size_t size = 0; size < packed.size; size++) {
		struct buffer part = buffer_new(size);

		memcpy(part.data, packed.data, size);
		assert_null(unpack(part, &why).data);
		assert_non_null(why);
		free(part.data);
	}
	free(packed.data);
	free(plain.data);
}

static void each_wrong_bit_is_an_error(void **state)
{
	struct buffer plain = pattern(500, 60, 20), packed = pack(plain, &all_sums);
	const char *why;

	for (size_t bit = 0; bit < packed.size * 8; bit++) {
		packed.data[bit / 8] ^= 1u << bit % 8;
		assert_null(unpack(packed, &why).data);
		assert_non_null(why);
		packed.data[bit / 8] ^= 1u << bit % 8;
	}
	free(packed.data);
	free(plain.data);
}

/* Without checksums damage may pass for data, but never reaches beyond a buffer. */
static void wrong_bytes_without_checksums_stay_inside(void **state)
{
	static const LZ4F_preferences_t no_sums = { .frameInfo.blockSizeID = LZ4F_max64KB };
	struct buffer plain = pattern(2000, 9, 12), packed = pack(plain, &no_sums);
	const char *why;

	for (size_t i = 15; i < packed.size; i++) {
		uint8_t was = packed.data[i];

		for (unsigned value = 0; value < 256; value += 5) {
			packed.data[i] = (uint8_t)value;
			free(unpack(packed, &why).data);
		}
		packed.data[i] = was;
	}
	free(packed.data);
	free(plain.data);
}

/* A frame with the header given as flags, its checksum right, and these blocks behind it. */
static struct buffer frame_with(uint8_t flags, uint64_t size, const void *blocks, size_t len)
{
	struct buffer b = buffer_new(15 + len);

	memcpy(b.data, "\x04\x22\x4d\x18", 4);
	b.data[4] = flags;
	b.data[5] = 0x40;
	memcpy(b.data + 6, &size, 8);
	b.data[14] = (uint8_t)(xxh32(b.data + 4, 10) >> 8);
	memcpy(b.data + 15, blocks, len);
	return b;
}

static void refused(uint8_t flags, uint64_t size, const void *blocks, size_t len,
		    const char *reason)
{
	struct buffer b = frame_with(flags, size, blocks, len);
	const char *why;

	assert_null(unpack(b, &why).data);
	assert_string_equal(why, reason);
	free(b.data);
}

static void refusals_have_names(void **state)
{
	/* One literal, then a match at distance 2: before the start of all output. */
	static const char too_far[] = "\6\0\0\0\x10x\2\0\0\0\0\0\0\0";
	static const char zero_distance[] = "\6\0\0\0\x10x\0\0\0\0\0\0\0\0";
	static const char one_byte[] = "\1\0\0\x80x\0\0\0\0";
	const char *why;
	struct lz4_frame f;

	refused(0x08, 5, one_byte, 9, "it is of a version that nobody knows");
	refused(0x88, 5, one_byte, 9, "it is of a version that nobody knows");
	refused(0x4a, 5, one_byte, 9, "it is of a version that nobody knows");
	refused(0x49, 5, one_byte, 9, "it needs a dictionary");
	refused(0x40, 5, one_byte, 9,
		"it does not say how large it is unpacked (lz4 --content-size does)");
	refused(0x48, 0, one_byte, 9, "it is empty");
	refused(0x48, 5, too_far, 14, "a block is damaged");
	refused(0x48, 5, zero_distance, 14, "a block is damaged");
	refused(0x48, 2, one_byte, 9, "it is smaller than it says");
	refused(0x48, 1, one_byte, 5, "it ends before its last block");
	refused(0x48, 1, one_byte, 4, "it ends in a block");
	refused(0x4c, 1, one_byte, 9, "its checksum is wrong");
	refused(0x58, 1, one_byte, 9, "the checksum of a block is wrong");
	assert_int_not_equal(lz4_frame_open(&f,
					    "\x7f"
					    "ELF-and-more-of-it",
					    19, &why),
			     0);
	assert_string_equal(why, "it is not an LZ4 frame");
	assert_false(lz4_is_frame("\x04\x22\x4d", 3));
}

/* A loader may hand over more than the file. */
static void what_follows_is_ignored(void **state)
{
	struct buffer b = frame_with(0x48, 1, "\1\0\0\x80x\0\0\0\0and more", 17), out;
	const char *why;

	out = unpack(b, &why);
	assert_non_null(out.data);
	assert_int_equal(out.data[0], 'x');
	free(out.data);
	free(b.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xxh32_has_the_known_values),
		cmocka_unit_test(every_short_distance_and_length),
		cmocka_unit_test(frames_of_all_kinds),
		cmocka_unit_test(what_cannot_be_packed_is_stored),
		cmocka_unit_test(each_truncation_is_an_error),
		cmocka_unit_test(each_wrong_bit_is_an_error),
		cmocka_unit_test(wrong_bytes_without_checksums_stay_inside),
		cmocka_unit_test(refusals_have_names),
		cmocka_unit_test(what_follows_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
