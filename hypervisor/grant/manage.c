// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on a table as a whole: its size, its version, and where its frames are. gt->lock.
 */
#include "private.h"

#include "abi/errno.h"
#include "guest_access.h"
#include "guest_struct.h"
#include "hypercall.h"
#include "lib.h"

/* Only the control domain may ask about others. A reference to the target with GNTST_okay. */
static int16_t target_get(struct domain *d, domid_t id, struct domain **out)
{
	struct domain *target = domain_get(id);
	int16_t status = GNTST_okay;

	if (!target)
		return GNTST_bad_domain;
	if (target->is_dying)
		status = GNTST_bad_domain;
	else if (target != d && !d->is_control)
		status = GNTST_permission_denied;
	if (status)
		domain_put(target);
	*out = target;
	return status;
}

/*
 * A frame is where the guest put it with XENMEM_add_to_physmap. Unknown before that, or when it is
 * not there any more: that is what Xen answers too.
 */
static uint64_t frame_gfn(struct domain *d, unsigned index, bool status)
{
	const struct grant_frames *f = &d->grant->frames[status];
	gfn_t gfn;
	mfn_t mfn;

	spin_lock(&d->grant->lock);
	gfn = f->gfn[index];
	mfn = virt_to_mfn(f->page[index]);
	spin_unlock(&d->grant->lock);
	return p2m_lookup(d, gfn, NULL).n == mfn.n ? gfn.n : INVALID_GFN.n;
}

static int16_t write_gfns(struct domain *d, bool status, uint64_t list, unsigned nr)
{
	for (unsigned i = 0; i < nr; i++) {
		uint64_t gfn = frame_gfn(d, i, status);
		/* A list of status frames has 64 bits an entry whatever the mode. */
		int rc = status ? guest_array_to(list, i, &gfn) : guest_word_to(list, i, gfn);

		if (rc)
			return GNTST_bad_virt_addr;
	}
	return GNTST_okay;
}

int grant_op_setup_table(struct domain *d, union grant_batch *b)
{
	struct gnttab_setup_table *op = &b->setup;
	struct domain *target;
	int rc;

	op->status = target_get(d, op->dom, &target);
	if (op->status)
		return 0;
	spin_lock(&target->grant->lock);
	rc = grant_grow(target, op->nr_frames);
	spin_unlock(&target->grant->lock);
	if (rc)
		op->status = rc == -ENOMEM ? GNTST_no_space : GNTST_general_error;
	else
		op->status = write_gfns(target, false, op->frame_list, op->nr_frames);
	domain_put(target);
	return 0;
}

int grant_op_get_status_frames(struct domain *d, union grant_batch *b)
{
	struct gnttab_get_status_frames *op = &b->status_frames;
	struct grant_table *gt;
	struct domain *target;
	bool there;

	op->status = target_get(d, op->dom, &target);
	if (op->status)
		return 0;
	gt = target->grant;
	spin_lock(&gt->lock);
	there = gt->version == 2 && op->nr_frames <= gt->frames[STATUS_FRAMES].nr;
	spin_unlock(&gt->lock);
	op->status = there ? write_gfns(target, true, op->frame_list, op->nr_frames)
			   : GNTST_general_error;
	domain_put(target);
	return 0;
}

int grant_op_query_size(struct domain *d, union grant_batch *b)
{
	struct gnttab_query_size *op = &b->size;
	struct domain *target;

	op->status = target_get(d, op->dom, &target);
	if (op->status)
		return 0;
	op->nr_frames = READ_ONCE(target->grant->frames[ENTRY_FRAMES].nr);
	op->max_nr_frames = grant_frames_max(target);
	domain_put(target);
	return 0;
}

int grant_op_get_version(struct domain *d, union grant_batch *b)
{
	struct domain *target;
	int16_t status = target_get(d, b->get_version.dom, &target);

	if (status)
		return status == GNTST_bad_domain ? -ESRCH : -EPERM;
	b->get_version.version = READ_ONCE(target->grant->version);
	domain_put(target);
	return 0;
}

/* --- versions --------------------------------------------------------------------------------- */

/* The entries that the toolstack filled in: they survive a change of version, even while mapped. */
struct reserved_entry {
	uint32_t word; /* flags and domid, without those that tell of use */
	uint64_t frame;
};

static int reserved_read(struct grant_table *gt, struct reserved_entry *e)
{
	for (grant_ref_t ref = 0; ref < GNTTAB_NR_RESERVED_ENTRIES; ref++) {
		uint32_t w = READ_ONCE(*grant_entry_word(gt, ref)), type = w & GTF_type_mask;
		uint64_t frame = grant_entry_frame(gt, ref);

		if (gt->version == 2) {
			if (type == GTF_transitive || (type && (w & GTF_sub_page)))
				return -EINVAL;
			if (type && frame > UINT32_MAX)
				return -ERANGE;
		}
		e[ref].word = type ? w & ~IN_USE : 0;
		e[ref].frame = type ? frame : 0;
	}
	return 0;
}

static void reserved_write(struct grant_table *gt, const struct reserved_entry *e)
{
	for (grant_ref_t ref = 0; ref < GNTTAB_NR_RESERVED_ENTRIES; ref++) {
		uint32_t *word = grant_entry_word(gt, ref);
		uint32_t use = grant_use_flags(grant_active(gt, ref));

		if (gt->version == 1) {
			word[1] = (uint32_t)e[ref].frame;
			WRITE_ONCE(*word, e[ref].word | use);
		} else {
			*(uint64_t *)(void *)(word + 2) = e[ref].frame;
			*grant_entry_status(gt, ref) = (grant_status_t)use;
			WRITE_ONCE(*word, e[ref].word);
		}
	}
}

static int version_change(struct domain *d, unsigned version)
{
	struct reserved_entry reserved[GNTTAB_NR_RESERVED_ENTRIES];
	struct grant_table *gt = d->grant;
	unsigned nr = grant_nr_entries(gt);
	int rc;

	for (grant_ref_t ref = GNTTAB_NR_RESERVED_ENTRIES; ref < nr; ref++) {
		if (grant_is_pinned(grant_active(gt, ref)))
			return -EBUSY;
	}
	rc = reserved_read(gt, reserved);
	/* Nothing has changed yet if this is not to be had. */
	if (rc == 0)
		rc = grant_grow_beside(d, version, gt->frames[ENTRY_FRAMES].nr);
	if (rc)
		return rc;
	for (unsigned kind = ENTRY_FRAMES; kind <= STATUS_FRAMES; kind++)
		for (unsigned i = 0; i < gt->frames[kind].nr; i++)
			memset(gt->frames[kind].page[i], 0, PAGE_SIZE);
	WRITE_ONCE(gt->version, version);
	reserved_write(gt, reserved);
	return 0;
}

int grant_op_set_version(struct domain *d, union grant_batch *b)
{
	struct gnttab_set_version *op = &b->set_version;
	struct grant_table *gt = d->grant;
	int rc = 0;

	if (op->version != 1 && op->version != 2)
		return -EINVAL;
	spin_lock(&gt->lock);
	if (op->version != gt->version)
		rc = version_change(d, op->version);
	op->version = gt->version;
	spin_unlock(&gt->lock);
	return rc;
}

/* --- soft reset ------------------------------------------------------------------------------- */

/* Grants in frame `index` end, but for those that others have mapped, to whom they stay. */
static void frame_reset(struct grant_table *gt, unsigned index)
{
	unsigned per_frame = grant_nr_entries(gt) / gt->frames[ENTRY_FRAMES].nr;

	for (grant_ref_t ref = index * per_frame; ref < (index + 1) * per_frame; ref++)
		if (!grant_is_pinned(grant_active(gt, ref)))
			memset(grant_entry_word(gt, ref), 0, PAGE_SIZE / per_frame);
}

int grant_domain_reset(struct domain *d)
{
	union grant_batch version_1 = { .set_version.version = 1 };
	struct grant_table *gt = d->grant;
	int rc = grant_domain_release_mappings(d);

	if (rc)
		return rc;
	while (gt->reset_next < gt->frames[ENTRY_FRAMES].nr) {
		spin_lock(&gt->lock);
		frame_reset(gt, gt->reset_next++);
		spin_unlock(&gt->lock);
		if (hypercall_preempt())
			return -ERESTART;
	}
	gt->release_next = gt->reset_next = 0;
	return grant_op_set_version(d, &version_1);
}
