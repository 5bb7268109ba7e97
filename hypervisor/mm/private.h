// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of mm/ only. */
#ifndef SOCLE_MM_PRIVATE_H
#define SOCLE_MM_PRIVATE_H

#include "mm.h"

extern struct page_info *frame_table;
extern uint64_t frame_table_entries;

/*
 * Lists of frames that are linked by number through the frame table: the heap's free blocks, each
 * domain's pages. *list is the first one's number, 0 for none; its lock is its owner's. Inline:
 * each page of a guest is linked when the guest begins and unlinked when it ends.
 */
static inline void page_link(uint32_t *list, struct page_info *pg)
{
	uint32_t frame = (uint32_t)(pg - frame_table);

	pg->prev = 0;
	pg->next = *list;
	if (pg->next)
		frame_table[pg->next].prev = frame;
	*list = frame;
}
/* Only the first page of a list needs to know which one it is on. */
static inline void page_unlink(uint32_t *list, struct page_info *pg)
{
	if (pg->prev)
		frame_table[pg->prev].next = pg->next;
	else
		*list = pg->next;
	if (pg->next)
		frame_table[pg->next].prev = pg->prev;
	pg->next = pg->prev = 0;
}

/* Frees 2^order frames into the buddy lists; each has PAGE_RAM set and count 0. */
void heap_free_block(uint64_t first, unsigned order);
/* 2^order frames, scrubbed; 0 when there are none. */
uint64_t heap_take_block(unsigned order);
/*
 * Adds a range of frames at start-up, in the largest aligned blocks. PAGE_OWNER_STALE: idle CPUs
 * scrub them; PAGE_OWNER_NONE: whoever takes them.
 */
void heap_add_range(uint64_t first, uint64_t end, uint16_t owner);

/* r goes through the regions of RAM of a boot_info. */
#define for_each_ram(bi, r)                                                    \
	for ((r) = (bi)->region; (r) < (bi)->region + (bi)->nr_regions; (r)++) \
		if ((r)->type == MEM_RAM)

#define BOOT_MAPPED (4UL << 30) /* boot/entry.S has mapped this much */

/* Bits of the hypervisor's own page tables (SDM vol. 3, 4.5; APM vol. 2, 5.4). */
#define MAP_PRESENT BIT(0)
#define MAP_WRITE   BIT(1)
#define MAP_LARGE   BIT(7)
#define MAP_NX      BIT(63)
#define MAP_ADDRESS 0xffffffffff000UL
#define MAP_TABLE   (MAP_PRESENT | MAP_WRITE) /* leaves decide */
#define MAP_RAM     (MAP_PRESENT | MAP_WRITE | MAP_LARGE | MAP_NX)
#define MAP_DEVICE  (MAP_RAM | BIT(3) | BIT(4)) /* uncached: PWT, PCD */

/* --- kernel_map.c: the tables' root, and the first GiBs with the image --- */
void kernel_map_build(void);
void kernel_map_enter(void);
uint64_t *kernel_root_entry(paddr_t pa);

/* Start-up memory, never given back; panics when there is none (setup.c). */
paddr_t early_alloc(uint64_t size);

/* --- placement.c: the memory map's RAM between low and high, in whole pages --- */
struct boot_info;
struct ram_range {
	paddr_t start, end;
};
/* The largest piece; empty when there is none. */
struct ram_range ram_largest(const struct boot_info *bi, paddr_t low, paddr_t high);
/* Where `size` bytes at the end of the highest piece that has them begin; 0 when none has. */
paddr_t ram_find_top(const struct boot_info *bi, uint64_t size, paddr_t low, paddr_t high);
/* Calls give for all RAM from low on but the nr ranges that are taken. */
void ram_free(const struct boot_info *bi, paddr_t low, const struct ram_range *taken, unsigned nr,
	      void (*give)(paddr_t start, paddr_t end));

/* Maps RAM up to here (direct_map.c). */
void direct_map_ram(paddr_t end);
/* Nothing is mapped at this mapped page of RAM any more; see page_hide. */
bool direct_map_hide(paddr_t pa);

#endif
