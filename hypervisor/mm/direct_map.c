// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The direct map: machine address n is at DIRECTMAP_BASE + n. kernel_map.c has the first 4 GiB,
 * start-up maps the RAM above; device memory above that (64-bit BARs) is mapped, uncached, when it
 * is first asked for. Entries are only ever added, under one lock, but for the guard pages of
 * stacks.
 */
#include "lib.h"
#include "private.h"
#include "spinlock.h"

#define GIB          (1UL << 30)
#define DEVICE_LIMIT (1UL << 46)

static struct spinlock lock;

static uint64_t *table_of(uint64_t entry)
{
	return paddr_to_virt(entry & MAP_ADDRESS);
}

/* is_early: before there is a heap. */
static void *table_alloc(bool is_early)
{
	void *table;

	if (!is_early)
		return heap_alloc(0);
	table = paddr_to_virt(early_alloc(PAGE_SIZE));
	memset(table, 0, PAGE_SIZE);
	return table;
}

static uint64_t *entry_of_gib(paddr_t pa, bool is_early)
{
	uint64_t *e = kernel_root_entry(pa);
	void *table;

	if (!(*e & 1)) {
		table = table_alloc(is_early);
		if (!table)
			return NULL;
		*e = virt_to_paddr(table) | MAP_TABLE;
	}
	return table_of(*e) + (pa >> 30 & 511);
}

static bool map_gib(paddr_t pa, uint64_t bits, bool is_early)
{
	uint64_t *e = entry_of_gib(pa, is_early), *pd;

	if (!e)
		return false;
	if (*e & 1)
		return true;
	pd = table_alloc(is_early);
	if (!pd)
		return false;
	for (unsigned i = 0; i < 512; i++)
		pd[i] = (ROUND_DOWN(pa, GIB) + ((uint64_t)i << 21)) | bits;
	*e = virt_to_paddr(pd) | MAP_TABLE;
	return true;
}

void direct_map_ram(paddr_t end)
{
	for (paddr_t pa = BOOT_MAPPED; pa < end; pa += GIB)
		map_gib(pa, MAP_RAM, true);
}

void *device_to_virt(paddr_t pa)
{
	bool mapped = pa < BOOT_MAPPED;

	if (!mapped && pa < DEVICE_LIMIT) {
		spin_lock(&lock);
		mapped = map_gib(pa, MAP_DEVICE, false);
		spin_unlock(&lock);
	}
	return mapped ? paddr_to_virt(pa) : NULL;
}

bool direct_map_hide(paddr_t pa)
{
	uint64_t *large, *pt;

	spin_lock(&lock);
	large = &table_of(*entry_of_gib(pa, false))[pa >> 21 & 511];
	if (*large & MAP_LARGE) {
		pt = heap_alloc(0);
		if (!pt) {
			spin_unlock(&lock);
			return false;
		}
		for (unsigned i = 0; i < 512; i++)
			pt[i] = ROUND_DOWN(pa, 2UL << 20) | (uint64_t)i << PAGE_SHIFT |
				(*large & ~(MAP_ADDRESS | MAP_LARGE));
		WRITE_ONCE(*large, virt_to_paddr(pt) | MAP_TABLE);
	}
	WRITE_ONCE(table_of(*large)[pa >> PAGE_SHIFT & 511], 0);
	spin_unlock(&lock);
	return true;
}
