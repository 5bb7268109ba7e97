// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations on a table as a whole: its size, its version, where its frames are; and swapping two
 * entries. gt->lock.
 */
#include "private.h"

#include "abi/errno.h"
#include "guest_access.h"
#include "guest_struct.h"
#include "lib.h"

/* Only the control domain may ask about others. 0 and a reference, -ESRCH, -EPERM. */
static int target_get(struct domain *d, domid_t id, struct domain **out)
{
	struct domain *target = domain_get(id);

	if (!target)
		return -ESRCH;
	if (target->is_dying || !target->grant) {
		domain_put(target);
		return -ESRCH;
	}
	if (target != d && !d->is_control) {
		domain_put(target);
		return -EPERM;
	}
	*out = target;
	return 0;
}

static int16_t target_status(int rc)
{
	return rc == -ESRCH ? GNTST_bad_domain : GNTST_permission_denied;
}

/*
 * A frame is where the guest put it with XENMEM_add_to_physmap. Unknown before that, or when it is
 * not there any more: that is what Xen answers too.
 */
static uint64_t frame_gfn(struct domain *d, unsigned index, bool status)
{
	struct grant_table *gt = d->grant;
	gfn_t gfn;
	mfn_t mfn;

	spin_lock(&gt->lock);
	gfn = status ? gt->status_gfn[index] : gt->frame_gfn[index];
	mfn = virt_to_mfn(status ? (void *)gt->status[index] : gt->frame[index]);
	spin_unlock(&gt->lock);
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

int grant_op_setup_table(struct domain *d, struct gnttab_setup_table *op)
{
	struct domain *target;
	int rc = target_get(d, op->dom, &target);

	if (rc) {
		op->status = target_status(rc);
		return 0;
	}
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

int grant_op_get_status_frames(struct domain *d, struct gnttab_get_status_frames *op)
{
	struct domain *target;
	bool there;
	int rc = target_get(d, op->dom, &target);

	if (rc) {
		op->status = target_status(rc);
		return 0;
	}
	spin_lock(&target->grant->lock);
	there = target->grant->version == 2 && op->nr_frames <= target->grant->nr_status_frames;
	spin_unlock(&target->grant->lock);
	op->status = GNTST_general_error;
	if (there)
		op->status = write_gfns(target, true, op->frame_list, op->nr_frames);
	domain_put(target);
	return 0;
}

int grant_op_query_size(struct domain *d, struct gnttab_query_size *op)
{
	struct domain *target;
	int rc = target_get(d, op->dom, &target);

	if (rc) {
		op->status = target_status(rc);
		return 0;
	}
	spin_lock(&target->grant->lock);
	op->nr_frames = target->grant->nr_frames;
	op->max_nr_frames = target->grant->max_frames;
	spin_unlock(&target->grant->lock);
	op->status = GNTST_okay;
	domain_put(target);
	return 0;
}

int grant_op_get_version(struct domain *d, struct gnttab_get_version *op)
{
	struct domain *target;
	int rc = target_get(d, op->dom, &target);

	if (rc)
		return rc;
	op->version = READ_ONCE(target->grant->version);
	domain_put(target);
	return 0;
}

/* --- versions --------------------------------------------------------------------------------- */

#define IN_USE ((uint32_t)(GTF_reading | GTF_writing))

/* The entries that the toolstack filled in: they survive a change of version, even while mapped. */
struct reserved_entry {
	uint32_t word; /* flags and domid, without those that tell of use */
	uint64_t frame;
};

static int reserved_read(struct grant_table *gt, struct reserved_entry *e)
{
	for (grant_ref_t ref = 0; ref < GNTTAB_NR_RESERVED_ENTRIES; ref++) {
		uint32_t *word = grant_entry_word(gt, ref);
		uint32_t w = READ_ONCE(*word), type = w & GTF_type_mask;
		uint64_t frame = READ_ONCE(word[1]);

		if (gt->version == 2) {
			frame = READ_ONCE(*(uint64_t *)(void *)(word + 2));
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

static uint32_t use_flags(const struct grant_active *act)
{
	if (act->writers)
		return GTF_reading | GTF_writing;
	return act->readers ? GTF_reading : 0;
}

static void reserved_write(struct grant_table *gt, const struct reserved_entry *e)
{
	for (grant_ref_t ref = 0; ref < GNTTAB_NR_RESERVED_ENTRIES; ref++) {
		uint32_t *word = grant_entry_word(gt, ref);
		uint32_t use = use_flags(grant_active(gt, ref));

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

/* What the other version needs besides; nothing has changed yet if it is not to be had. */
static int prepare(struct domain *d, unsigned version)
{
	struct grant_table *gt = d->grant;

	if (version == 1)
		return grant_grow_active(gt, gt->nr_frames * (unsigned)V1_PER_FRAME);
	return grant_grow_status(d, DIV_ROUND_UP(gt->nr_frames * (unsigned)V2_PER_FRAME,
						 (unsigned)STATUS_PER_FRAME));
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
	if (rc == 0)
		rc = prepare(d, version);
	if (rc)
		return rc;
	for (unsigned i = 0; i < gt->nr_frames; i++)
		memset(gt->frame[i], 0, PAGE_SIZE);
	for (unsigned i = 0; i < gt->nr_status_frames; i++)
		memset(gt->status[i], 0, PAGE_SIZE);
	WRITE_ONCE(gt->version, version);
	reserved_write(gt, reserved);
	return 0;
}

int grant_op_set_version(struct domain *d, struct gnttab_set_version *op)
{
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

/* --- swap ------------------------------------------------------------------------------------- */

static int swap_one(struct grant_table *gt, grant_ref_t a, grant_ref_t b)
{
	uint32_t *wa, *wb;

	if (a >= grant_nr_entries(gt) || b >= grant_nr_entries(gt))
		return GNTST_bad_gntref;
	if (grant_is_pinned(grant_active(gt, a)) || grant_is_pinned(grant_active(gt, b)))
		return GNTST_eagain;
	wa = grant_entry_word(gt, a);
	wb = grant_entry_word(gt, b);
	for (unsigned i = 0; i < (gt->version == 1 ? 2 : 4); i++) {
		uint32_t w = READ_ONCE(wa[i]);

		WRITE_ONCE(wa[i], READ_ONCE(wb[i]));
		WRITE_ONCE(wb[i], w);
	}
	return GNTST_okay;
}

int grant_op_swap(struct domain *d, struct gnttab_swap_grant_ref *op, unsigned n)
{
	struct grant_table *gt = d->grant;

	for (unsigned i = 0; i < n; i++) {
		spin_lock(&gt->lock);
		op[i].status = (int16_t)swap_one(gt, op[i].ref_a, op[i].ref_b);
		spin_unlock(&gt->lock);
	}
	return 0;
}
