// SPDX-License-Identifier: GPL-2.0-or-later
/* What a multiboot 2 loader leaves in memory, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "boot_info.h"
#include "fake_log.h"
#include "lib.h"
#include "mm.h"

#define MIB     (1UL << 20)
#define AT      0x1000UL
#define COPY_AT 0x230000UL

static uint64_t memory[8192]; /* physical 0 on */
static uint8_t *list;         /* of tags; malloc'ed to its size, so that reading on is seen */
static uint32_t used;
static struct boot_info bi;

void *paddr_to_virt(paddr_t pa)
{
	assert_true(pa >= AT && pa < AT + 8);
	return list + (pa - AT);
}

paddr_t virt_to_paddr(const void *va)
{
	assert_ptr_equal(va, bi.rsdp_copy);
	return COPY_AT;
}

/* --- building --------------------------------------------------------------------------------- */

/* One tag; its length is what it has unless it shall lie. */
static void tag_of(uint32_t type, const void *data, uint32_t len, uint32_t size)
{
	uint32_t head[2] = { type, size };
	uint8_t *to = (uint8_t *)memory + used;

	assert_true(used + 16 + len <= sizeof(memory));
	memcpy(to, head, sizeof(head));
	memcpy(to + 8, data, len);
	used += (8 + len + 7) / 8 * 8;
}

static void tag(uint32_t type, const void *data, uint32_t len)
{
	tag_of(type, data, len, 8 + len);
}

static void text(uint32_t type, const char *s)
{
	tag(type, s, (uint32_t)strlen(s) + 1);
}

static void module(uint32_t start, uint32_t end, const char *words)
{
	uint8_t data[2048];
	uint32_t len = (uint32_t)strlen(words) + 1;

	memcpy(data, (uint32_t[2]){ start, end }, 8);
	memcpy(data + 8, words, len);
	tag(3, data, 8 + len);
}

struct entry {
	uint64_t base, length;
	uint32_t type, zero;
};

static void map(const struct entry *e, unsigned n)
{
	uint8_t data[8192];

	memcpy(data, (uint32_t[2]){ sizeof(*e), 0 }, 8);
	memcpy(data + 8, e, n * sizeof(*e));
	tag(6, data, (uint32_t)(8 + n * sizeof(*e)));
}

static void some_memory(void)
{
	map((struct entry[]){ { 0, MIB, 1, 0 } }, 1);
}

static void screen(uint64_t address, uint32_t pitch, uint32_t width, uint32_t height, uint8_t bits,
		   uint8_t type, const uint8_t *colours)
{
	uint8_t data[30] = { 0 };

	memcpy(data, &address, 8);
	memcpy(data + 8, (uint32_t[3]){ pitch, width, height }, 12);
	data[20] = bits;
	data[21] = type;
	memcpy(data + 24, colours, 6);
	tag(8, data, sizeof(data));
}

static int begin(void **state)
{
	memset(memory, 0xcc, sizeof(memory));
	memset(&bi, 0xcc, sizeof(bi));
	used = 8;
	warnings = 0;
	return 0;
}

static void parse(uint32_t total)
{
	memcpy(memory, (uint32_t[2]){ total, 0 }, 8);
	free(list);
	list = malloc(used);
	assert_non_null(list);
	memcpy(list, memory, used);
	multiboot2_parse(&bi, AT);
}

static void load(void)
{
	tag(0, "", 0);
	parse(used);
}

/* --- what is good ----------------------------------------------------------------------------- */

static void test_complete(void **state)
{
	static const struct entry firmware[] = {
		{ MIB, 127 * MIB, 1, 0 }, { 0, 0xa0000, 1, 0 },     { 0x7e00000, MIB, 3, 0 },
		{ 8 * MIB, MIB, 4, 0 },   { 0x7f00000, MIB, 2, 0 }, { 4096 * MIB, MIB, 20, 0 },
	};

	text(2, "GRUB 2.12");
	text(1, "console=com1  dom0_mem=256M");
	tag(99, "?", 1);
	module(0x200000, 0x900000, "console=hvc0 quiet");
	module(0xa00000, 0xb00001, "");
	map(firmware, 6);
	screen(0x80000000, 5120, 1280, 800, 32, 1, (uint8_t[]){ 16, 8, 8, 8, 0, 8 });
	load();
	assert_string_equal(bi.loader, "GRUB 2.12");
	assert_string_equal(bi.cmdline, "console=com1  dom0_mem=256M");
	assert_int_equal(bi.nr_modules, 2);
	assert_true(bi.module[0].start == 0x200000 && bi.module[0].size == 0x700000);
	assert_string_equal(bi.module[0].cmdline, "console=hvc0 quiet");
	assert_true(bi.module[1].size == 0x100001);
	assert_string_equal(bi.module[1].cmdline, "");
	assert_int_equal(bi.nr_regions, 7);
	assert_true(bi.region[0].start == 0 && bi.region[0].size == 0xa0000);
	assert_true(bi.region[2].start == 8 * MIB && bi.region[2].type == MEM_NVS);
	assert_true(bi.region[4].type == MEM_ACPI && bi.region[5].type == MEM_RESERVED);
	assert_true(bi.region[6].start == 4096 * MIB && bi.region[6].type == MEM_RESERVED);
	assert_int_equal(bi.screen.kind, SCREEN_PIXELS);
	assert_true(bi.screen.address == 0x80000000 && bi.screen.width == 1280);
	assert_int_equal(bi.screen.red.at, 16);
	assert_int_equal(bi.screen.blue.bits, 8);
	assert_true(bi.rsdp == 0);
	assert_int_equal(warnings, 0);
}

static void test_the_newer_root_pointer_is_taken(void **state)
{
	char old[20], new[36];

	memset(old, 'o', sizeof(old));
	memset(new, 'n', sizeof(new));
	some_memory();
	tag(14, old, sizeof(old));
	load();
	assert_true(bi.rsdp == COPY_AT);
	assert_memory_equal(bi.rsdp_copy, old, sizeof(old));

	for (unsigned order = 0; order < 2; order++) {
		begin(NULL);
		some_memory();
		for (unsigned i = 0; i < 2; i++) {
			if (i == order)
				tag(15, new, sizeof(new));
			else
				tag(14, old, sizeof(old));
		}
		load();
		assert_true(bi.rsdp == COPY_AT);
		assert_memory_equal(bi.rsdp_copy, new, sizeof(new));
		assert_int_equal(warnings, 0);
	}
}

static void test_ends_without_an_end(void **state)
{
	some_memory();
	text(1, "words");
	parse(used);
	assert_string_equal(bi.cmdline, "words");
	assert_int_equal(bi.nr_regions, 1);
}

/* --- what is odd ------------------------------------------------------------------------------ */

static void test_strings_without_an_end_and_long_ones(void **state)
{
	char longer[3000];

	memset(longer, 'x', sizeof(longer));
	some_memory();
	tag(1, longer, sizeof(longer));
	tag(2, "no end", 6);
	load();
	assert_int_equal(strlen(bi.cmdline), BOOT_CMDLINE_MAX - 1);
	assert_string_equal(bi.loader, "no end");
	assert_int_equal(warnings, 1);
}

static void test_short_tags_are_ignored(void **state)
{
	some_memory();
	tag(3, "\0\0\0\0", 4);
	tag(6, "", 0);
	tag(8, "12345678", 8);
	tag(14, "RSD PTR ", 8);
	tag(15, "RSD PTR 12345678901", 20);
	load();
	assert_int_equal(bi.nr_modules, 0);
	assert_int_equal(bi.nr_regions, 1);
	assert_true(bi.screen.kind == SCREEN_NONE && bi.rsdp == 0);
	assert_int_equal(warnings, 5);
}

static void test_a_root_pointer_that_is_too_long(void **state)
{
	char data[BOOT_RSDP_MAX + 1] = "RSD PTR ";

	some_memory();
	tag(15, data, sizeof(data));
	load();
	assert_true(bi.rsdp == 0);
	assert_int_equal(warnings, 1);
}

static void test_too_many(void **state)
{
	struct entry e[BOOT_MAX_REGIONS + 2];

	for (unsigned i = 0; i < BOOT_MAX_REGIONS + 2; i++)
		e[i] = (struct entry){ i * 2 * MIB, MIB, 1, 0 };
	map(e, BOOT_MAX_REGIONS + 2);
	for (unsigned i = 0; i < BOOT_MAX_MODULES + 1; i++)
		module(i * 0x1000, i * 0x1000 + 1, "m");
	load();
	assert_int_equal(bi.nr_regions, BOOT_MAX_REGIONS);
	assert_int_equal(bi.nr_modules, BOOT_MAX_MODULES);
	assert_int_equal(warnings, 3);
}

/* Those that are no screen of pixels pass without a word; those that are impossible, with one. */
static void test_screens_that_are_not_used(void **state)
{
	static const uint8_t good[] = { 16, 8, 8, 8, 0, 8 }, wide[] = { 16, 8, 8, 8, 0, 9 };
	static const uint8_t outside[] = { 28, 8, 8, 8, 0, 8 };

	some_memory();
	screen(0x80000000, 800, 800, 600, 8, 0, good);
	load();
	assert_int_equal(bi.screen.kind, SCREEN_NONE);

	begin(NULL);
	some_memory();
	screen(0xb8000, 160, 80, 25, 16, 2, good);
	load();
	assert_int_equal(bi.screen.kind, SCREEN_TEXT);
	assert_int_equal(warnings, 0);

	begin(NULL);
	some_memory();
	screen(0, 3200, 800, 600, 32, 1, good);
	screen(0x80000000, 3199, 800, 600, 32, 1, good);
	screen(0x80000000, 3200, 0, 600, 32, 1, good);
	screen(0x80000000, 3200, 800, 0, 32, 1, good);
	screen(0x80000000, 3200, 0x40000320, 600, 32, 1, good);
	screen(~0UL - 100, 3200, 800, 600, 32, 1, good);
	screen(0x80000000, 3200, 800, 600, 8, 1, good);
	screen(0x80000000, 3200, 800, 600, 64, 1, good);
	screen(0x80000000, 3200, 800, 600, 32, 1, wide);
	screen(0x80000000, 3200, 800, 600, 32, 1, outside);
	screen(0x80000000, 65536, 800, 600, 32, 1, good);
	screen(0x80000000, 3200, 800, 65536, 32, 1, good);
	screen(0x80000000, 3200, 800, 600, 16, 1, (uint8_t[]){ 0, 8, 0, 8, 0, 8 });
	load();
	assert_int_equal(bi.screen.kind, SCREEN_NONE);
	assert_int_equal(warnings, 13);
}

/* --- what is no way to start ------------------------------------------------------------------ */

static void expect_panic(uint32_t total, const char *word)
{
	if (setjmp(panicked) == 0) {
		parse(total ? total : used);
		fail_msg("no panic about \"%s\"", word);
	}
	assert_non_null(strstr(panic_text, word));
	begin(NULL);
}

static void test_panics(void **state)
{
	some_memory();
	expect_panic(4, "no list of tags");
	expect_panic(0x80000000, "no list of tags");
	text(2, "odd loader");
	expect_panic(0, "\"odd loader\" told of no memory");
	some_memory();
	module(0x2000, 0x2000, "m");
	expect_panic(0, "module 0 is empty");
	some_memory();
	tag_of(1, "words", 6, 7);
	expect_panic(0, "tag 1 has 7 bytes");
	some_memory();
	tag_of(1, "words", 6, 0x7fffffff);
	expect_panic(0, "tag 1 has 2147483647 bytes");
	tag(6, (uint32_t[]){ 8, 0, 0, 0 }, 16);
	expect_panic(0, "entries of 8 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_complete, begin),
		cmocka_unit_test_setup(test_the_newer_root_pointer_is_taken, begin),
		cmocka_unit_test_setup(test_ends_without_an_end, begin),
		cmocka_unit_test_setup(test_strings_without_an_end_and_long_ones, begin),
		cmocka_unit_test_setup(test_short_tags_are_ignored, begin),
		cmocka_unit_test_setup(test_a_root_pointer_that_is_too_long, begin),
		cmocka_unit_test_setup(test_too_many, begin),
		cmocka_unit_test_setup(test_screens_that_are_not_used, begin),
		cmocka_unit_test_setup(test_panics, begin),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(list);
	return failed;
}
