// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GNTTABOP_copy: bytes between two pages, each either granted to the caller or its own. Backends
 * copy many pieces from or to one page in a row, so each end is kept until another page is named.
 * No locks of its own.
 */
#include "private.h"

#include "lib.h"

struct copy_end {
	struct page_info *page; /* a pin or a reference; NULL: nothing held */
	struct domain *granter; /* a reference; NULL: the page is the caller's own */
	uint64_t id;            /* grant reference or gfn */
	domid_t domid;
	bool write;
	uint16_t offset, length; /* the part that may be touched */
};

static void end_release(struct copy_end *end)
{
	if (!end->page)
		return;
	if (end->write)
		page_mark_written(end->page);
	if (end->granter) {
		grant_unpin(end->granter, (grant_ref_t)end->id, end->write);
		domain_put(end->granter);
	} else {
		page_put(end->page);
	}
	end->page = NULL;
}

static int end_take_ref(struct domain *d, struct copy_end *end)
{
	struct grant_pin pin;
	int rc;

	end->granter = domain_get(end->domid);
	if (!end->granter)
		return GNTST_bad_domain;
	rc = grant_pin(end->granter, (grant_ref_t)end->id, d, end->write ? PIN_WRITE : 0, &pin);
	if (rc) {
		domain_put(end->granter);
		return rc;
	}
	end->page = pin.page;
	end->offset = pin.offset;
	end->length = pin.length;
	return GNTST_okay;
}

static int end_take_own(struct domain *d, struct copy_end *end)
{
	struct page_info *page;
	enum p2m_type type;

	if (end->domid != DOMID_SELF && end->domid != d->id)
		return GNTST_permission_denied;
	page = p2m_page_get(d, GFN(end->id), &type);
	if (!page)
		return GNTST_bad_page;
	if (type != P2M_RAM_RW && (end->write || type != P2M_RAM_RO)) {
		page_put(page);
		return GNTST_bad_page;
	}
	end->granter = NULL;
	end->page = page;
	end->offset = 0;
	end->length = PAGE_SIZE;
	return GNTST_okay;
}

/* Makes `end` the page that p names, unless it already is. */
static int end_take(struct domain *d, struct copy_end *end, const struct gnttab_copy_ptr *p,
		    bool is_ref)
{
	uint64_t id = is_ref ? p->u.ref : p->u.gmfn;

	if (end->page && end->id == id && end->domid == p->domid && !end->granter == !is_ref)
		return GNTST_okay;
	end_release(end);
	end->id = id;
	end->domid = p->domid;
	return is_ref ? end_take_ref(d, end) : end_take_own(d, end);
}

static bool end_covers(const struct copy_end *end, unsigned offset, unsigned len)
{
	return offset >= end->offset && offset + len <= (unsigned)end->offset + end->length;
}

static int copy_one(struct domain *d, const struct gnttab_copy *op, struct copy_end *src,
		    struct copy_end *dst)
{
	int rc;

	if (op->source.offset + op->len > (int)PAGE_SIZE ||
	    op->dest.offset + op->len > (int)PAGE_SIZE)
		return GNTST_bad_copy_arg;
	rc = end_take(d, src, &op->source, op->flags & GNTCOPY_source_gref);
	if (rc)
		return rc;
	rc = end_take(d, dst, &op->dest, op->flags & GNTCOPY_dest_gref);
	if (rc)
		return rc;
	if (!end_covers(src, op->source.offset, op->len) ||
	    !end_covers(dst, op->dest.offset, op->len))
		return GNTST_general_error;
	/* Both may be one page. */
	memmove((char *)mfn_to_virt(page_to_mfn(dst->page)) + op->dest.offset,
		(char *)mfn_to_virt(page_to_mfn(src->page)) + op->source.offset, op->len);
	return GNTST_okay;
}

int grant_op_copy(struct domain *d, union grant_batch *b, unsigned n)
{
	struct copy_end src = { .write = false }, dst = { .write = true };

	for (unsigned i = 0; i < n; i++)
		b->copy[i].status = (int16_t)copy_one(d, &b->copy[i], &src, &dst);
	end_release(&src);
	end_release(&dst);
	return 0;
}
