// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Giving frames to a domain and taking them back: populate_physmap and decrease_reservation, in
 * extents of 2^order frames, interruptible between extents. Accounting is mm/'s, under
 * d->page_lock; no lock is held here across an extent.
 *
 * The control domain is mapped one to one and has devices: a frame that it gives back is only taken
 * out of its map, stays its own, and comes back at the same place. Else a driver would one day be
 * given a page whose number is not the address that its device must use.
 */
#include "private.h"

#include "abi/memory.h"
#include "mm.h"
#include "p2m.h"

/* Frames per flush when they are given back. */
#define RELEASE_BATCH 64u

static bool is_direct_mapped(const struct domain *d)
{
	return d->is_control;
}

/* Drops the owner's reference of pages that are mapped nowhere any more, and what we held. */
static void pages_release(struct domain *d, struct page_info **pages, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		/* A page of ours that the domain was shown (shared info, grant table) stays. */
		if (!is_direct_mapped(d) && !(pages[i]->flags & PAGE_XENHEAP))
			page_drop_allocated(pages[i]);
		page_put(pages[i]);
	}
}

/*
 * Takes `nr` frames from gfn on out of the map and gives those that are RAM of d back. The flush
 * comes before any page is let go: until then some CPU might still write to it. Frames that are not
 * RAM are left alone and end it: -EINVAL.
 */
static int range_release(struct domain *d, gfn_t gfn, unsigned nr)
{
	struct page_info *pages[RELEASE_BATCH];
	enum p2m_type type;
	unsigned n;
	int rc = 0;

	for (n = 0; n < nr && !rc; n++) {
		pages[n] = p2m_page_get(d, GFN(gfn.n + n), &type);
		if (!pages[n]) {
			rc = -EINVAL;
			break;
		}
		if (type == P2M_RAM_RW || type == P2M_RAM_RO)
			rc = p2m_unmap_page(d, GFN(gfn.n + n), page_to_mfn(pages[n]));
		else
			rc = -EINVAL;
		if (rc) {
			page_put(pages[n]);
			break;
		}
	}
	p2m_flush(d);
	pages_release(d, pages, n);
	return rc;
}

int gfn_vacate(struct domain *d, gfn_t gfn)
{
	enum p2m_type type;

	p2m_lookup(d, gfn, &type);
	switch (type) {
	case P2M_INVALID: return 0;
	case P2M_RAM_RW:
	case P2M_RAM_RO: return range_release(d, gfn, 1);
	case P2M_FOREIGN:
	case P2M_MMIO_DIRECT:
	case P2M_MMIO_RO: return p2m_unmap(d, gfn, ORDER_4K);
	default: return -EBUSY; /* a grant: unmapped by its handle, and by nothing else */
	}
}

/* --- one extent ------------------------------------------------------------------------------- */

static int extent_decrease(struct domain *d, gfn_t gfn, unsigned order)
{
	uint64_t nr = BIT(order);
	int rc = 0;

	for (uint64_t i = 0; i < nr && !rc; i += RELEASE_BATCH)
		rc = range_release(d, GFN(gfn.n + i), (unsigned)MIN(nr - i, RELEASE_BATCH));
	return rc;
}

/* Gives frames that the domain kept back to their own places. */
static int extent_restore(struct domain *d, gfn_t gfn, unsigned order)
{
	for (uint64_t i = 0; i < BIT(order); i++) {
		struct page_info *pg = mfn_to_page(MFN(gfn.n + i));
		enum p2m_type type;
		int rc;

		p2m_lookup(d, GFN(gfn.n + i), &type);
		if (type != P2M_INVALID)
			return -EBUSY;
		if (!pg || !page_get(pg, d))
			return -ENOMEM;
		rc = pg->flags & PAGE_XENHEAP
			     ? -ENOMEM
			     : p2m_map(d, GFN(gfn.n + i), MFN(gfn.n + i), ORDER_4K, P2M_RAM_RW);
		page_put(pg);
		if (rc)
			return rc;
	}
	return 0;
}

/* If it is still d's: d may have been destroyed meanwhile, and the page be another's. */
static void extent_free(struct domain *d, struct page_info *pg, unsigned order)
{
	for (uint64_t i = 0; i < BIT(order); i++)
		if (page_get(pg + i, d)) {
			page_drop_allocated(pg + i);
			page_put(pg + i);
		}
}

static int extent_populate(struct domain *d, gfn_t gfn, unsigned order)
{
	struct page_info *pg;
	int rc;

	if (gfn.n & (BIT(order) - 1))
		return -EINVAL;
	if (is_direct_mapped(d))
		return extent_restore(d, gfn, order);
	/*
	 * What stood at gfn is replaced; RAM that was there stays the domain's but is out of its
	 * reach until it is destroyed. A guest hurts only itself by that.
	 */
	pg = domain_page_alloc(d, order);
	if (!pg)
		return -ENOMEM;
	rc = p2m_map(d, gfn, page_to_mfn(pg), order, P2M_RAM_RW);
	if (rc)
		extent_free(d, pg, order);
	return rc;
}

/* --- lists of extents ------------------------------------------------------------------------- */

/* How large an extent may be: it is worked on in one go, scrubbed above all. */
#define ORDER_MAX ORDER_2M

static bool gfns_plausible(uint64_t gfn, unsigned order)
{
	return gfn < BIT(52 - PAGE_SHIFT) && gfn + BIT(order) <= BIT(52 - PAGE_SHIFT);
}

static int extent_run(struct domain *d, unsigned op, const struct xen_memory_reservation *r,
		      uint64_t i)
{
	uint64_t gfn;

	if (guest_word_from(&gfn, r->extent_start, i))
		return -EFAULT;
	if (!gfns_plausible(gfn, r->extent_order))
		return -EINVAL;
	return op == XENMEM_populate_physmap ? extent_populate(d, GFN(gfn), r->extent_order)
					     : extent_decrease(d, GFN(gfn), r->extent_order);
}

/* Extents done, counted from the list's beginning; -ERESTART with the progress in the command. */
static long extents_run(struct domain *d, unsigned op, const struct xen_memory_reservation *r,
			uint64_t start)
{
	for (uint64_t i = start; i < r->nr_extents; i++) {
		if (i > start && hypercall_preempt()) {
			hypercall_set_arg(0, op | i << MEMOP_PROGRESS_SHIFT);
			return -ERESTART;
		}
		if (d->is_dying || extent_run(d, op, r, i))
			return (long)i;
	}
	return (long)r->nr_extents;
}

long memory_reservation(struct request *q)
{
	const struct xen_memory_reservation *r = q->arg;
	long rc;

	/* The answer counts extents, and progress must fit beside the command. */
	if (r->nr_extents > UINT32_MAX >> MEMOP_PROGRESS_SHIFT || q->start > r->nr_extents)
		return -EINVAL;
	if (r->extent_order > ORDER_MAX)
		return (long)q->start; /* as Xen has it: no extent was done */
	if (q->cmd == XENMEM_increase_reservation)
		/* Frames without a place are of no use to a domain that sees no machine frames. */
		return unsupported("memory_op", q->cmd);
	if (r->mem_flags & XENMEMF_populate_on_demand)
		return unsupported("populate on demand, memory_op", q->cmd);
	rc = extents_run(q->d, q->cmd, r, q->start);
	/* Replaced entries: nothing is let go by populate, but nobody shall see the old page. */
	if (q->cmd == XENMEM_populate_physmap)
		p2m_flush(q->d);
	return rc;
}
