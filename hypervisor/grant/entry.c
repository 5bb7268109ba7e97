// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entries of a grant table, versions 1 and 2, and taking them into use. The guest may write an
 * entry at any moment: flags and, above them, domid are one word, read once and changed with
 * compare-and-swap; what else is needed is read once after the entry says "in use". gt->lock.
 */
#include "private.h"

#include "atomic.h"
#include "log.h"

#define MARK_RETRIES 4

uint32_t *grant_entry_word(struct grant_table *gt, grant_ref_t ref)
{
	void **page = gt->frames[ENTRY_FRAMES].page;

	if (gt->version == 1)
		return (uint32_t *)page[ref / V1_PER_FRAME] + ref % V1_PER_FRAME * 2;
	return (uint32_t *)page[ref / V2_PER_FRAME] + ref % V2_PER_FRAME * 4;
}

grant_status_t *grant_entry_status(struct grant_table *gt, grant_ref_t ref)
{
	void **page = gt->frames[STATUS_FRAMES].page;

	return (grant_status_t *)page[ref / STATUS_PER_FRAME] + ref % STATUS_PER_FRAME;
}

uint64_t grant_entry_frame(struct grant_table *gt, grant_ref_t ref)
{
	uint32_t *word = grant_entry_word(gt, ref);

	return gt->version == 1 ? READ_ONCE(word[1]) : READ_ONCE(*(uint64_t *)(void *)(word + 2));
}

/* May this domain use an entry that reads so, and in this way? GNTST_*. */
static int entry_check(uint32_t word, domid_t grantee, unsigned how)
{
	/* Transitive grants are refused: Linux never makes one, and they chain domains' tables. */
	if ((word & GTF_type_mask) != GTF_permit_access || word >> 16 != grantee)
		return GNTST_general_error;
	if ((how & PIN_WRITE) && (word & GTF_readonly))
		return GNTST_general_error;
	return GNTST_okay;
}

/* Version 1: checks the entry and sets its in-use flags in one step. */
static int mark_v1(uint32_t *word, domid_t grantee, unsigned how)
{
	for (unsigned i = 0; i < MARK_RETRIES; i++) {
		uint32_t old = READ_ONCE(*word);
		uint32_t new = old | GTF_reading | (how & PIN_WRITE ? GTF_writing : 0);
		int rc = entry_check(old, grantee, how);

		if (rc || old == new || atomic_cmpxchg(word, old, new))
			return rc;
	}
	return GNTST_general_error; /* the granter keeps changing it */
}

unsigned grant_use_flags(const struct grant_active *act)
{
	if (act->writers)
		return IN_USE;
	return act->readers ? GTF_reading : 0;
}

/* Clears the in-use flags that no pin is behind. */
static void unmark(struct grant_table *gt, grant_ref_t ref, const struct grant_active *act)
{
	unsigned gone = IN_USE & ~grant_use_flags(act);

	if (!gone)
		return;
	if (gt->version == 1)
		atomic_and(grant_entry_word(gt, ref), ~gone);
	else
		atomic_and(grant_entry_status(gt, ref), (grant_status_t)~gone);
}

static int mark(struct grant_table *gt, grant_ref_t ref, const struct grant_active *act,
		domid_t grantee, unsigned how)
{
	uint32_t *word = grant_entry_word(gt, ref);
	int rc;

	if (gt->version == 1)
		return mark_v1(word, grantee, how);
	/* Version 2: the flags live elsewhere, so the entry is checked again once they are set. */
	rc = entry_check(READ_ONCE(*word), grantee, how);
	if (rc)
		return rc;
	atomic_or(grant_entry_status(gt, ref),
		  (grant_status_t)(GTF_reading | (how & PIN_WRITE ? GTF_writing : 0)));
	rc = entry_check(READ_ONCE(*word), grantee, how);
	if (rc)
		unmark(gt, ref, act);
	return rc;
}

/* Which part of the page: read once. False: one that is not within a page. */
static bool entry_range(struct grant_table *gt, grant_ref_t ref, struct grant_active *act)
{
	uint32_t *word = grant_entry_word(gt, ref), part;

	act->offset = 0;
	act->length = PAGE_SIZE;
	if (gt->version == 1 || !(READ_ONCE(*word) & GTF_sub_page))
		return true;
	part = READ_ONCE(word[1]);
	act->offset = (uint16_t)part;
	act->length = (uint16_t)(part >> 16);
	return act->offset + act->length <= (int)PAGE_SIZE;
}

/* First pin of an entry: finds the page and takes a reference to it. */
static int resolve(struct domain *granter, grant_ref_t ref, struct grant_active *act)
{
	struct page_info *page;
	enum p2m_type type;

	if (!entry_range(granter->grant, ref, act))
		return GNTST_general_error;
	page = p2m_page_get(granter, GFN(grant_entry_frame(granter->grant, ref)), &type);
	if (!page)
		return GNTST_bad_page;
	/*
	 * Only the granter's own RAM: not what others lent it, not what the hypervisor shares with
	 * it.
	 */
	if (type == P2M_FOREIGN || (READ_ONCE(page->flags) & PAGE_XENHEAP)) {
		page_put(page);
		return GNTST_bad_page;
	}
	act->mfn = (uint32_t)page_to_mfn(page).n;
	act->writable = type == P2M_RAM_RW;
	return GNTST_okay;
}

static int pin_locked(struct domain *granter, grant_ref_t ref, domid_t grantee, unsigned how,
		      struct grant_pin *pin)
{
	struct grant_table *gt = granter->grant;
	struct grant_active *act;
	bool first;
	int rc;

	if (granter->is_dying)
		return GNTST_bad_domain;
	if (ref >= grant_nr_entries(gt))
		return GNTST_bad_gntref;
	ref = (grant_ref_t)index_below(ref, grant_nr_entries(gt));
	act = grant_active(gt, ref);
	first = !grant_is_pinned(act);
	if (!first && act->grantee != grantee)
		return GNTST_general_error;
	if (act->readers == UINT16_MAX || act->writers == UINT16_MAX)
		return GNTST_no_space;
	rc = mark(gt, ref, act, grantee, how);
	if (rc)
		return rc;
	if (first)
		rc = resolve(granter, ref, act);
	if (rc == GNTST_okay && (((how & PIN_WRITE) && !act->writable) ||
				 ((how & PIN_WHOLE_PAGE) && act->length != PAGE_SIZE))) {
		rc = GNTST_general_error;
		if (first)
			page_put(mfn_to_page(MFN(act->mfn)));
	}
	if (rc) {
		unmark(gt, ref, act);
		return rc;
	}
	pin->page = mfn_to_page(MFN(act->mfn));
	pin->offset = act->offset;
	pin->length = act->length;
	act->grantee = grantee;
	if (how & PIN_WRITE)
		act->writers++;
	else
		act->readers++;
	return GNTST_okay;
}

int grant_pin(struct domain *granter, grant_ref_t ref, const struct domain *grantee, unsigned how,
	      struct grant_pin *pin)
{
	struct grant_table *gt = granter->grant;
	int rc;

	spin_lock(&gt->lock);
	rc = pin_locked(granter, ref, grantee->id, how, pin);
	spin_unlock(&gt->lock);
	if (rc)
		log_domain(grantee, LOG_DEBUG, "grant %u of d%u: refused (%d)", ref, granter->id,
			   rc);
	return rc;
}

void grant_unpin(struct domain *granter, grant_ref_t ref, bool write)
{
	struct grant_table *gt = granter->grant;
	struct page_info *page = NULL;
	struct grant_active *act;

	spin_lock(&gt->lock);
	act = grant_active(gt, ref);
	if (write) {
		page_mark_written(mfn_to_page(MFN(act->mfn)));
		act->writers--;
	} else {
		act->readers--;
	}
	if (!grant_is_pinned(act))
		page = mfn_to_page(MFN(act->mfn));
	unmark(gt, ref, act);
	spin_unlock(&gt->lock);
	if (page)
		page_put(page);
}
