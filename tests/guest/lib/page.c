// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory from the largest stretch of RAM that the memory map has, the image and the loader's
 * things left out. Virtual is physical here.
 */
#include "page.h"

#include "abi/memory.h"
#include "cpu.h"
#include "hypercall.h"
#include "print.h"
#include "test.h"

extern char image_end[];
extern uint64_t pml4[];

#define HIGHEST_ADDRESS 0xc0000000UL /* what lies above belongs to devices */

static uint64_t next, limit;

unsigned memory_map_read(struct e820_entry *map, unsigned room)
{
	struct xen_memory_map arg = { .nr_entries = room, .buffer = (uint64_t)map };

	return memory_op(XENMEM_memory_map, &arg) == 0 ? arg.nr_entries : 0;
}

/*
 * The loader has put its own things into our RAM, too, a page or less each: takes the largest
 * stretch between them.
 */
static void avoid_loader_data(const struct hvm_start_info *info)
{
	uint64_t taken[] = { next - PAGE_SIZE,    (uint64_t)info,     info->modlist_paddr,
			     info->cmdline_paddr, info->memmap_paddr, info->rsdp_paddr };
	const unsigned count = sizeof(taken) / sizeof(taken[0]);
	uint64_t ram_start = next, ram_end = limit;

	limit = next;
	for (unsigned i = 0; i < count; i++) {
		uint64_t from = (taken[i] & -PAGE_SIZE) + PAGE_SIZE, to = ram_end;

		if (from < ram_start || from >= ram_end)
			continue;
		for (unsigned j = 0; j < count; j++)
			if (taken[j] >= from && taken[j] < to)
				to = taken[j] & -PAGE_SIZE;
		if (to - from > limit - next) {
			next = from;
			limit = to;
		}
	}
}

void page_init(const struct hvm_start_info *info)
{
	static struct e820_entry map[128];
	unsigned entries = memory_map_read(map, sizeof(map) / sizeof(map[0]));

	for (unsigned i = 0; i < entries; i++) {
		uint64_t from = map[i].addr, to = map[i].addr + map[i].size;

		if (map[i].type != XEN_HVM_MEMMAP_TYPE_RAM)
			continue;
		from = from < (uint64_t)image_end ? (uint64_t)image_end : from;
		to = to > HIGHEST_ADDRESS ? HIGHEST_ADDRESS : to;
		if (to > from && to - from > limit - next) {
			next = from;
			limit = to;
		}
	}
	avoid_loader_data(info);
}

void *page_alloc_many(unsigned count)
{
	void *pages = (void *)next;

	if (next + count * PAGE_SIZE > limit)
		test_fail("no memory left for %u pages", count);
	next += count * PAGE_SIZE;
	return memset(pages, 0, count * PAGE_SIZE);
}

void *page_alloc(void)
{
	return page_alloc_many(1);
}

void page_unmap_2m(uint64_t address)
{
	uint64_t *pdpt = (uint64_t *)(pml4[0] & -PAGE_SIZE);
	uint64_t *directory = (uint64_t *)(pdpt[address >> 30 & 511] & -PAGE_SIZE);

	directory[address >> 21 & 511] = 0;
	tlb_flush();
}
