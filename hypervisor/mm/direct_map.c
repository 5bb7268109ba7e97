// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The direct map: machine address n is at DIRECTMAP_BASE + n. boot/entry.S maps the first 4 GiB,
 * start-up the RAM above; device memory above that (64-bit BARs) is mapped, uncached, when it is
 * first asked for. Entries are only ever added, under one lock.
 */
#include "lib.h"
#include "log.h"
#include "private.h"
#include "spinlock.h"

#define GIB          (1UL << 30)
#define ENTRY_TABLE  0x003UL /* present, writable */
#define ENTRY_RAM    0x083UL /* and a 2 MiB leaf */
#define ENTRY_DEVICE 0x09bUL /* and uncached: PCD, PWT */
#define DEVICE_LIMIT (1UL << 46)

extern uint64_t boot_pml4[];

static struct spinlock lock;

void *kernel_pml4(void)
{
	return boot_pml4;
}

static uint64_t *entry_of_gib(paddr_t pa, void *(*table_alloc)(void))
{
	uint64_t *e = &boot_pml4[256 + (pa >> 39)];
	void *table;

	if (!(*e & 1)) {
		table = table_alloc();
		if (!table)
			return NULL;
		*e = virt_to_paddr(table) | ENTRY_TABLE;
	}
	return (uint64_t *)paddr_to_virt(*e & PAGE_MASK) + (pa >> 30 & 511);
}

static bool map_gib(paddr_t pa, uint64_t bits, void *(*table_alloc)(void))
{
	uint64_t *e = entry_of_gib(pa, table_alloc), *pd;

	if (!e)
		return false;
	if (*e & 1)
		return true;
	pd = table_alloc();
	if (!pd)
		return false;
	for (unsigned i = 0; i < 512; i++)
		pd[i] = (ROUND_DOWN(pa, GIB) + ((uint64_t)i << 21)) | bits;
	*e = virt_to_paddr(pd) | ENTRY_TABLE;
	return true;
}

static void *early_table(void)
{
	void *table = paddr_to_virt(early_alloc(PAGE_SIZE));

	memset(table, 0, PAGE_SIZE);
	return table;
}

static void *heap_table(void)
{
	return heap_alloc(0);
}

void direct_map_ram(paddr_t end)
{
	for (paddr_t pa = BOOT_MAPPED; pa < end; pa += GIB)
		map_gib(pa, ENTRY_RAM, early_table);
}

void *device_to_virt(paddr_t pa)
{
	bool mapped = pa < BOOT_MAPPED;

	if (!mapped && pa < DEVICE_LIMIT) {
		spin_lock(&lock);
		mapped = map_gib(pa, ENTRY_DEVICE, heap_table);
		spin_unlock(&lock);
	}
	return mapped ? paddr_to_virt(pa) : NULL;
}
