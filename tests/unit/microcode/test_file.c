// SPDX-License-Identifier: GPL-2.0-or-later
/* Microcode found in an initramfs, and chosen from AMD's containers and Intel's files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib.h"
#include "microcode.h"

static uint8_t file[16384];
static size_t size;

static int begin(void **state)
{
	memset(file, 0, sizeof(file));
	size = 0;
	return 0;
}

static void put(const void *data, size_t n)
{
	assert_true(size + n <= sizeof(file));
	memcpy(file + size, data, n);
	size += n;
}

static void put_words(const uint32_t *w, size_t nr)
{
	put(w, nr * sizeof(*w));
}

#define WORDS(...) put_words((uint32_t[]){ __VA_ARGS__ }, ARRAY_SIZE(((uint32_t[]){ __VA_ARGS__ })))

/* In memory of exactly its size, so that the sanitizer sees a read behind it. */
static bool choose(const struct microcode_cpu *c, struct microcode *out)
{
	uint8_t *copy = malloc(size);
	bool found;

	memcpy(copy, file, size);
	found = microcode_choose(c, copy, size, out);
	if (found) {
		assert_true(out->data >= copy && out->data + out->size <= copy + size);
		out->data = file + (out->data - copy);
	}
	free(copy);
	return found;
}

/* --- cpio ------------------------------------------------------------------------------------- */

#define INTEL "kernel/x86/microcode/GenuineIntel.bin"
#define AMD   "kernel/x86/microcode/AuthenticAMD.bin"

static void put_padding(void)
{
	size = ROUND_UP(size, 4);
}

static void put_entry(const char *name, const char *content)
{
	char header[111];

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08X%08x%08x%08x%08x%08x%08x", 1, 0100644, 0, 0, 1,
		 0, (unsigned)strlen(content), 0, 0, 0, 0, (unsigned)strlen(name) + 1, 0);
	put(header, 110);
	put(name, strlen(name) + 1);
	put_padding();
	put(content, strlen(content));
	put_padding();
}

static void found_is(const char *name, const char *content)
{
	struct microcode m;

	assert_true(microcode_find(file, size, name, &m));
	assert_int_equal(m.size, strlen(content));
	assert_memory_equal(m.data, content, m.size);
}

static void test_cpio(void **state)
{
	struct microcode m;

	put_entry("kernel", "");
	put_entry(AMD, "amd's");
	put_entry("TRAILER!!!", "");
	size += 300; /* up to where the next one begins */
	put_entry(INTEL, "intel, of another archive");
	found_is(AMD, "amd's");
	found_is(INTEL, "intel, of another archive");
	assert_false(microcode_find(file, size, "kernel/x86", &m));
	put("\x1f\x8b\x08 what is packed", 16);
	assert_false(microcode_find(file, size, "nothing", &m));
	/* Cut anywhere, it ends; what is cut off is not found. */
	for (size_t n = 0; n < size; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, file, n);
		if (microcode_find(copy, n, INTEL, &m))
			assert_true(m.data + m.size <= copy + n);
		free(copy);
	}
}

static void test_cpio_with_lies(void **state)
{
	static const char *const lies[] = { "ffffffff", "0000zz00", "00100000" };
	struct microcode m;

	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
		for (unsigned at = 54; at <= 94; at += 40) {
			begin(NULL);
			put_entry(AMD, "amd's");
			memcpy(file + at, lies[i], 8);
			assert_false(microcode_find(file, size, AMD, &m));
		}
	}
}

/* --- AMD -------------------------------------------------------------------------------------- */

#define ZEN 0x00800f12u

static const struct microcode_cpu zen = { .amd = true, .signature = ZEN, .revision = 0x100 };

static void put_table(uint32_t signature, uint32_t number)
{
	WORDS(0x00414d44, 0, 48, 0x00a20f10, 0, 0, 0xa210, signature, 0, 0, number, 0, 0, 0, 0);
}

static void put_patch(uint32_t number, uint32_t revision, uint32_t length)
{
	size_t at = size + 8;

	WORDS(1, length, 0x20180101, revision);
	size = at + length;
	memcpy(file + at + 24, &number, 2);
}

static void test_amd(void **state)
{
	struct microcode m;

	put_table(ZEN, 0x8012);
	put_patch(0xa210, 0x900, 320);
	put_patch(0x8012, 0x101, 320);
	put_patch(0x8012, 0x103, 640);
	put_patch(0x8012, 0x102, 320);
	assert_true(choose(&zen, &m));
	assert_int_equal(m.revision, 0x103);
	assert_int_equal(m.size, 640);
	/* A container of another family behind it has a table of its own. */
	put_table(0x00870f10, 0x8012);
	put_patch(0x8012, 0x999, 320);
	assert_true(choose(&zen, &m));
	assert_int_equal(m.revision, 0x103);
}

static void test_amd_has_nothing(void **state)
{
	struct microcode m;

	put_table(ZEN, 0x8012);
	put_patch(0x8012, 0x100, 320); /* what there is already */
	assert_false(choose(&zen, &m));
	put_patch(0x8012, 0x200, 32); /* no room for its header */
	assert_false(choose(&zen, &m));
	begin(NULL);
	put_table(0x00870f10, 0x8012);
	put_patch(0x8012, 0x999, 320);
	assert_false(choose(&zen, &m));
	begin(NULL);
	put_patch(0x8012, 0x999, 320); /* no magic */
	assert_false(choose(&zen, &m));
}

static void test_amd_is_cut(void **state)
{
	struct microcode m;
	size_t whole;

	put_table(ZEN, 0x8012);
	put_patch(0x8012, 0x101, 320);
	whole = size;
	for (size = 1; size < whole; size++)
		assert_false(choose(&zen, &m));
	size = whole;
	memset(file + 64, 0xff, 4); /* the patch's length */
	assert_false(choose(&zen, &m));
}

/* --- Intel ------------------------------------------------------------------------------------ */

#define SKYLAKE 0x000506e3u

static const struct microcode_cpu skylake = { .signature = SKYLAKE,
					      .platform = 2,
					      .revision = 0x10 };

/* other: a second signature, in the extended table. */
static void put_update(uint32_t signature, uint32_t platforms, uint32_t revision, uint32_t other)
{
	size_t at = size, data = 96, total = 48 + data + (other ? 32 : 0);
	uint32_t sum = 0, w;

	WORDS(1, revision, 0x20200101, signature, 0, 1, platforms, (uint32_t)data, (uint32_t)total);
	size = at + 48 + data;
	if (other)
		WORDS(1, 0, 0, 0, 0, other, platforms, 0);
	size = at + total;
	for (size_t i = at; i < size; i += 4) {
		memcpy(&w, file + i, 4);
		sum -= w;
	}
	memcpy(file + at + 16, &sum, 4);
}

static void test_intel(void **state)
{
	struct microcode m;

	put_update(0x000306c3, 0xff, 0x99, 0);
	put_update(SKYLAKE, 0x32, 0x20, 0);
	put_update(SKYLAKE, 0x36, 0x11, 0);
	put_update(SKYLAKE, 0x01, 0x77, 0); /* another platform */
	assert_true(choose(&skylake, &m));
	assert_int_equal(m.revision, 0x20);
	assert_int_equal(m.size, 96);
	assert_ptr_equal(m.data, file + 48 + 96 + 48);
	put_update(0x000806e9, 0x02, 0x30, SKYLAKE);
	assert_true(choose(&skylake, &m));
	assert_int_equal(m.revision, 0x30);
}

static void test_intel_has_nothing(void **state)
{
	struct microcode m;

	put_update(SKYLAKE, 0x02, 0x10, 0); /* what there is already */
	assert_false(choose(&skylake, &m));
	begin(NULL);
	put_update(SKYLAKE, 0x02, 0x20, 0);
	file[100] ^= 1; /* the sum is wrong */
	assert_false(choose(&skylake, &m));
	assert_false(choose(&zen, &m));
}

static void test_intel_is_cut_or_lies(void **state)
{
	/* data_size and total_size that do not go together, or with the file */
	static const uint32_t lies[][2] = { { 96, 100 },         { 96, 0 },    { 0, 144 },
					    { 0xfffffff0, 144 }, { 96, 4096 }, { 96, 145 } };
	struct microcode m;
	size_t whole;

	put_update(SKYLAKE, 0x02, 0x20, 0x000306c3);
	whole = size;
	for (size = 1; size < whole; size++)
		assert_false(choose(&skylake, &m));
	for (unsigned i = 0; i < ARRAY_SIZE(lies); i++) {
		begin(NULL);
		put_update(SKYLAKE, 0x02, 0x20, 0);
		memcpy(file + 28, lies[i], 8);
		assert_false(choose(&skylake, &m));
	}
	/* More entries than there is room for. */
	begin(NULL);
	put_update(0x000806e9, 0x02, 0x20, 0x000306c3);
	memset(file + 48 + 96, 0xff, 4);
	file[16] = (uint8_t)(file[16] + 2); /* the sum again */
	assert_false(choose(&skylake, &m));
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cpio),
		TEST(test_cpio_with_lies),
		TEST(test_amd),
		TEST(test_amd_has_nothing),
		TEST(test_amd_is_cut),
		TEST(test_intel),
		TEST(test_intel_has_nothing),
		TEST(test_intel_is_cut_or_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
