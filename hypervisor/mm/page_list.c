// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of frames that are linked by number through the frame table: the heap's free blocks, each
 * domain's pages. The lock of a list is its owner's.
 */
#include "private.h"

void page_link(uint32_t *list, struct page_info *pg)
{
	uint32_t frame = (uint32_t)page_to_mfn(pg).n;

	pg->prev = 0;
	pg->next = *list;
	if (pg->next)
		frame_table[pg->next].prev = frame;
	*list = frame;
}

void page_unlink(uint32_t *list, struct page_info *pg)
{
	if (pg->prev)
		frame_table[pg->prev].next = pg->next;
	else
		*list = pg->next;
	if (pg->next)
		frame_table[pg->next].prev = pg->prev;
	pg->next = pg->prev = 0;
}
