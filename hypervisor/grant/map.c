// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapping granted pages into a domain's physical space, and taking them out again: always unmapped
 * and flushed before the pin is dropped, because then the granter may reuse the page. Holds no lock
 * of its own; p2m, pins and handles have theirs.
 */
#include "private.h"

#include "abi/errno.h"
#include "log.h"

#define GPA_BITS 52

/*
 * RAM there would be lost to its owner, another mapping to its handle. Device memory is no loss:
 * domain 0, which alone has it, gets it again when it touches the address.
 */
int grant_place(struct domain *d, gfn_t gfn, const struct page_info *page, enum p2m_type type)
{
	enum p2m_type there;
	int rc;

	p2m_lookup(d, gfn, &there);
	if (there != P2M_INVALID && there != P2M_MMIO_DIRECT) {
		log_domain(d, LOG_WARN, "grant: gfn %#lx is in use (type %d), expected a hole",
			   (unsigned long)gfn.n, (int)there);
		return GNTST_general_error;
	}
	rc = p2m_map(d, gfn, page_to_mfn(page), ORDER_4K, type);
	if (rc == 0)
		return GNTST_okay;
	return rc == -ENOMEM ? GNTST_no_space : GNTST_bad_virt_addr;
}

static int flags_check(const struct domain *d, uint32_t flags)
{
	const uint32_t known = GNTMAP_device_map | GNTMAP_host_map | GNTMAP_readonly;

	if (!(flags & (GNTMAP_host_map | GNTMAP_device_map)))
		return GNTST_bad_gntref;
	if (flags & ~known & ~GNTMAP_guest_avail_mask)
		return GNTST_general_error;
	/* Machine addresses mean something only to the domain that drives devices. */
	if ((flags & GNTMAP_device_map) && !d->is_control)
		return GNTST_general_error;
	return GNTST_okay;
}

/* The page is pinned: map it and make the handle live. */
static int map_pinned(struct domain *d, struct domain *granter, struct gnttab_map_grant_ref *op,
		      struct page_info *page)
{
	bool readonly = op->flags & GNTMAP_readonly;
	struct maptrack m = { .granter = granter, .ref = op->ref };
	grant_handle_t handle;
	int rc = grant_handle_alloc(d->grant, &handle);

	if (rc)
		return rc;
	if (op->flags & GNTMAP_host_map) {
		m.gfn = op->host_addr >> PAGE_SHIFT;
		m.flags |= MAPTRACK_HOST;
		rc = grant_place(d, GFN(m.gfn), page, readonly ? P2M_GRANT_RO : P2M_GRANT_RW);
		if (rc) {
			grant_handle_free(d->grant, handle);
			return rc;
		}
	}
	if (readonly)
		m.flags |= MAPTRACK_READONLY;
	/*
	 * Live only now: an earlier unmap of a guessed handle would drop the pin under the mapping.
	 */
	grant_handle_set(d->grant, handle, &m);
	op->handle = handle;
	op->dev_bus_addr = d->is_control ? page_to_mfn(page).n << PAGE_SHIFT : 0;
	return GNTST_okay;
}

static int map_one(struct domain *d, struct gnttab_map_grant_ref *op)
{
	bool readonly = op->flags & GNTMAP_readonly;
	struct domain *granter;
	struct grant_pin pin;
	int rc = flags_check(d, op->flags);

	if (rc)
		return rc;
	if ((op->flags & GNTMAP_host_map) &&
	    (op->host_addr % PAGE_SIZE || op->host_addr >> GPA_BITS))
		return GNTST_bad_virt_addr;
	granter = domain_get(op->dom);
	if (!granter)
		return GNTST_bad_domain;
	rc = grant_pin(granter, op->ref, d, PIN_WHOLE_PAGE | (readonly ? 0 : PIN_WRITE), &pin);
	if (rc)
		goto put;
	rc = map_pinned(d, granter, op, pin.page);
	if (rc == GNTST_okay)
		return rc; /* the handle keeps the reference to granter */
	grant_unpin(granter, op->ref, !readonly);
put:
	domain_put(granter);
	return rc;
}

int grant_op_map(struct domain *d, union grant_batch *b, unsigned n)
{
	struct gnttab_map_grant_ref *op = b->map;

	for (unsigned i = 0; i < n; i++) {
		op[i].handle = MAPTRACK_NONE;
		op[i].status = (int16_t)map_one(d, &op[i]);
	}
	p2m_flush(d); /* nothing to do unless something was replaced or split up */
	return 0;
}

/* Takes the mapping out of the tables, if it is still what is there. The flush is the caller's. */
static void unmap_host(struct domain *d, const struct maptrack *m)
{
	enum p2m_type type;

	p2m_lookup(d, GFN(m->gfn), &type);
	if (type == P2M_GRANT_RW || type == P2M_GRANT_RO)
		p2m_unmap(d, GFN(m->gfn), ORDER_4K);
}

/* First half of an unmap: nobody else can name the handle, the mapping is gone from the tables. */
static int unmap_begin(struct domain *d, const struct gnttab_unmap_grant_ref *op,
		       struct maptrack *m)
{
	if (!grant_handle_claim(d->grant, op->handle, m))
		return GNTST_bad_handle;
	if ((m->flags & MAPTRACK_HOST) && op->host_addr != m->gfn << PAGE_SHIFT) {
		grant_handle_set(d->grant, op->handle, m);
		return GNTST_bad_virt_addr;
	}
	if (m->flags & MAPTRACK_HOST)
		unmap_host(d, m);
	return GNTST_okay;
}

/* Second half, after the flush. */
static void unmap_end(struct domain *d, grant_handle_t handle, const struct maptrack *m)
{
	grant_unpin(m->granter, m->ref, !(m->flags & MAPTRACK_READONLY));
	grant_handle_free(d->grant, handle);
	domain_put(m->granter);
}

int grant_op_unmap(struct domain *d, union grant_batch *b, unsigned n)
{
	struct gnttab_unmap_grant_ref *op = b->unmap;
	struct maptrack m[GRANT_BATCH];

	for (unsigned i = 0; i < n; i++)
		op[i].status = (int16_t)unmap_begin(d, &op[i], &m[i]);
	p2m_flush(d);
	for (unsigned i = 0; i < n; i++) {
		if (op[i].status == GNTST_okay)
			unmap_end(d, op[i].handle, &m[i]);
	}
	return 0;
}

/* Handles looked at in one call: some 10 us without any in use, and the flush once per batch. */
#define RELEASE_BATCHES 16

static void release_batch(struct domain *d)
{
	struct grant_table *gt = d->grant;
	grant_handle_t handle[GRANT_BATCH];
	struct maptrack m[GRANT_BATCH];
	unsigned n = 0;

	for (unsigned i = 0; i < GRANT_BATCH && gt->release_next < gt->nr_maptrack; i++) {
		handle[n] = gt->release_next++;
		if (!grant_handle_claim(gt, handle[n], &m[n]))
			continue;
		if (m[n].flags & MAPTRACK_HOST)
			unmap_host(d, &m[n]);
		n++;
	}
	p2m_flush(d);
	for (unsigned i = 0; i < n; i++)
		unmap_end(d, handle[i], &m[i]);
}

int grant_domain_release_mappings(struct domain *d)
{
	struct grant_table *gt = d->grant;

	if (!gt)
		return 0;
	/* Whoever was about to pin a page of d, which is dying now, is through or will see it. */
	spin_lock(&gt->lock);
	spin_unlock(&gt->lock);
	for (unsigned i = 0; i < RELEASE_BATCHES && gt->release_next < gt->nr_maptrack; i++)
		release_batch(d);
	return gt->release_next < gt->nr_maptrack ? -ERESTART : 0;
}
