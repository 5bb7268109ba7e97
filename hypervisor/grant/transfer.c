// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GNTTABOP_transfer: a page of the caller's becomes another domain's, with what is in it, where an
 * entry of that one says. As the interface has it, who gives a page is rid of it whatever comes of
 * that; only with GNTST_bad_page it still has it.
 *
 * The page is out of the giver's reach, with all flushed, before it is anybody else's. gt->lock of
 * the receiver from the look at its entry on; p2m and the lists of pages have their own.
 */
#include "private.h"

#include "atomic.h"
#include "log.h"

/* The entry's first word, if it is open to the giver; NULL else. */
static uint32_t *open_entry(struct grant_table *gt, grant_ref_t ref, uint32_t open)
{
	unsigned nr = grant_nr_entries(gt);
	uint32_t *word = ref < nr ? grant_entry_word(gt, index_below(ref, nr)) : NULL;

	return word && READ_ONCE(*word) == open ? word : NULL;
}

/*
 * All that may fail comes first: the receiver waits for a page once its entry is committed. Until
 * then it may take the entry back.
 */
static int receive(struct domain *to, grant_ref_t ref, domid_t giver, struct page_info *page)
{
	const uint32_t open = GTF_accept_transfer | (uint32_t)giver << 16;
	struct grant_table *gt = to->grant;
	int rc = GNTST_general_error;
	uint32_t *word;
	gfn_t gfn;

	spin_lock(&gt->lock);
	word = open_entry(gt, ref, open);
	if (page_move(page, word ? to : NULL)) {
		gfn = GFN(grant_entry_frame(gt, ref));
		rc = grant_place(to, gfn, page, P2M_RAM_RW);
		if (rc) {
			page_drop_allocated(page);
		} else if (!atomic_cmpxchg(word, open, open | GTF_transfer_committed)) {
			rc = GNTST_general_error;
			/* If it is not there the receiver has made use of it: it may keep it. */
			if (!p2m_unmap_page(to, gfn, page_to_mfn(page)))
				page_drop_allocated(page);
		}
		p2m_flush(to);
		/* Before it is told: then it may give the page away in its turn. */
		page_put(page);
		if (!rc)
			atomic_or(word, GTF_transfer_completed);
	}
	spin_unlock(&gt->lock);
	return rc;
}

static int give(struct domain *d, struct page_info *page, const struct gnttab_transfer *op)
{
	struct domain *to = domain_get(op->domid);
	int rc = to ? GNTST_general_error : GNTST_bad_domain;

	/* The control domain is mapped one to one: it has no place for others' pages. */
	if (to && !to->is_control)
		rc = receive(to, op->ref, d->id, page);
	else
		page_move(page, NULL);
	if (rc)
		log_domain(d, LOG_DEBUG, "transfer to d%u by its grant %u: refused (%d)", op->domid,
			   op->ref, rc);
	if (to)
		domain_put(to);
	return rc;
}

int grant_op_transfer(struct domain *d, union grant_batch *b, unsigned n)
{
	struct gnttab_transfer *op = b->transfer;
	struct page_info *page[GRANT_BATCH];

	for (unsigned i = 0; i < n; i++)
		page[i] = p2m_seize_page(d, GFN(op[i].mfn));
	p2m_flush(d);
	for (unsigned i = 0; i < n; i++)
		op[i].status = (int16_t)(page[i] ? give(d, page[i], &op[i]) : GNTST_bad_page);
	return 0;
}
