// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of frames through the frame table, linked by frame number: the heap's free blocks and the
 * pages of domains. Each list is under its owner's lock.
 */
#include "private.h"

void page_link(uint32_t *list, struct page_info *pg)
{
	pg->prev = 0;
	pg->next = *list;
	*list = (uint32_t)page_to_mfn(pg).n;
	if (pg->next)
		frame_table[pg->next].prev = *list;
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
