// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Placing frames in a domain's map: its own special pages, pages moved, other domains' pages (that
 * is how domain 0 builds a guest), resources. Linux maps foreign pages with one hypercall per page,
 * so the way there is short: one lookup, one entry, no flush unless something was replaced. Locks:
 * p2m's and page_lock, inside the functions called.
 */
#include "private.h"

#include "abi/memory.h"
#include "grant.h"
#include "ioreq.h"
#include "mm.h"
#include "p2m.h"

/* Frames of a resource mapped per call before it looks whether to make room for others. */
#define RESOURCE_BATCH 32u

/* --- what is mapped --------------------------------------------------------------------------- */

/* What stood at gfn is given back. */
static int place(struct domain *d, gfn_t gfn, mfn_t mfn, enum p2m_type type)
{
	int rc = gfn_vacate(d, gfn);

	return rc ? rc : p2m_map(d, gfn, mfn, ORDER_4K, type);
}

static int map_grant_frame(struct domain *d, uint64_t idx, gfn_t gfn)
{
	bool status = idx & XENMAPIDX_grant_table_status;
	mfn_t mfn;
	int rc;

	idx &= ~(uint64_t)XENMAPIDX_grant_table_status;
	if (idx > UINT32_MAX)
		return -EINVAL;
	rc = grant_frame_get(d, (unsigned)idx, status, &mfn);
	if (!rc)
		rc = place(d, gfn, mfn, P2M_RAM_RW);
	if (!rc)
		grant_frame_placed(d, (unsigned)idx, status, gfn);
	return rc;
}

/* RAM of d's own moves from one frame number to another. */
static int map_moved(struct domain *d, gfn_t from, gfn_t to)
{
	enum p2m_type type;
	struct page_info *pg;
	int rc;

	if (from.n == to.n)
		return 0;
	/* Would break one to one: see memory_reservation.c. */
	if (d->is_control)
		return -EPERM;
	pg = p2m_page_get(d, from, &type);
	if (!pg)
		return -EINVAL;
	rc = type != P2M_RAM_RW ? -EINVAL : gfn_vacate(d, to);
	if (!rc)
		rc = p2m_move_page(d, from, to, page_to_mfn(pg));
	page_put(pg);
	return rc;
}

/* The reference that p2m_page_get takes becomes the mapping's. */
static int map_foreign(struct domain *d, struct domain *from, uint64_t idx, gfn_t gfn)
{
	enum p2m_type type;
	struct page_info *pg;
	int rc;

	pg = p2m_page_get(from, GFN(idx), &type);
	if (!pg)
		return -EINVAL;
	rc = type == P2M_RAM_RW ? place(d, gfn, page_to_mfn(pg), P2M_FOREIGN) : -EINVAL;
	if (rc)
		page_put(pg);
	return rc;
}

/* from: for foreign pages, whose; else NULL. */
static int map_one(struct domain *d, unsigned space, struct domain *from, uint64_t idx, gfn_t gfn)
{
	switch (space) {
	case XENMAPSPACE_shared_info:
		if (idx)
			return -EINVAL;
		d->shared_info_gfn = gfn;
		return place(d, gfn, virt_to_mfn(d->shared_info), P2M_RAM_RW);
	case XENMAPSPACE_grant_table: return map_grant_frame(d, idx, gfn);
	case XENMAPSPACE_gmfn:
	case XENMAPSPACE_gmfn_range: return map_moved(d, GFN(idx), gfn);
	case XENMAPSPACE_gmfn_foreign: return from ? map_foreign(d, from, idx, gfn) : -EINVAL;
	case XENMAPSPACE_dev_mmio:
		/*
		 * Domain 0 has all device memory at its own address already; nobody else has any.
		 */
		return d->is_control && idx == gfn.n ? 0 : -EPERM;
	default: return -EINVAL;
	}
}

/* --- single and range ------------------------------------------------------------------------- */

long memory_add_to_physmap(struct request *q)
{
	struct xen_add_to_physmap *a = q->arg;
	const bool range = a->space == XENMAPSPACE_gmfn_range;
	long rc = 0;

	if (a->space == XENMAPSPACE_gmfn_foreign)
		return -ENOSYS; /* no field to name the other domain: only in a batch */
	for (uint64_t left = range ? a->size : 1; left && !rc; left--) {
		rc = map_one(q->d, a->space, NULL, a->idx, GFN(a->gpfn));
		if (rc || !range)
			break;
		a->idx++;
		a->gpfn++;
		a->size--;
		if (a->size && hypercall_preempt())
			rc = -ERESTART;
	}
	p2m_flush(q->d);
	/* Progress lives in the caller's structure, which also tells it how far it came. */
	return rc && range && request_answer(q) ? -EFAULT : rc;
}

/* --- batch ------------------------------------------------------------------------------------ */

/* 0; -EFAULT; -ERESTART with the progress in the command. Each entry's own error goes to errs. */
static long batch_run(struct domain *d, struct domain *from,
		      const struct xen_add_to_physmap_batch *b, uint64_t start)
{
	for (uint64_t i = start; i < b->size; i++) {
		uint64_t idx, gpfn;
		int32_t err;

		if (i > start && hypercall_preempt()) {
			hypercall_set_arg(0,
					  XENMEM_add_to_physmap_batch | i << MEMOP_PROGRESS_SHIFT);
			return -ERESTART;
		}
		if (guest_word_from(&idx, b->idxs, i) || guest_word_from(&gpfn, b->gpfns, i))
			return -EFAULT;
		if (b->space == XENMAPSPACE_gmfn_foreign && !from)
			err = -ESRCH;
		else
			err = map_one(d, b->space, from, idx, GFN(gpfn));
		if (guest_array_to(b->errs, i, &err))
			return -EFAULT;
	}
	return 0;
}

static long foreign_get(const struct domain *d, const struct xen_add_to_physmap_batch *b,
			struct domain **from)
{
	*from = NULL;
	if (b->space != XENMAPSPACE_gmfn_foreign)
		return b->u.res0 ? -EINVAL : 0;
	/* Only domain 0 into itself: who maps a page can do everything with it. */
	if (d != domain_current() || !d->is_control)
		return -EPERM;
	if (b->u.foreign_domid == DOMID_SELF || b->u.foreign_domid == d->id)
		return -EINVAL;
	return target_get_live(b->u.foreign_domid, from);
}

long memory_add_to_physmap_batch(struct request *q)
{
	const struct xen_add_to_physmap_batch *b = q->arg;
	struct domain *from;
	long rc;

	if (q->start > b->size || b->space == XENMAPSPACE_gmfn_range)
		return -EINVAL;
	rc = foreign_get(q->d, b, &from);
	/* A domain that is not there is an error of each of its pages, not of the call. */
	if (rc && rc != -ESRCH)
		return rc;
	rc = batch_run(q->d, from, b, q->start);
	p2m_flush(q->d);
	if (from)
		domain_put(from);
	return rc;
}

long memory_remove_from_physmap(struct request *q)
{
	const struct xen_remove_from_physmap *r = q->arg;
	enum p2m_type type;
	long rc;

	p2m_lookup(q->d, GFN(r->gpfn), &type);
	rc = type == P2M_INVALID ? -ENOENT : gfn_vacate(q->d, GFN(r->gpfn));
	p2m_flush(q->d);
	return rc;
}

/* --- resources -------------------------------------------------------------------------------- */

/* How many frames the resource has; negative when there is no such resource. */
static long resource_frames(const struct domain *d, const struct xen_mem_acquire_resource *r)
{
	unsigned frames = grant_frames_max(d);

	if (r->type == XENMEM_resource_ioreq_server)
		return 2; /* if there is that server */
	if (r->type != XENMEM_resource_grant_table)
		return unsupported("resource type", r->type);
	if (r->id == XENMEM_resource_grant_table_id_shared)
		return frames;
	if (r->id == XENMEM_resource_grant_table_id_status)
		/* A frame of version 2 has 256 entries; a status frame 2048 words. */
		return DIV_ROUND_UP(frames, 8);
	return -EINVAL;
}

/* Frame number `frame` of the resource at gfn of the caller, which becomes a foreign mapping. */
static int resource_map(struct domain *from, const struct xen_mem_acquire_resource *r,
			uint64_t frame, gfn_t gfn)
{
	struct domain *d = domain_current();
	struct page_info *pg;
	mfn_t mfn;
	int rc;

	if (r->type == XENMEM_resource_ioreq_server) {
		pg = ioreq_page_get(from, r->id, frame);
	} else {
		rc = grant_frame_get(from, (unsigned)frame,
				     r->id == XENMEM_resource_grant_table_id_status, &mfn);
		if (rc)
			return rc;
		pg = mfn_to_page(mfn);
		if (pg && !page_get(pg, from))
			pg = NULL;
	}
	if (!pg)
		return -EINVAL;
	rc = place(d, gfn, page_to_mfn(pg), P2M_FOREIGN);
	if (rc)
		page_put(pg);
	return rc;
}

/* Maps what r asks for and moves r on by what was done. */
static long resource_run(struct domain *from, struct xen_mem_acquire_resource *r)
{
	for (unsigned n = 0; r->nr_frames; n++) {
		uint64_t gfn;
		int rc;

		if (n >= RESOURCE_BATCH && hypercall_preempt())
			return -ERESTART;
		if (guest_copy_from(&gfn, r->frame_list, sizeof(gfn)))
			return -EFAULT;
		rc = resource_map(from, r, r->frame, GFN(gfn));
		if (rc)
			return rc;
		r->frame++;
		r->frame_list += sizeof(gfn);
		r->nr_frames--;
	}
	return 0;
}

long memory_acquire_resource(struct request *q)
{
	struct xen_mem_acquire_resource *r = q->arg;
	long rc, frames = resource_frames(q->d, r);
	uint64_t end;

	if (r->pad)
		return -EINVAL;
	if (frames < 0)
		return frames;
	if (!r->frame_list) {
		rc = r->nr_frames ? -EINVAL : 0;
		r->nr_frames = (uint32_t)frames;
		return rc ? rc : request_answer(q);
	}
	if (q->d == domain_current() || add_overflows(r->frame, r->nr_frames, &end) ||
	    end > (uint64_t)frames)
		return -EINVAL;
	rc = resource_run(q->d, r);
	p2m_flush(domain_current());
	return rc == -ERESTART && request_answer(q) ? -EFAULT : rc;
}
