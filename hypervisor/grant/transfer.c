// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GNTTABOP_transfer: a page of the caller's becomes another domain's, with what is in it, where an
 * entry of that one says. As the interface has it, who gives a page is rid of it whatever comes of
 * that; only with GNTST_bad_page it still has it.
 *
 * The page is out of the giver's reach, with all flushed, before it is anybody else's. gt->lock of
 * the receiver while its entry is committed; p2m and the lists of pages have their own.
 */
#include "private.h"

#include "atomic.h"
#include "log.h"

/* The entry's first word, if it was open to the giver: it is to nobody from here on. NULL else. */
static uint32_t *commit(struct grant_table *gt, grant_ref_t ref, domid_t giver)
{
	uint32_t open = GTF_accept_transfer | (uint32_t)giver << 16, *word;

	if (ref >= grant_nr_entries(gt))
		return NULL;
	word = grant_entry_word(gt, ref);
	return atomic_cmpxchg(word, open, open | GTF_transfer_committed) ? word : NULL;
}

/* The page is the receiver's, and a reference to it ours. */
static int receive(struct domain *to, grant_ref_t ref, domid_t giver, struct page_info *page)
{
	struct grant_table *gt = to->grant;
	int rc = GNTST_general_error;
	uint32_t *word;

	spin_lock(&gt->lock);
	word = commit(gt, ref, giver);
	if (word)
		rc = grant_place(to, GFN(grant_entry_frame(gt, ref)), page, P2M_RAM_RW);
	if (rc)
		page_drop_allocated(page);
	p2m_flush(to);
	/* Before it is told: then it may give the page away in its turn. */
	page_put(page);
	/* Even if there was no room for the page: the receiver waits for it. */
	if (word)
		atomic_or(word, GTF_transfer_completed);
	spin_unlock(&gt->lock);
	return rc;
}

static int give(struct domain *d, struct page_info *page, const struct gnttab_transfer *op)
{
	struct domain *to = domain_get(op->domid);
	int rc = to ? GNTST_general_error : GNTST_bad_domain;

	/* The control domain is mapped one to one: it has no place for others' pages. */
	if (page_move(page, to && to->is_control ? NULL : to))
		rc = receive(to, op->ref, d->id, page);
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
