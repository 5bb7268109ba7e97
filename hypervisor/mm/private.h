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

#endif
