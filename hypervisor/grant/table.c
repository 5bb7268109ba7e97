// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frames of a grant table: a beginning, growth on demand up to the domain's limit, an end. What
 * is in them: entry.c. gt->lock.
 */
#include "grant.h"
#include "private.h"

#include "abi/errno.h"
#include "lib.h"

static unsigned max_entries(const struct grant_table *gt)
{
	return gt->max_frames * (unsigned)V1_PER_FRAME; /* version 2 has fewer */
}

static unsigned max_active_pages(const struct grant_table *gt)
{
	return DIV_ROUND_UP(max_entries(gt), (unsigned)ACTIVE_PER_PAGE);
}

unsigned grant_max_status_frames(const struct grant_table *gt)
{
	return DIV_ROUND_UP(gt->max_frames * (unsigned)V2_PER_FRAME, (unsigned)STATUS_PER_FRAME);
}

unsigned grant_nr_entries(const struct grant_table *gt)
{
	return gt->nr_frames * (unsigned)(gt->version == 1 ? V1_PER_FRAME : V2_PER_FRAME);
}

unsigned grant_frames_max(const struct domain *d)
{
	return d->grant ? d->grant->max_frames : 0;
}

struct grant_active *grant_active(struct grant_table *gt, grant_ref_t ref)
{
	return &gt->active[ref / ACTIVE_PER_PAGE][ref % ACTIVE_PER_PAGE];
}

int grant_grow_active(struct grant_table *gt, unsigned nr_entries)
{
	while (gt->nr_active_pages * ACTIVE_PER_PAGE < nr_entries) {
		struct grant_active *page = object_alloc(PAGE_SIZE);

		if (!page)
			return -ENOMEM;
		gt->active[gt->nr_active_pages++] = page;
	}
	return 0;
}

static void *shared_page_alloc(struct domain *d)
{
	void *page = heap_alloc(0);

	if (page)
		page_share_with(page, d);
	return page;
}

int grant_grow_status(struct domain *d, unsigned nr)
{
	struct grant_table *gt = d->grant;

	if (nr > grant_max_status_frames(gt))
		return -EINVAL;
	while (gt->nr_status_frames < nr) {
		grant_status_t *page = shared_page_alloc(d);

		if (!page)
			return -ENOMEM;
		gt->status[gt->nr_status_frames++] = page;
	}
	return 0;
}

/*
 * The order matters: an entry exists when nr_frames says so, and then has all that belongs to it.
 */
static int add_frame(struct domain *d)
{
	struct grant_table *gt = d->grant;
	unsigned nr = gt->nr_frames + 1;
	unsigned per_frame = gt->version == 1 ? V1_PER_FRAME : V2_PER_FRAME;
	uint32_t *page;
	int rc;

	rc = grant_grow_active(gt, nr * per_frame);
	if (rc)
		return rc;
	if (gt->version == 2) {
		rc = grant_grow_status(d, DIV_ROUND_UP(nr * per_frame, (unsigned)STATUS_PER_FRAME));
		if (rc)
			return rc;
	}
	page = shared_page_alloc(d);
	if (!page)
		return -ENOMEM;
	gt->frame[gt->nr_frames++] = page;
	return 0;
}

int grant_grow(struct domain *d, unsigned nr)
{
	struct grant_table *gt = d->grant;

	if (nr > gt->max_frames)
		return -EINVAL;
	while (gt->nr_frames < nr) {
		int rc = add_frame(d);

		if (rc)
			return rc;
	}
	return 0;
}

int grant_frame_get(struct domain *d, unsigned index, bool status, mfn_t *mfn)
{
	struct grant_table *gt = d->grant;
	int rc;

	if (!gt)
		return -EINVAL;
	spin_lock(&gt->lock);
	if (status && gt->version != 2)
		rc = -EINVAL;
	else if (index >= (status ? grant_max_status_frames(gt) : gt->max_frames))
		rc = -EINVAL;
	else
		rc = status ? grant_grow_status(d, index + 1) : grant_grow(d, index + 1);
	if (rc == 0)
		*mfn = virt_to_mfn(status ? (void *)gt->status[index] : gt->frame[index]);
	spin_unlock(&gt->lock);
	return rc;
}

void grant_frame_placed(struct domain *d, unsigned index, bool status, gfn_t gfn)
{
	struct grant_table *gt = d->grant;

	spin_lock(&gt->lock);
	if (status && index < gt->nr_status_frames)
		gt->status_gfn[index] = gfn;
	else if (!status && index < gt->nr_frames)
		gt->frame_gfn[index] = gfn;
	spin_unlock(&gt->lock);
}

/* What grant_domain_init allocates for each of these; freed with the same size. */
static size_t frame_array_size(const struct grant_table *gt)
{
	return gt->max_frames * sizeof(*gt->frame);
}

static size_t status_array_size(const struct grant_table *gt)
{
	return grant_max_status_frames(gt) * sizeof(*gt->status);
}

static size_t frame_gfn_size(const struct grant_table *gt)
{
	return gt->max_frames * sizeof(*gt->frame_gfn);
}

static size_t status_gfn_size(const struct grant_table *gt)
{
	return grant_max_status_frames(gt) * sizeof(*gt->status_gfn);
}

static size_t active_array_size(const struct grant_table *gt)
{
	return max_active_pages(gt) * sizeof(*gt->active);
}

int grant_domain_init(struct domain *d, uint32_t max_frames, uint32_t max_maptrack_frames)
{
	struct grant_table *gt;
	int rc;

	if (max_frames == 0 || max_frames > GRANT_FRAMES_LIMIT ||
	    max_maptrack_frames > GRANT_MAPTRACK_FRAMES_LIMIT)
		return -EINVAL;
	gt = object_alloc(sizeof(*gt));
	if (!gt)
		return -ENOMEM;
	d->grant = gt;
	gt->version = 1;
	gt->max_frames = max_frames;
	gt->max_maptrack_frames = max_maptrack_frames;
	gt->maptrack_free = MAPTRACK_NONE;
	gt->frame = object_alloc(frame_array_size(gt));
	gt->status = object_alloc(status_array_size(gt));
	gt->active = object_alloc(active_array_size(gt));
	gt->frame_gfn = object_alloc(frame_gfn_size(gt));
	gt->status_gfn = object_alloc(status_gfn_size(gt));
	rc = -ENOMEM;
	if (gt->frame && gt->status && gt->active && gt->frame_gfn && gt->status_gfn)
		rc = grant_grow(d, 1);
	if (rc)
		grant_domain_destroy(d);
	return rc;
}

static void array_free(void *array, size_t size)
{
	if (array)
		object_free(array, size);
}

void grant_domain_destroy(struct domain *d)
{
	struct grant_table *gt = d->grant;

	if (!gt)
		return;
	grant_maptrack_destroy(gt);
	/* Frames that domain 0 still has mapped are freed with that mapping. */
	for (unsigned i = 0; i < gt->nr_frames; i++)
		page_unshare(gt->frame[i]);
	for (unsigned i = 0; i < gt->nr_status_frames; i++)
		page_unshare(gt->status[i]);
	for (unsigned i = 0; i < gt->nr_active_pages; i++)
		object_free(gt->active[i], PAGE_SIZE);
	array_free(gt->frame, frame_array_size(gt));
	array_free(gt->status, status_array_size(gt));
	array_free(gt->active, active_array_size(gt));
	array_free(gt->frame_gfn, frame_gfn_size(gt));
	array_free(gt->status_gfn, status_gfn_size(gt));
	object_free(gt, sizeof(*gt));
	d->grant = NULL;
}
