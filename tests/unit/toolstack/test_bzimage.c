// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The boot header: where the payload is, and every way in which a file can say so wrongly.
 */
#include "test.h"

#include "builder/bzimage.h"

#define FILE_LEN 8192
#define SECTORS  3
#define OFFSET   100
#define START    ((SECTORS + 1) * 512 + OFFSET)
#define LENGTH   1000

static uint8_t *file;

static void put(size_t at, uint32_t value, size_t len)
{
	memcpy(file + at, &value, len);
}

static int make(void **state)
{
	(void)state;
	file = calloc(1, FILE_LEN);
	put(0x1f1, SECTORS, 1);
	memcpy(file + 0x202, "HdrS", 4);
	put(0x206, 0x20f, 2);
	put(0x248, OFFSET, 4);
	put(0x24c, LENGTH, 4);
	memcpy(file + START, "\x28\xb5\x2f\xfd", 4);
	put(START + LENGTH - 4, 123456, 4);
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	free(file);
	return 0;
}

/* In memory of exactly that length. */
static int parse(size_t len, struct bzimage *img, struct reason *why)
{
	uint8_t *copy = malloc(len ? len : 1);
	int rc;

	memcpy(copy, file, len);
	rc = bzimage_parse((struct bytes){ copy, len }, img, why);
	if (rc == 0)
		img->payload.data = file + (img->payload.data - copy);
	free(copy);
	return rc;
}

static void test_good(void **state)
{
	struct bzimage img;
	struct reason why;

	(void)state;
	assert_int_equal(parse(FILE_LEN, &img, &why), 0);
	assert_ptr_equal(img.payload.data, file + START);
	assert_int_equal(img.payload.len, LENGTH - 4);
	assert_int_equal(img.packing, PACKING_ZSTD);
	assert_int_equal(img.unpacked_len, 123456);
	/* gzip's size is part of its own stream. */
	memcpy(file + START, "\x1f\x8b\x08\x00", 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), 0);
	assert_int_equal(img.payload.len, LENGTH);
	/* 0 sectors mean 4. */
	put(0x1f1, 0, 1);
	memcpy(file + 5 * 512 + OFFSET, "\x28\xb5\x2f\xfd", 4);
	put(5 * 512 + OFFSET + LENGTH - 4, 99, 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), 0);
	assert_int_equal(img.unpacked_len, 99);
}

static void test_truncated(void **state)
{
	struct bzimage img;
	struct reason why;

	(void)state;
	for (size_t len = 0; len < START + LENGTH; len++) {
		assert_int_equal(parse(len, &img, &why), -1);
		assert_reason(why, "truncated");
	}
	assert_int_equal(parse(START + LENGTH, &img, &why), 0);
}

static void test_hostile(void **state)
{
	struct bzimage img;
	struct reason why;

	(void)state;
	put(0x248, 0xffffffff, 4);
	put(0x24c, 0xffffffff, 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	put(0x248, OFFSET, 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	put(0x24c, 3, 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	assert_reason(why, "a payload of 3 bytes");
	put(0x24c, LENGTH, 4);
	put(START + LENGTH - 4, 0, 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	assert_reason(why, "claims to unpack to 0 bytes");
	put(START + LENGTH - 4, 0xffffffff, 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	assert_reason(why, "claims to unpack to 4294967295 bytes");
}

static void test_wrong_kind(void **state)
{
	struct bzimage img;
	struct reason why;

	(void)state;
	put(0x206, 0x207, 2);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	assert_reason(why, "boot protocol 2.07");
	put(0x206, 0x20f, 2);
	memcpy(file + START, "what", 4);
	assert_int_equal(parse(FILE_LEN, &img, &why), -1);
	assert_reason(why, "compression is unknown");
	file[0x202] = 'h';
	assert_false(bzimage_detect((struct bytes){ file, FILE_LEN }));
}

/* unpack.c is linked for packing_detect() alone. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, make, unmake),
		cmocka_unit_test_setup_teardown(test_truncated, make, unmake),
		cmocka_unit_test_setup_teardown(test_hostile, make, unmake),
		cmocka_unit_test_setup_teardown(test_wrong_kind, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
