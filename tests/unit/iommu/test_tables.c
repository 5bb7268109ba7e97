// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables that units walk, in both formats: bits of entries by the manuals, what a unit's own
 * walk finds after mapping, splitting and unmapping, and what is left when memory runs out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "iommu/private.h"
#include "mm.h"

#define TABLES 1024u
#define NONE   (~0UL)
#define RW     (DMA_READ | DMA_WRITE)

static uint8_t *arena;
static unsigned used, limit, freed;
static uint64_t *root;
static struct iommu_format f;

static const struct iommu_format amd = {
	.levels = 4,
	.has_2m = true,
	.is_coherent = true,
	.read = BIT(61),
	.write = BIT(62),
	.present = 1,
	.level_shift = 9,
};
static const struct iommu_format vtd = {
	.levels = 3, .has_2m = true, .is_coherent = false, .read = 1, .write = 2, .large = BIT(7)
};

void *heap_alloc(unsigned order)
{
	assert_int_equal(order, 0);
	return used < limit ? memset(arena + used++ * PAGE_SIZE, 0, PAGE_SIZE) : NULL;
}

void heap_free(void *va, unsigned order)
{
	freed++;
}

void *mfn_to_virt(mfn_t mfn)
{
	return arena + (mfn.n - 1) * PAGE_SIZE;
}

paddr_t virt_to_paddr(const void *va)
{
	return (paddr_t)((const uint8_t *)va - arena) + PAGE_SIZE;
}

static int setup_with(const struct iommu_format *format)
{
	f = *format;
	arena = aligned_alloc(PAGE_SIZE, TABLES * PAGE_SIZE);
	used = freed = 0;
	limit = TABLES;
	root = iommu_table_alloc(&f);
	return !root;
}

static int setup_amd(void **state)
{
	return setup_with(&amd);
}

static int setup_vtd(void **state)
{
	return setup_with(&vtd);
}

static int teardown(void **state)
{
	iommu_table_free(&f, root);
	assert_int_equal(freed, used);
	free(arena);
	return 0;
}

/* As the unit does it, each by its own rules; the frame, or NONE where a fault would be. */
static uint64_t walk(uint64_t dfn, unsigned access)
{
	const uint64_t *t = root;

	for (unsigned l = f.levels - 1;; l--) {
		uint64_t e = t[dfn >> 9 * l & 511], at = (e & 0xffffffffff000UL) >> PAGE_SHIFT;
		bool leaf = f.present ? !(e >> 9 & 7) : !l || (e & BIT(7));

		if (f.present && !(e & 1))
			return NONE;
		if ((access & DMA_READ && !(e & f.read)) || (access & DMA_WRITE && !(e & f.write)))
			return NONE;
		if (leaf) {
			assert_true(l < 2);
			return at + (dfn & ((1UL << 9 * l) - 1));
		}
		if (f.present)
			assert_int_equal(e >> 9 & 7, l); /* the next one's, counted from 1 */
		t = mfn_to_virt(MFN(at));
	}
}

static void test_pages(void **state)
{
	assert_int_equal(walk(0x1234, DMA_READ), NONE);
	assert_int_equal(iommu_table_set(&f, root, 0x1234, MFN(0x55), 0, RW), 0);
	assert_int_equal(iommu_table_set(&f, root, 0x1235, MFN(0x66), 0, DMA_READ), 0);
	assert_int_equal(walk(0x1234, DMA_WRITE), 0x55);
	assert_int_equal(walk(0x1235, DMA_READ), 0x66);
	assert_int_equal(walk(0x1235, DMA_WRITE), NONE);
	assert_int_equal(walk(0x1236, DMA_READ), NONE);
	assert_int_equal(iommu_table_set(&f, root, 0x1234, MFN(0), 0, 0), 0);
	assert_int_equal(walk(0x1234, DMA_READ), NONE);
	assert_int_equal(walk(0x1235, DMA_READ), 0x66);
}

static void test_large_pages_are_split(void **state)
{
	unsigned before;

	assert_int_equal(iommu_table_set(&f, root, 0x400, MFN(0x800), 1, RW), 0);
	before = used;
	assert_int_equal(walk(0x5ff, DMA_WRITE), 0x9ff);
	assert_int_equal(walk(0x600, DMA_READ), NONE);
	assert_int_equal(iommu_table_set(&f, root, 0x477, MFN(0), 0, 0), 0);
	assert_int_equal(used, before + 1);
	assert_int_equal(walk(0x477, DMA_READ), NONE);
	assert_int_equal(walk(0x476, DMA_WRITE), 0x876);
	assert_int_equal(walk(0x478, DMA_WRITE), 0x878);
	/* All of it at once, through the table that is there now. */
	assert_int_equal(iommu_table_set(&f, root, 0x400, MFN(0), 1, 0), 0);
	assert_int_equal(walk(0x400, DMA_READ), NONE);
	assert_int_equal(used, before + 1);
}

static void test_gigabyte(void **state)
{
	assert_int_equal(iommu_table_set(&f, root, 1ul << 18, MFN(0x40000), 2, RW), 0);
	assert_int_equal(walk((1ul << 18) + 0x3ffff, DMA_READ), 0x7ffff);
	assert_int_equal(iommu_table_set(&f, root, 1ul << 18, MFN(0), 2, 0), 0);
	assert_int_equal(walk(1ul << 18, DMA_READ), NONE);
}

static void test_without_large_pages(void **state)
{
	f.has_2m = false;
	assert_int_equal(iommu_table_set(&f, root, 0x400, MFN(0x800), 1, RW), 0);
	assert_int_equal(walk(0x5ff, DMA_WRITE), 0x9ff);
	assert_false(((uint64_t *)mfn_to_virt(MFN(used)))[0] & f.large);
}

/* Nothing of a piece stays that could not be mapped as a whole; what cannot be split stays. */
static void test_out_of_memory(void **state)
{
	f.has_2m = false;
	limit = used + f.levels - 2 + 5;
	assert_int_equal(iommu_table_set(&f, root, 0, MFN(0x40000), 2, RW), -ENOMEM);
	assert_int_equal(walk(0, DMA_READ), NONE);
	assert_int_equal(walk(4 * 512 + 3, DMA_READ), NONE);
	assert_int_equal(used, limit);
	f.has_2m = true;
	limit = TABLES;
	assert_int_equal(iommu_table_set(&f, root, 0x40000, MFN(0x80000), 1, RW), 0);
	limit = used;
	assert_int_equal(iommu_table_set(&f, root, 0x40001, MFN(0), 0, 0), -ENOMEM);
	assert_int_equal(walk(0x40001, DMA_READ), 0x80001);
}

static void test_unmapping_nothing_costs_nothing(void **state)
{
	unsigned before = used;

	assert_int_equal(iommu_table_set(&f, root, 0x12345, MFN(0), 0, 0), 0);
	assert_int_equal(iommu_table_set(&f, root, 0x40000, MFN(0), 2, 0), 0);
	assert_int_equal(used, before);
}

/* Where the tables do not reach, no device does. */
static void test_beyond_reach(void **state)
{
	unsigned before = used;

	assert_int_equal(iommu_table_set(&f, root, 1ul << 9 * f.levels, MFN(5), 0, RW), 0);
	assert_int_equal(used, before);
	assert_int_equal(walk(0, DMA_READ), NONE);
}

#define BOTH(name)                                               \
	{ #name " (AMD-Vi)", name, setup_amd, teardown, NULL },  \
	{                                                        \
#name " (VT-d)", name, setup_vtd, teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_pages),         BOTH(test_large_pages_are_split),
		BOTH(test_gigabyte),      BOTH(test_without_large_pages),
		BOTH(test_out_of_memory), BOTH(test_unmapping_nothing_costs_nothing),
		BOTH(test_beyond_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
