// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of mm/ only. */
#ifndef SOCLE_MM_PRIVATE_H
#define SOCLE_MM_PRIVATE_H

#include "mm.h"

extern struct page_info *frame_table;
extern uint64_t frame_table_entries;

/* Frees 2^order frames into the buddy lists; each has PAGE_RAM set and count 0. */
void heap_free_block(uint64_t first, unsigned order);
/* 2^order frames, not scrubbed; 0 when there are none. */
uint64_t heap_take_block(unsigned order);
/* Adds a range of frames at start-up, in the largest aligned blocks. */
void heap_add_range(uint64_t first, uint64_t end);

#define BOOT_MAPPED (4UL << 30) /* boot/entry.S has mapped this much */

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

#endif
