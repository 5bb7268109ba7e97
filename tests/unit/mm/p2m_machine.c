// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See p2m_machine.h.
 */
#include "p2m_machine.h"

#include <stdlib.h>
#include <string.h>

#include "abi/errno.h"
#include "iommu.h"

static uint8_t *arena;
static unsigned freed;
unsigned used, limit, flushes;
struct domain *d, *owner;
struct page_info pages[NR_PAGES];

const struct p2m_format format = {
	.leaf = { [P2M_RAM_RW] = 7,
		  [P2M_RAM_RO] = 5,
		  [P2M_MMIO_DIRECT] = 7,
		  [P2M_FOREIGN] = 7,
		  [P2M_RAM_CLEAN] = 5 },
	.table = 7,
	.large = 0x80,
};
struct hvm_ops ops = { .p2m_format = &format };
const struct hvm_ops *hvm = &ops;

void *heap_alloc(unsigned order)
{
	assert_int_equal(order, 0);
	return used < limit ? memset(arena + used++ * PAGE_SIZE, 0, PAGE_SIZE) : NULL;
}

void heap_free(void *va, unsigned order)
{
	freed++;
}

/* Frame 1 is where the arena begins: 0 stands for no table. */
void *mfn_to_virt(mfn_t mfn)
{
	return arena + (mfn.n - 1) * PAGE_SIZE;
}

paddr_t virt_to_paddr(const void *va)
{
	return (paddr_t)((const uint8_t *)va - arena) + PAGE_SIZE;
}

mfn_t virt_to_mfn(const void *va)
{
	return MFN(virt_to_paddr(va) >> PAGE_SHIFT);
}

struct page_info *mfn_to_page(mfn_t mfn)
{
	return mfn.n < ARRAY_SIZE(pages) ? &pages[mfn.n] : NULL;
}

mfn_t page_to_mfn(const struct page_info *pg)
{
	return MFN((uint64_t)(pg - pages));
}

bool page_get(struct page_info *pg, const struct domain *dom)
{
	if (!pg->count || pg->owner != dom->id)
		return false;
	pg->count++;
	return true;
}

void page_put(struct page_info *pg)
{
	assert_true(pg->count > 0);
	pg->count--;
}

bool page_seize(struct page_info *pg, const struct domain *dom)
{
	if (pg->count != 1 || pg->owner != dom->id)
		return false;
	pg->count = 0;
	return true;
}

void page_release(struct page_info *pg)
{
	pg->count = 1;
}

struct domain *domain_of_page(const struct page_info *pg)
{
	return pg->owner == owner->id ? owner : d;
}

void tlb_flush_domain(struct domain *dom)
{
	flushes++;
}

struct told told;
unsigned nr_told, told_limit, dma_flushes;

int iommu_p2m_set(struct domain *dom, gfn_t gfn, mfn_t mfn, unsigned level, enum p2m_type type)
{
	assert_true(spin_is_locked(&dom->p2m.lock));
	if (nr_told == told_limit)
		return -ENOMEM;
	nr_told++;
	told.gfn = gfn.n;
	told.mfn = mfn.n;
	told.level = level;
	told.type = type;
	return 0;
}

void iommu_p2m_flush(struct domain *dom)
{
	dma_flushes++;
}

int setup(void **state)
{
	arena = aligned_alloc(PAGE_SIZE, TABLES * PAGE_SIZE);
	used = flushes = freed = 0;
	nr_told = dma_flushes = 0;
	told_limit = ~0u;
	limit = TABLES;
	d = calloc(1, sizeof(*d));
	d->id = 1;
	d->max_pages = 640;
	owner = calloc(1, sizeof(*owner));
	owner->id = 2;
	for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = (struct page_info){ .count = 1, .owner = 1 };
	return p2m_init(d);
}

int teardown(void **state)
{
	p2m_destroy(d);
	assert_int_equal(d->p2m.table_frames, 0);
	assert_int_equal(freed, used);
	free(arena);
	free(d);
	free(owner);
	return 0;
}

void at(uint64_t gfn, uint64_t mfn, enum p2m_type type)
{
	enum p2m_type t;
	mfn_t m = p2m_lookup(d, GFN(gfn), &t);

	assert_int_equal(t, type);
	assert_int_equal(m.n, type == P2M_INVALID ? INVALID_MFN.n : mfn);
}
