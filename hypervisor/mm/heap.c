// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The heap: a buddy allocator over the frame table, and small objects carved out of its pages. One
 * lock each. Nothing of a previous owner is ever seen: free frames are scrubbed by CPUs that have
 * nothing else to do, and what they did not get to when it is handed out.
 */
#include "atomic.h"
#include "lib.h"
#include "private.h"
#include "spinlock.h"

#define ORDER_MAX        18u
#define OBJECT_SHIFT_MIN 5u
#define OBJECT_SHIFT_MAX 11u
#define SCRUB_MIN        512u /* fewer are not worth searching the frame table for */
#define SCRUB_LOOKS      512u /* frames looked at in one go */

struct page_info *frame_table;
uint64_t frame_table_entries;

static struct spinlock heap_lock;
static uint32_t free_list[ORDER_MAX + 1]; /* heap_lock */
static uint64_t free_frames;              /* heap_lock */
static uint64_t stale_frames;             /* how many are PAGE_OWNER_STALE; heap_lock */
static uint64_t scrub_next;               /* where to look for them; heap_lock */

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
	page_link(&free_list[order], &frame_table[frame]);
	frame_table[frame].order = (uint8_t)order;
	frame_table[frame].flags |= PAGE_FREE;
}

static void list_unlink(unsigned order, uint64_t frame)
{
	page_unlink(&free_list[order], &frame_table[frame]);
	frame_table[frame].flags &= (uint8_t)~PAGE_FREE;
}

static bool is_free_block(uint64_t frame, unsigned order)
{
	return frame && frame < frame_table_entries && (frame_table[frame].flags & PAGE_FREE) &&
	       frame_table[frame].order == order;
}

static void free_block(uint64_t first, unsigned order, uint16_t owner)
{
	spin_lock(&heap_lock);
	for (uint64_t i = 0; i < 1UL << order; i++)
		frame_table[first + i].owner = owner;
	free_frames += 1UL << order;
	if (owner == PAGE_OWNER_STALE) {
		stale_frames += 1UL << order;
		scrub_next = first;
	}
	while (order < ORDER_MAX && is_free_block(first ^ (1UL << order), order)) {
		list_unlink(order, first ^ (1UL << order));
		first &= ~(1UL << order);
		order++;
	}
	list_push(order, first);
	spin_unlock(&heap_lock);
}

void heap_free_block(uint64_t first, unsigned order)
{
	free_block(first, order, PAGE_OWNER_STALE);
}

/* From here on heap_scrub_idle keeps away from them; heap_lock is held. */
static void claim(uint64_t first, unsigned order)
{
	for (uint64_t i = 0; i < 1UL << order; i++)
		if (frame_table[first + i].owner == PAGE_OWNER_STALE) {
			frame_table[first + i].owner = PAGE_OWNER_NONE;
			stale_frames--;
		}
	free_frames -= 1UL << order;
}

static void scrub(uint64_t first, unsigned order)
{
	for (uint64_t i = 0; i < 1UL << order; i++)
		if (frame_table[first + i].owner != PAGE_OWNER_CLEAN)
			memset(mfn_to_virt(MFN(first + i)), 0, PAGE_SIZE);
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
		claim(frame, order);
		break;
	}
	spin_unlock(&heap_lock);
	if (frame)
		scrub(frame, order);
	return frame;
}

bool heap_scrub_idle(void)
{
	static bool busy; /* one CPU at a time: who wants memory shall not queue behind many */
	bool more;

	if (READ_ONCE(stale_frames) < SCRUB_MIN || atomic_xchg(&busy, true))
		return false;
	spin_lock(&heap_lock);
	for (unsigned i = 0; stale_frames && i < SCRUB_LOOKS; i++) {
		uint64_t frame = scrub_next;

		scrub_next = frame + 1 < frame_table_entries ? frame + 1 : 0;
		if (frame_table[frame].owner != PAGE_OWNER_STALE)
			continue;
		memset(mfn_to_virt(MFN(frame)), 0, PAGE_SIZE);
		frame_table[frame].owner = PAGE_OWNER_CLEAN;
		stale_frames--;
		break;
	}
	more = stale_frames >= SCRUB_MIN;
	spin_unlock(&heap_lock);
	atomic_set(&busy, false);
	return more;
}

void heap_add_range(uint64_t first, uint64_t end, uint16_t owner)
{
	while (first < end) {
		unsigned order = first ? MIN(bit_lowest(first), ORDER_MAX) : 0;

		while (first + (1UL << order) > end)
			order--;
		free_block(first, order, owner);
		first += 1UL << order;
	}
}

void *heap_alloc(unsigned order)
{
	uint64_t frame = order <= ORDER_MAX ? heap_take_block(order) : 0;

	if (!frame)
		return NULL;
	for (uint64_t i = 0; i < 1UL << order; i++)
		frame_table[frame + i].owner = PAGE_OWNER_HYPERVISOR;
	return mfn_to_virt(MFN(frame));
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
