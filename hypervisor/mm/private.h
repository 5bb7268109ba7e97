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
/* Maps RAM up to here (direct_map.c). */
void direct_map_ram(paddr_t end);

#endif
