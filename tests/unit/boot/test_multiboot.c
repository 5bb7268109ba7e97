// SPDX-License-Identifier: GPL-2.0-or-later
/* What loaders leave in memory, good and bad, and the tidying of memory maps. */
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

#define MAGIC 0x2badb002u
#define MIB   (1UL << 20)

static uint8_t memory[65536]; /* physical 0 on */
static unsigned used;
static struct boot_info bi;

void *paddr_to_virt(paddr_t pa)
{
	assert_true(pa < sizeof(memory));
	return memory + pa;
}

/* --- building --------------------------------------------------------------------------------- */

static uint32_t put(const void *data, size_t len)
{
	uint32_t at = used;

	assert_true(used + len <= sizeof(memory));
	memcpy(memory + used, data, len);
	used += (unsigned)len + 1; /* odd addresses on purpose */
	return at;
}

static uint32_t put_string(const char *s)
{
	return put(s, strlen(s) + 1);
}

static uint32_t info[29];
enum {
	FLAGS = 0,
	LOWER = 1,
	UPPER = 2,
	CMDLINE = 4,
	MODS = 5,
	MODS_AT = 6,
	MMAP_LEN = 11,
	MMAP_AT = 12,
	LOADER = 16
};

static uint8_t map[4096];
static unsigned map_len;

static void add_map(uint64_t base, uint64_t len, uint32_t type, uint32_t entry_size)
{
	memcpy(map + map_len, &entry_size, 4);
	memcpy(map + map_len + 4, &base, 8);
	memcpy(map + map_len + 12, &len, 8);
	memcpy(map + map_len + 20, &type, 4);
	map_len += entry_size >= 20 ? entry_size + 4 : 24;
}

static int begin(void **state)
{
	memset(memory, 0xcc, sizeof(memory));
	memset(info, 0, sizeof(info));
	memset(map, 0, sizeof(map));
	used = 0x1000;
	map_len = warnings = 0;
	return 0;
}

static void load_with(uint32_t magic)
{
	if (map_len) {
		info[FLAGS] |= 1u << 6;
		info[MMAP_LEN] = map_len;
		info[MMAP_AT] = put(map, map_len);
	}
	multiboot_parse(&bi, magic, put(info, sizeof(info)));
}

static void load(void)
{
	load_with(MAGIC);
}

static void set_loader(const char *name)
{
	info[FLAGS] |= 1u << 9;
	info[LOADER] = put_string(name);
}

static void set_cmdline(const char *s)
{
	info[FLAGS] |= 1u << 2;
	info[CMDLINE] = put_string(s);
}

static void set_modules(unsigned n, const uint32_t (*mods)[4])
{
	info[FLAGS] |= 1u << 3;
	info[MODS] = n;
	info[MODS_AT] = put(mods, n * sizeof(*mods));
}

static void assert_region(unsigned i, uint64_t start, uint64_t size, uint32_t type)
{
	assert_true(i < bi.nr_regions);
	if (bi.region[i].start != start || bi.region[i].size != size || bi.region[i].type != type)
		fail_msg("region %u: %#lx+%#lx type %u", i, bi.region[i].start, bi.region[i].size,
			 bi.region[i].type);
}

/* --- multiboot -------------------------------------------------------------------------------- */

static void test_complete(void **state)
{
	uint32_t mods[2][4] = { { 0x200000, 0x900000, 0, 0 }, { 0xa00000, 0xb00001, 0, 0 } };

	mods[0][2] = put_string("vmlinux console=hvc0 swiotlb=force");
	mods[1][2] = put_string("initrd.gz");
	set_loader("qemu");
	set_cmdline("build/hypervisor/socle console=com1  dom0_mem=256M");
	set_modules(2, (const uint32_t(*)[4])mods);
	add_map(0, 0x9fc00, 1, 20);
	add_map(0x9fc00, 0x400, 2, 20);
	add_map(MIB, 127 * MIB, 1, 20);
	add_map(0xfffc0000, 0x40000, 2, 24); /* a longer entry is stepped over by its size */
	add_map(0x7fe0000, 0x20000, 3, 20);
	load();
	assert_string_equal(bi.loader, "qemu");
	assert_string_equal(bi.cmdline, "console=com1  dom0_mem=256M");
	assert_int_equal(bi.nr_modules, 2);
	assert_true(bi.module[0].start == 0x200000 && bi.module[0].size == 0x700000);
	assert_string_equal(bi.module[0].cmdline, "console=hvc0 swiotlb=force");
	assert_true(bi.module[1].size == 0x100001);
	assert_string_equal(bi.module[1].cmdline, "");
	assert_int_equal(bi.nr_regions, 5);
	assert_region(0, 0, 0x9fc00, MEM_RAM);
	assert_region(1, 0x9fc00, 0x400, MEM_RESERVED);
	assert_region(2, MIB, 0x7fe0000 - MIB, MEM_RAM);
	assert_region(3, 0x7fe0000, 0x20000, MEM_ACPI);
	assert_region(4, 0xfffc0000, 0x40000, MEM_RESERVED);
	assert_int_equal(warnings, 0);
}

static void check_strip(const char *loader, const char *given, const char *expected)
{
	begin(NULL);
	if (loader)
		set_loader(loader);
	set_cmdline(given);
	add_map(0, MIB, 1, 20);
	load();
	assert_string_equal(bi.cmdline, expected);
}

static void test_file_name_is_stripped(void **state)
{
	check_strip(NULL, "socle a b", "a b");
	check_strip("MBOOT.C32", "/boot/socle", "");
	check_strip("GNU GRUB 0.97", "/socle  a=1", "a=1");
	check_strip("qemu", "", "");
	check_strip("GRUB 2.06-13+deb12u1", "a=1 b", "a=1 b");
	check_strip("GRUB 2.06-13+deb12u1", "placeholder a=1 b", "a=1 b");
	check_strip("GRUB 2.12", "placeholders a", "placeholders a");
	check_strip("GRUB 2.12", "placeholder", "");
}

static void test_long_strings_are_cut(void **state)
{
	char text[3000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	memcpy(text, "socle ", 6);
	set_cmdline(text);
	set_loader(text);
	add_map(0, MIB, 1, 20);
	load();
	assert_int_equal(strlen(bi.cmdline), BOOT_CMDLINE_MAX - 1 - 6);
	assert_int_equal(strlen(bi.loader), sizeof(bi.loader) - 1);
	assert_int_equal(warnings, 2);
}

static void test_too_many_modules(void **state)
{
	uint32_t mods[BOOT_MAX_MODULES + 1][4];

	for (unsigned i = 0; i <= BOOT_MAX_MODULES; i++)
		memcpy(mods[i], (uint32_t[4]){ i * 0x1000, i * 0x1000 + 1, 0, 0 }, 16);
	set_modules(BOOT_MAX_MODULES + 1, (const uint32_t(*)[4])mods);
	add_map(0, MIB, 1, 20);
	load();
	assert_int_equal(bi.nr_modules, BOOT_MAX_MODULES);
	assert_int_equal(warnings, 1);
}

static void test_many_regions(void **state)
{
	for (unsigned i = 0; i < 150; i++)
		add_map(i * 2 * MIB, MIB, 1, 20);
	load();
	assert_int_equal(bi.nr_regions, BOOT_MAX_REGIONS);
	assert_int_equal(warnings, 150 - BOOT_MAX_REGIONS);
}

static void test_unknown_types_are_reserved(void **state)
{
	add_map(0, MIB, 1, 20);
	add_map(MIB, MIB, 0, 20);
	add_map(4 * MIB, MIB, 12, 20);
	add_map(8 * MIB, MIB, 5, 20);
	load();
	assert_region(1, MIB, MIB, MEM_RESERVED);
	assert_region(2, 4 * MIB, MIB, MEM_RESERVED);
	assert_region(3, 8 * MIB, MIB, MEM_UNUSABLE);
}

static void expect_panic(void (*build)(void), uint32_t magic, const char *word)
{
	begin(NULL);
	build();
	if (setjmp(panicked) == 0) {
		load_with(magic);
		fail_msg("no panic about \"%s\"", word);
	}
	assert_non_null(strstr(panic_text, word));
}

static void build_good(void)
{
	add_map(0, MIB, 1, 20);
}

/* Even one that tells how much there is: that leaves out what is reserved. */
static void build_no_memory(void)
{
	set_loader("odd loader");
	info[FLAGS] |= 1;
	info[LOWER] = 639;
	info[UPPER] = 65536;
}

static void build_empty_map(void)
{
	add_map(0, 0, 1, 20);
}

static void build_short_entry(void)
{
	add_map(0, MIB, 1, 20);
	add_map(MIB, MIB, 1, 8);
}

static void build_empty_module(void)
{
	static const uint32_t mods[1][4] = { { 0x2000, 0x2000, 0, 0 } };

	add_map(0, MIB, 1, 20);
	set_modules(1, mods);
}

static void test_panics(void **state)
{
	expect_panic(build_good, 0x36d76289, "magic");
	expect_panic(build_no_memory, MAGIC, "odd loader");
	expect_panic(build_empty_map, MAGIC, "no memory");
	expect_panic(build_short_entry, MAGIC, "8 bytes");
	expect_panic(build_empty_module, MAGIC, "module 0");
}

/* --- tidying ---------------------------------------------------------------------------------- */

static void region(uint64_t start, uint64_t size, uint32_t type)
{
	bi.region[bi.nr_regions++] = (struct mem_region){ start, size, type };
}

static void test_tidy_sorts_and_merges(void **state)
{
	bi.nr_regions = 0;
	region(0x5000, 0x1000, MEM_RAM);
	region(0x1000, 0x1000, MEM_RAM);
	region(0x2000, 0x1000, MEM_RAM);
	region(0x4000, 0x1000, MEM_NVS);
	boot_info_tidy(&bi);
	assert_int_equal(bi.nr_regions, 3);
	assert_region(0, 0x1000, 0x2000, MEM_RAM);
	assert_region(1, 0x4000, 0x1000, MEM_NVS);
	assert_region(2, 0x5000, 0x1000, MEM_RAM);
}

static void test_is_ram(void **state)
{
	bi.nr_regions = 0;
	region(0x1000, 0x2000, MEM_RAM);
	region(0x3000, 0x1000, MEM_NVS);
	assert_true(boot_info_is_ram(&bi, 0x1000, 0x2000));
	assert_true(boot_info_is_ram(&bi, 0x2000, 0x1000));
	assert_false(boot_info_is_ram(&bi, 0x2000, 0x1001));
	assert_false(boot_info_is_ram(&bi, 0xfff, 0x1000));
	assert_false(boot_info_is_ram(&bi, 0x3000, 0x1000));
	assert_false(boot_info_is_ram(&bi, 0x2000, UINT64_MAX));
	assert_false(boot_info_is_ram(&bi, 0x4000, 1));
}

static void test_tidy_cuts_overlaps(void **state)
{
	bi.nr_regions = 0;
	region(0, 0x10000, MEM_RAM);
	region(0x4000, 0x2000, MEM_RESERVED);
	region(0x5000, 0x2000, MEM_ACPI);
	region(0xf000, 0x3000, MEM_UNUSABLE);
	region(0xe000, 0x8000, MEM_NVS);
	boot_info_tidy(&bi);
	assert_int_equal(bi.nr_regions, 7);
	assert_region(0, 0, 0x4000, MEM_RAM);
	assert_region(1, 0x4000, 0x2000, MEM_RESERVED);
	assert_region(2, 0x6000, 0x1000, MEM_ACPI);
	assert_region(3, 0x7000, 0x7000, MEM_RAM);
	assert_region(4, 0xe000, 0x1000, MEM_NVS);
	assert_region(5, 0xf000, 0x3000, MEM_UNUSABLE);
	assert_region(6, 0x12000, 0x4000, MEM_NVS);
}

static void test_tidy_duplicates_and_ends(void **state)
{
	bi.nr_regions = 0;
	region(0x1000, 0x1000, MEM_RAM);
	region(0x1000, 0x1000, MEM_RAM);
	region(UINT64_MAX - 0xfff, 0xfff, MEM_RESERVED);
	boot_info_tidy(&bi);
	assert_int_equal(bi.nr_regions, 2);
	assert_region(0, 0x1000, 0x1000, MEM_RAM);
	assert_region(1, UINT64_MAX - 0xfff, 0xfff, MEM_RESERVED);
	bi.nr_regions = 0;
	boot_info_tidy(&bi);
	assert_int_equal(bi.nr_regions, 0);
}

/*
 * Each address keeps the most restrictive type it had, however they lie; and the table is never
 * overrun.
 */
static void test_tidy_random(void **state)
{
	static const unsigned order[] = {
		[MEM_RAM] = 1, [MEM_ACPI] = 2, [MEM_NVS] = 3, [MEM_RESERVED] = 4, [MEM_UNUSABLE] = 5
	};
	uint32_t random = 7;

	for (unsigned round = 0; round < 300; round++) {
		uint32_t want[256] = { 0 }, got[256] = { 0 };

		bi.nr_regions = 0;
		for (unsigned n = 0; n < 1 + round % 40; n++) {
			random = random * 1664525u + 1013904223u;
			uint32_t start = (random >> 8) % 200, size = 1 + (random >> 20) % 50;
			uint32_t type = 1 + (random >> 16) % 5;

			region(start, size, type);
			for (uint32_t a = start; a < start + size; a++)
				if (!want[a] || order[type] > order[want[a]])
					want[a] = type;
		}
		boot_info_tidy(&bi);
		for (unsigned i = 0; i < bi.nr_regions; i++) {
			struct mem_region *r = &bi.region[i];

			if (i)
				assert_true(r[-1].start + r[-1].size < r->start ||
					    (r[-1].start + r[-1].size == r->start &&
					     r[-1].type != r->type));
			for (uint64_t a = r->start; a < r->start + r->size; a++)
				got[a] = r->type;
		}
		assert_memory_equal(got, want, sizeof(got));
	}
}

static void test_tidy_too_many_pieces(void **state)
{
	bi.nr_regions = 0;
	warnings = 0;
	region(0, 0x100000, MEM_RAM);
	for (unsigned i = 1; i < BOOT_MAX_REGIONS; i++)
		region(i * 0x1000, 0x800, MEM_RESERVED);
	boot_info_tidy(&bi);
	assert_int_equal(bi.nr_regions, BOOT_MAX_REGIONS);
	assert_int_equal(warnings, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_complete, begin),
		cmocka_unit_test_setup(test_file_name_is_stripped, begin),
		cmocka_unit_test_setup(test_long_strings_are_cut, begin),
		cmocka_unit_test_setup(test_too_many_modules, begin),
		cmocka_unit_test_setup(test_many_regions, begin),
		cmocka_unit_test_setup(test_unknown_types_are_reserved, begin),
		cmocka_unit_test_setup(test_panics, begin),
		cmocka_unit_test(test_tidy_sorts_and_merges),
		cmocka_unit_test(test_is_ram),
		cmocka_unit_test(test_tidy_cuts_overlaps),
		cmocka_unit_test(test_tidy_duplicates_and_ends),
		cmocka_unit_test(test_tidy_random),
		cmocka_unit_test(test_tidy_too_many_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
