// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tables that units walk for a device's DMA: leaves of 4K and 2M, one walk for AMD-Vi's host
 * tables (48882, section 2.2.3) and VT-d's second level (chapter 9). Under p2m.lock of their
 * domain; each entry is one store, and a table stays until the domain goes, so that units may walk
 * at any time. A bit that both ignore marks what points to a table.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "mm.h"
#include "private.h"

#define ENTRIES       512u
#define ENTRY_ADDRESS 0x000ffffffffff000UL
#define IS_TABLE      BIT(52)
#define CACHE_LINE    64u

void iommu_written(const struct iommu_format *f, const void *p, size_t size)
{
	if (f->is_coherent)
		return;
	for (size_t at = 0; at < size; at += CACHE_LINE)
		__asm__ volatile("clflush %0" : : "m"(*((const char *)p + at)));
	memory_barrier();
}

uint64_t *iommu_table_alloc(const struct iommu_format *f)
{
	uint64_t *t = heap_alloc(0);

	if (t)
		iommu_written(f, t, PAGE_SIZE);
	return t;
}

void iommu_write(const struct iommu_format *f, uint64_t *e, uint64_t value)
{
	WRITE_ONCE(*e, value);
	iommu_written(f, e, sizeof(*e));
}

static uint64_t make_leaf(const struct iommu_format *f, uint64_t mfn, unsigned level,
			  unsigned access)
{
	if (!access)
		return 0;
	return mfn << PAGE_SHIFT | f->present | (access & DMA_READ ? f->read : 0) |
	       (access & DMA_WRITE ? f->write : 0) | (level ? f->large : 0);
}

static uint64_t *entry_table(uint64_t e)
{
	return mfn_to_virt(MFN((e & ENTRY_ADDRESS) >> PAGE_SHIFT));
}

/* The entry leads to a table that maps what it mapped. */
static bool split(const struct iommu_format *f, uint64_t *e, unsigned level)
{
	uint64_t old = *e, *t = iommu_table_alloc(f);

	if (!t)
		return false;
	if (old) { /* a leaf, at level 1 */
		for (unsigned i = 0; i < ENTRIES; i++)
			t[i] = (old & ~f->large) + ((uint64_t)i << PAGE_SHIFT);
		iommu_written(f, t, PAGE_SIZE);
	}
	iommu_write(f, e,
		    virt_to_paddr(t) | IS_TABLE | f->present | f->read | f->write |
			    (f->level_shift ? (uint64_t)level << f->level_shift : 0));
	return true;
}

static int set_pieces(const struct iommu_format *f, uint64_t *root, uint64_t dfn, mfn_t mfn,
		      unsigned level, unsigned access)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		uint64_t n = (uint64_t)i << 9 * (level - 1);
		int rc = iommu_table_set(f, root, dfn + n, MFN(mfn.n + n), level - 1, access);

		if (!rc)
			continue;
		while (access && i--) /* their tables are there: this cannot fail */
			iommu_table_set(f, root, dfn + ((uint64_t)i << 9 * (level - 1)), MFN(0),
					level - 1, 0);
		return rc;
	}
	return 0;
}

int iommu_table_set(const struct iommu_format *f, uint64_t *root, uint64_t dfn, mfn_t mfn,
		    unsigned level, unsigned access)
{
	uint64_t *t = root, *e;

	if (dfn >> 9 * f->levels)
		return 0;
	if (level > 1)
		return set_pieces(f, root, dfn, mfn, level, access);
	for (unsigned l = f->levels - 1;; l--) {
		e = &t[dfn >> 9 * l & (ENTRIES - 1)];
		if (l == level)
			break;
		if (!(*e & IS_TABLE)) {
			if (!*e && !access)
				return 0;
			if (!split(f, e, l))
				return -ENOMEM;
		}
		t = entry_table(*e);
	}
	if (level && ((*e & IS_TABLE) || (access && !f->has_2m)))
		return set_pieces(f, root, dfn, mfn, level, access);
	iommu_write(f, e, make_leaf(f, mfn.n, level, access));
	return 0;
}

void iommu_table_free(const struct iommu_format *f, uint64_t *root)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (root[i] & IS_TABLE)
			iommu_table_free(f, entry_table(root[i]));
	heap_free(root, 0);
}
