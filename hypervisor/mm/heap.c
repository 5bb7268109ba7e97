// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap: a buddy allocator over the frame table, and small objects carved out of its pages. One
 * lock each. Frames are scrubbed when they are handed out, so nothing of a previous owner is ever
 * seen.
 */
#include "atomic.h"
#include "lib.h"
#include "log.h"
#include "private.h"
#include "spinlock.h"

#define ORDER_MAX        18u
#define OBJECT_SHIFT_MIN 5u
#define OBJECT_SHIFT_MAX 11u

struct page_info *frame_table;
uint64_t frame_table_entries;

static struct spinlock heap_lock;
static uint32_t free_list[ORDER_MAX + 1]; /* heap_lock */
static uint64_t free_frames;              /* heap_lock */

struct free_object {
	struct free_object *next;
};
static struct spinlock object_lock;
static struct free_object *free_objects[OBJECT_SHIFT_MAX + 1]; /* object_lock */

struct page_info *mfn_to_page(mfn_t mfn)
{
	if (mfn.n >= frame_table_entries || !(frame_table[mfn.n].flags & PAGE_RAM))
		return NULL;
	return &frame_table[mfn.n];
}

mfn_t page_to_mfn(const struct page_info *pg)
{
	return MFN((uint64_t)(pg - frame_table));
}

static void list_push(unsigned order, uint64_t frame)
{
	struct page_info *pg = &frame_table[frame];

	pg->next = free_list[order];
	pg->prev = 0;
	pg->order = (uint8_t)order;
	pg->flags |= PAGE_FREE;
	if (pg->next)
		frame_table[pg->next].prev = (uint32_t)frame;
	free_list[order] = (uint32_t)frame;
}

static void list_unlink(unsigned order, uint64_t frame)
{
	struct page_info *pg = &frame_table[frame];

	if (pg->prev)
		frame_table[pg->prev].next = pg->next;
	else
		free_list[order] = pg->next;
	if (pg->next)
		frame_table[pg->next].prev = pg->prev;
	pg->next = pg->prev = 0;
	pg->flags &= (uint8_t)~PAGE_FREE;
}

static bool is_free_block(uint64_t frame, unsigned order)
{
	return frame && frame < frame_table_entries && (frame_table[frame].flags & PAGE_FREE) &&
	       frame_table[frame].order == order;
}

void heap_free_block(uint64_t first, unsigned order)
{
	spin_lock(&heap_lock);
	for (uint64_t i = 0; i < 1UL << order; i++)
		frame_table[first + i].owner = PAGE_OWNER_NONE;
	free_frames += 1UL << order;
	while (order < ORDER_MAX && is_free_block(first ^ (1UL << order), order)) {
		list_unlink(order, first ^ (1UL << order));
		first &= ~(1UL << order);
		order++;
	}
	list_push(order, first);
	spin_unlock(&heap_lock);
}

uint64_t heap_take_block(unsigned order)
{
	uint64_t frame = 0;

	spin_lock(&heap_lock);
	for (unsigned o = order; o <= ORDER_MAX; o++) {
		frame = free_list[o];
		if (!frame)
			continue;
		list_unlink(o, frame);
		while (o > order) {
			o--;
			list_push(o, frame + (1UL << o));
		}
		free_frames -= 1UL << order;
		break;
	}
	spin_unlock(&heap_lock);
	return frame;
}

void heap_add_range(uint64_t first, uint64_t end)
{
	while (first < end) {
		unsigned order = first ? MIN(bit_lowest(first), ORDER_MAX) : 0;

		while (first + (1UL << order) > end)
			order--;
		heap_free_block(first, order);
		first += 1UL << order;
	}
}

void *heap_alloc(unsigned order)
{
	uint64_t frame = order <= ORDER_MAX ? heap_take_block(order) : 0;
	void *va;

	if (!frame)
		return NULL;
	for (uint64_t i = 0; i < 1UL << order; i++)
		frame_table[frame + i].owner = PAGE_OWNER_HYPERVISOR;
	va = mfn_to_virt(MFN(frame));
	memset(va, 0, PAGE_SIZE << order);
	return va;
}

void heap_free(void *va, unsigned order)
{
	if (va)
		heap_free_block(virt_to_mfn(va).n, order);
}

uint64_t heap_free_frames(void)
{
	return READ_ONCE(free_frames);
}

static unsigned object_shift(size_t size)
{
	unsigned shift = OBJECT_SHIFT_MIN;

	while ((size_t)1 << shift < size)
		shift++;
	return shift;
}

static unsigned pages_order(unsigned shift)
{
	return shift > PAGE_SHIFT ? shift - PAGE_SHIFT : 0;
}

void *object_alloc(size_t size)
{
	unsigned shift = object_shift(size);
	struct free_object *o;
	char *page;

	if (shift > OBJECT_SHIFT_MAX)
		return heap_alloc(pages_order(shift));
	spin_lock(&object_lock);
	if (!free_objects[shift]) {
		page = heap_alloc(0);
		for (size_t at = 0; page && at < PAGE_SIZE; at += (size_t)1 << shift) {
			o = (struct free_object *)(page + at);
			o->next = free_objects[shift];
			free_objects[shift] = o;
		}
	}
	o = free_objects[shift];
	if (o)
		free_objects[shift] = o->next;
	spin_unlock(&object_lock);
	if (o)
		memset(o, 0, (size_t)1 << shift);
	return o;
}

void object_free(void *p, size_t size)
{
	unsigned shift = object_shift(size);
	struct free_object *o = p;

	if (!p)
		return;
	if (shift > OBJECT_SHIFT_MAX) {
		heap_free(p, pages_order(shift));
		return;
	}
	spin_lock(&object_lock);
	o->next = free_objects[shift];
	free_objects[shift] = o;
	spin_unlock(&object_lock);
}
