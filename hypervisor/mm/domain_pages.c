// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages that belong to domains: accounting, the owner's list, references. A page is the owner's
 * while its count is above zero; the owner itself holds one reference (PAGE_ALLOCATED), each
 * mapping by others another. The list and the account are under the owner's page_lock; counts are
 * atomic.
 */
#include "atomic.h"
#include "domain.h"
#include "log.h"
#include "private.h"

static void owner_link(uint32_t *list, struct page_info *pg)
{
	uint32_t frame = (uint32_t)page_to_mfn(pg).n;

	pg->prev = 0;
	pg->next = *list;
	if (pg->next)
		frame_table[pg->next].prev = frame;
	*list = frame;
}

static void owner_unlink(struct domain *d, struct page_info *pg)
{
	if (pg->prev)
		frame_table[pg->prev].next = pg->next;
	else if (d->page_list == page_to_mfn(pg).n)
		d->page_list = pg->next;
	else
		d->page_list_rest = pg->next;
	if (pg->next)
		frame_table[pg->next].prev = pg->prev;
	pg->next = pg->prev = 0;
}

static void page_give(struct domain *d, struct page_info *pg)
{
	pg->owner = d->id;
	pg->flags = PAGE_RAM | PAGE_ALLOCATED;
	owner_link(&d->page_list, pg);
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

/* page_lock is held; true when the caller has to drop the pages' reference after unlocking. */
static bool unaccount(struct domain *d, uint64_t frames)
{
	d->tot_pages -= frames;
	return !d->tot_pages;
}

struct page_info *domain_page_alloc(struct domain *d, unsigned order)
{
	uint64_t frames = 1UL << order, first;
	bool last = false, given;

	spin_lock(&d->page_lock);
	if (!account(d, frames)) {
		spin_unlock(&d->page_lock);
		return NULL;
	}
	spin_unlock(&d->page_lock);

	first = heap_take_block(order);
	spin_lock(&d->page_lock);
	/* Its end may have begun meanwhile: nobody would come again for what is linked only now. */
	given = first && !d->is_dying;
	for (uint64_t i = 0; given && i < frames; i++)
		page_give(d, &frame_table[first + i]);
	if (!given)
		last = unaccount(d, frames);
	spin_unlock(&d->page_lock);
	if (!given && first)
		heap_free_block(first, order);
	if (last)
		domain_put(d); /* never the last one: the caller has its own */
	return given ? &frame_table[first] : NULL;
}

void domain_pages_adopt(struct domain *d, uint64_t first, uint64_t end)
{
	spin_lock(&d->page_lock);
	d->max_pages += end - first;
	account(d, end - first);
	for (uint64_t f = first; f < end; f++)
		page_give(d, &frame_table[f]);
	spin_unlock(&d->page_lock);
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

void page_put(struct page_info *pg)
{
	struct domain *d = NULL;
	bool last = false;

	ASSERT(atomic_read(&pg->count) > 0);
	if (atomic_sub(&pg->count, 1))
		return;
	if (!(pg->flags & PAGE_XENHEAP)) {
		d = domain_of_page(pg);
		ASSERT(d);
		spin_lock(&d->page_lock);
		owner_unlink(d, pg);
		last = unaccount(d, 1);
		spin_unlock(&d->page_lock);
	}
	pg->flags = PAGE_RAM;
	heap_free_block(page_to_mfn(pg).n, 0);
	if (last)
		domain_put(d);
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
		struct page_info *pg;
		bool ours;

		spin_lock(&d->page_lock);
		if (!d->page_list) {
			spin_unlock(&d->page_lock);
			return true;
		}
		/*
		 * Out of the way, so that those that others hold are not looked at again each time.
		 */
		pg = &frame_table[d->page_list];
		owner_unlink(d, pg);
		owner_link(&d->page_list_rest, pg);
		ours = clear_allocated(pg);
		spin_unlock(&d->page_lock);
		if (ours)
			page_put(pg);
	}
	return false;
}
