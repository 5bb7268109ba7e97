// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that belong to domains: accounting, the owner's list, references. A page is the owner's
 * while its count is above zero; the owner itself holds one reference (PAGE_ALLOCATED), each
 * mapping by others another. One that changes hands has none in between. The list and the account
 * are under the owner's page_lock; counts are atomic.
 */
#include "atomic.h"
#include "domain.h"
#include "log.h"
#include "private.h"

/* Off the list and the account. page_lock is held. True: it was the last, which kept d. */
static bool owner_leave(struct domain *d, struct page_info *pg)
{
	bool leads = pg == &frame_table[d->page_list];

	page_unlink(leads ? &d->page_list : &d->page_list_rest, pg);
	return --d->tot_pages == 0;
}

static void page_give(struct domain *d, struct page_info *pg)
{
	pg->owner = d->id;
	pg->flags = PAGE_RAM | PAGE_ALLOCATED;
	page_link(&d->page_list, pg);
	atomic_set(&pg->count, 1);
}

/* page_lock is held; the domain's limit allows it and it is not dying. */
static bool account(struct domain *d, uint64_t frames)
{
	if (d->is_dying || d->tot_pages + frames > d->max_pages)
		return false;
	if (!d->tot_pages)
		atomic_add(&d->refs, 1); /* the pages' reference: dropped with the last of them */
	d->tot_pages += frames;
	return true;
}

/*
 * Frames that nobody has become d's. In one go: nobody would come again for what is linked when d's
 * end has begun. False: over its limit, or dying.
 */
static bool pages_give(struct domain *d, uint64_t first, uint64_t frames)
{
	bool given;

	spin_lock(&d->page_lock);
	given = account(d, frames);
	for (uint64_t i = 0; given && i < frames; i++)
		page_give(d, &frame_table[first + i]);
	spin_unlock(&d->page_lock);
	return given;
}

struct page_info *domain_page_alloc(struct domain *d, unsigned order)
{
	uint64_t frames = 1UL << order, first;

	/* Nothing is scrubbed for who may not have it; two at once are sorted out below. */
	if (READ_ONCE(d->tot_pages) + frames > READ_ONCE(d->max_pages))
		return NULL;
	first = heap_take_block(order);
	if (!first)
		return NULL;
	if (pages_give(d, first, frames))
		return &frame_table[first];
	heap_free_block(first, order);
	return NULL;
}

void domain_pages_adopt(struct domain *d, uint64_t first, uint64_t end)
{
	d->max_pages += end - first;
	pages_give(d, first, end - first);
}

bool page_get(struct page_info *pg, const struct domain *d)
{
	uint32_t count = atomic_read(&pg->count);

	do {
		/* 0: free. The ceiling keeps a guest from wrapping the counter with grants. */
		if (!count || count >= 0x7fffffffu || READ_ONCE(pg->owner) != d->id)
			return false;
	} while (!__atomic_compare_exchange_n(&pg->count, &count, count + 1, true, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	if (likely(READ_ONCE(pg->owner) == d->id))
		return true;
	page_put(pg); /* freed and given to another between the two looks */
	return false;
}

/* Nobody refers to the page any more: it leaves its owner's list and account. */
static void page_leave(struct page_info *pg)
{
	struct domain *d = domain_of_page(pg);
	bool last;

	ASSERT(d);
	spin_lock(&d->page_lock);
	last = owner_leave(d, pg);
	spin_unlock(&d->page_lock);
	if (last)
		domain_put(d);
}

static void page_free(struct page_info *pg)
{
	pg->flags = PAGE_RAM;
	heap_free_block(page_to_mfn(pg).n, 0);
}

void page_put(struct page_info *pg)
{
	ASSERT(atomic_read(&pg->count) > 0);
	if (atomic_sub(&pg->count, 1))
		return;
	if (!(pg->flags & PAGE_XENHEAP))
		page_leave(pg);
	page_free(pg);
}

bool page_seize(struct page_info *pg, const struct domain *d)
{
	return READ_ONCE(pg->owner) == d->id && (READ_ONCE(pg->flags) & PAGE_ALLOCATED) &&
	       atomic_cmpxchg(&pg->count, 1, 0);
}

void page_release(struct page_info *pg)
{
	atomic_set(&pg->count, 1);
}

bool page_move(struct page_info *pg, struct domain *to)
{
	page_leave(pg);
	/* It may be gone with `to` by the time that a reference is asked for. */
	if (to && pages_give(to, page_to_mfn(pg).n, 1))
		return page_get(pg, to);
	page_free(pg);
	return false;
}

static bool clear_allocated(struct page_info *pg)
{
	return __atomic_fetch_and(&pg->flags, (uint8_t)~PAGE_ALLOCATED, __ATOMIC_SEQ_CST) &
	       PAGE_ALLOCATED;
}

bool page_drop_allocated(struct page_info *pg)
{
	if (!clear_allocated(pg))
		return false;
	page_put(pg);
	return true;
}

void page_share_with(void *va, struct domain *d)
{
	struct page_info *pg = mfn_to_page(virt_to_mfn(va));

	pg->owner = d->id;
	pg->flags = PAGE_RAM | PAGE_XENHEAP;
	atomic_set(&pg->count, 1);
}

void page_unshare(void *va)
{
	page_put(mfn_to_page(virt_to_mfn(va)));
}

bool domain_pages_release(struct domain *d, unsigned max)
{
	for (unsigned i = 0; i < max; i++) {
		bool is_free, was_last = false;
		struct page_info *pg;

		spin_lock(&d->page_lock);
		if (!d->page_list) {
			spin_unlock(&d->page_lock);
			return true;
		}
		pg = &frame_table[d->page_list];
		is_free = clear_allocated(pg) && !atomic_sub(&pg->count, 1);
		if (is_free) {
			was_last = owner_leave(d, pg);
		} else {
			/* Others hold it: out of the way, or it were looked at again each time. */
			page_unlink(&d->page_list, pg);
			page_link(&d->page_list_rest, pg);
		}
		spin_unlock(&d->page_lock);
		if (is_free)
			page_free(pg);
		if (was_last)
			domain_put(d);
	}
	return false;
}
