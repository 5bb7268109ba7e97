// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Placing things at start-up in the memory maps of machines small and very large. What is given to
 * the heap and what was taken must make up the RAM exactly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "boot_info.h"
#include "mm/private.h"

#define MIB (1UL << 20)
#define GIB (1UL << 30)
#define TIB (1UL << 40)

static struct boot_info bi;
static uint64_t given;
static struct ram_range pieces[16];
static unsigned nr_pieces;

static void region(paddr_t start, paddr_t end, uint32_t type)
{
	bi.region[bi.nr_regions++] = (struct mem_region){ start, end - start, type };
}

/* A PC with so much RAM: `below` of it under the hole of its devices. */
static void pc(uint64_t below, uint64_t total)
{
	bi.nr_regions = 0;
	region(0, 0x9fc00, MEM_RAM);
	region(0xf0000, MIB, MEM_RESERVED);
	region(MIB, below, MEM_RAM);
	region(below, below + 64 * MIB, MEM_RESERVED);
	if (total > below)
		region(4 * GIB, 4 * GIB + total - below, MEM_RAM);
}

static void give(paddr_t start, paddr_t end)
{
	assert_true(start < end);
	assert_int_equal((start | end) & ~PAGE_MASK, 0);
	given += end - start;
	pieces[nr_pieces++] = (struct ram_range){ start, end };
}

static int setup(void **state)
{
	given = nr_pieces = 0;
	return 0;
}

static uint64_t table_size(uint64_t end)
{
	return (end >> PAGE_SHIFT) * sizeof(struct page_info);
}

static void test_a_small_machine_has_one_region(void **state)
{
	struct ram_range r;

	pc(512 * MIB, 512 * MIB);
	r = ram_largest(&bi, 96 * MIB, BOOT_MAPPED);
	assert_int_equal(r.start, 96 * MIB);
	assert_int_equal(r.end, 512 * MIB);
	/* Nothing above 4 GiB. */
	assert_int_equal(ram_find_top(&bi, PAGE_SIZE, BOOT_MAPPED, ~0UL), 0);
}

/* All of low memory domain 0's: there is nowhere to start from, which must be seen. */
static void test_nothing_left_below(void **state)
{
	struct ram_range r;

	pc(2 * GIB, 16 * GIB);
	r = ram_largest(&bi, 6 * GIB, BOOT_MAPPED);
	assert_int_equal(r.start, r.end);
	/* The largest is not the one that domain 0 has taken most of. */
	bi.nr_regions = 0;
	region(MIB, 2 * GIB, MEM_RAM);
	region(2 * GIB + 16 * MIB, 3 * GIB, MEM_RAM);
	r = ram_largest(&bi, 2 * GIB - 8 * MIB, BOOT_MAPPED);
	assert_int_equal(r.start, 2 * GIB + 16 * MIB);
	assert_int_equal(r.end, 3 * GIB);
}

/* A frame table of 16, 64 GiB: more than there is below 4 GiB. */
static void test_tables_of_large_machines_are_high(void **state)
{
	static const uint64_t totals[] = { 32 * GIB, 512 * GIB, 4 * TIB, 16 * TIB };

	for (size_t i = 0; i < ARRAY_SIZE(totals); i++) {
		uint64_t end = totals[i] + 2 * GIB, size = table_size(end);
		paddr_t at;

		pc(2 * GIB, totals[i]);
		at = ram_find_top(&bi, size, BOOT_MAPPED, ~0UL);
		assert_int_equal(at, end - size);
		assert_true(at >= 4 * GIB);
	}
}

static void test_the_highest_piece_that_is_large_enough(void **state)
{
	pc(2 * GIB, 8 * GIB);
	region(32 * GIB, 32 * GIB + 4 * MIB + 100, MEM_RAM);
	assert_int_equal(ram_find_top(&bi, 4 * MIB, BOOT_MAPPED, ~0UL), 32 * GIB);
	assert_int_equal(ram_find_top(&bi, 5 * MIB, BOOT_MAPPED, ~0UL), 10 * GIB - 5 * MIB);
	/* Domain 0 reaches above 4 GiB. */
	assert_int_equal(ram_find_top(&bi, 5 * MIB, 10 * GIB - 5 * MIB, ~0UL), 10 * GIB - 5 * MIB);
	assert_int_equal(ram_find_top(&bi, 5 * MIB, 10 * GIB - 4 * MIB, ~0UL), 0);
}

static void test_all_is_given_but_what_is_taken(void **state)
{
	const struct ram_range taken[] = { { 10 * GIB - 64 * MIB, 10 * GIB },
					   { 2 * GIB - 100 * MIB, 2 * GIB - 10 * MIB } };

	pc(2 * GIB, 8 * GIB);
	ram_free(&bi, 512 * MIB, taken, 2, give);
	assert_int_equal(given, 8 * GIB - 512 * MIB - 64 * MIB - 90 * MIB);
	assert_int_equal(nr_pieces, 3);
	for (unsigned i = 0; i < nr_pieces; i++)
		for (unsigned t = 0; t < 2; t++)
			assert_true(pieces[i].end <= taken[t].start ||
				    pieces[i].start >= taken[t].end);
}

static void test_taken_ranges_in_any_order_and_shape(void **state)
{
	const struct ram_range taken[] = {
		{ 3 * GIB, 3 * GIB },                   /* empty */
		{ 6 * GIB, 7 * GIB },                   /* in the middle */
		{ 5 * GIB, 6 * GIB },                   /* right before it */
		{ 9 * GIB, 11 * GIB },                  /* across the end */
		{ 4 * GIB - MIB, 4 * GIB + PAGE_SIZE }, /* across the beginning */
	};

	pc(2 * GIB, 8 * GIB);
	ram_free(&bi, BOOT_MAPPED, taken, ARRAY_SIZE(taken), give);
	assert_int_equal(given, 6 * GIB - 2 * GIB - GIB - PAGE_SIZE);
	setup(NULL);
	/* Everything. */
	ram_free(&bi, 0, &(struct ram_range){ 0, 64 * GIB }, 1, give);
	assert_int_equal(given, 0);
}

static void test_halves_of_pages_are_nobodys(void **state)
{
	bi.nr_regions = 0;
	region(0x800, 0x2800, MEM_RAM);
	region(0x3001, 0x3fff, MEM_RAM);
	ram_free(&bi, 0, NULL, 0, give);
	assert_int_equal(nr_pieces, 1);
	assert_int_equal(pieces[0].start, 0x1000);
	assert_int_equal(pieces[0].end, 0x2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_a_small_machine_has_one_region, setup),
		cmocka_unit_test_setup(test_nothing_left_below, setup),
		cmocka_unit_test_setup(test_tables_of_large_machines_are_high, setup),
		cmocka_unit_test_setup(test_the_highest_piece_that_is_large_enough, setup),
		cmocka_unit_test_setup(test_all_is_given_but_what_is_taken, setup),
		cmocka_unit_test_setup(test_taken_ranges_in_any_order_and_shape, setup),
		cmocka_unit_test_setup(test_halves_of_pages_are_nobodys, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
