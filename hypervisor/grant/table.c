// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frames of a grant table: a beginning, growth on demand up to the domain's limit, an end. What
 * is in them: entry.c. gt->lock.
 */
#include "grant.h"
#include "private.h"

#include "abi/errno.h"

static unsigned entries_per_frame(unsigned version)
{
	return (unsigned)(version == 1 ? V1_PER_FRAME : V2_PER_FRAME);
}

/* For so many frames of entries of version 2. */
static unsigned status_frames(unsigned nr)
{
	return DIV_ROUND_UP(nr * (unsigned)V2_PER_FRAME, (unsigned)STATUS_PER_FRAME);
}

unsigned grant_nr_entries(const struct grant_table *gt)
{
	return gt->frames[ENTRY_FRAMES].nr * entries_per_frame(gt->version);
}

unsigned grant_frames_max(const struct domain *d)
{
	return d->grant ? d->grant->frames[ENTRY_FRAMES].max : 0;
}

struct grant_active *grant_active(struct grant_table *gt, grant_ref_t ref)
{
	return &gt->active[ref / ACTIVE_PER_PAGE][ref % ACTIVE_PER_PAGE];
}

static int grow_frames(struct domain *d, struct grant_frames *f, unsigned nr)
{
	void *page;

	if (nr > f->max)
		return -EINVAL;
	while (f->nr < nr) {
		page = heap_alloc(0);
		if (!page)
			return -ENOMEM;
		page_share_with(page, d);
		f->page[f->nr++] = page;
	}
	return 0;
}

int grant_grow_beside(struct domain *d, unsigned version, unsigned nr)
{
	struct grant_table *gt = d->grant;
	struct grant_active *page;

	while (gt->nr_active_pages * ACTIVE_PER_PAGE < nr * entries_per_frame(version)) {
		page = object_alloc(PAGE_SIZE);
		if (!page)
			return -ENOMEM;
		gt->active[gt->nr_active_pages++] = page;
	}
	return version == 1 ? 0 : grow_frames(d, &gt->frames[STATUS_FRAMES], status_frames(nr));
}

/* The order matters: an entry exists when its frame does, and then has all that belongs to it. */
int grant_grow(struct domain *d, unsigned nr)
{
	struct grant_frames *f = &d->grant->frames[ENTRY_FRAMES];
	int rc = nr > f->max ? -EINVAL : grant_grow_beside(d, d->grant->version, nr);

	return rc ? rc : grow_frames(d, f, nr);
}

int grant_frame_get(struct domain *d, unsigned index, bool status, mfn_t *mfn)
{
	struct grant_table *gt = d->grant;
	int rc;

	spin_lock(&gt->lock);
	if (index >= gt->frames[status].max || (status && gt->version != 2))
		rc = -EINVAL;
	else if (status)
		rc = grow_frames(d, &gt->frames[STATUS_FRAMES], index + 1);
	else
		rc = grant_grow(d, index + 1);
	if (rc == 0)
		*mfn = virt_to_mfn(gt->frames[status].page[index]);
	spin_unlock(&gt->lock);
	return rc;
}

void grant_frame_placed(struct domain *d, unsigned index, bool status, gfn_t gfn)
{
	struct grant_table *gt = d->grant;

	spin_lock(&gt->lock);
	if (index < gt->frames[status].nr)
		gt->frames[status].gfn[index] = gfn;
	spin_unlock(&gt->lock);
}

/* With the arrays of its frames behind it, each entry of which takes a word. */
static size_t table_size(unsigned max_frames)
{
	return sizeof(struct grant_table) +
	       2 * (max_frames + status_frames(max_frames)) * sizeof(uint64_t);
}

/* A word for each page; version 2 has fewer entries. */
static size_t active_size(unsigned max_frames)
{
	return DIV_ROUND_UP(max_frames * V1_PER_FRAME, ACTIVE_PER_PAGE) * sizeof(uint64_t);
}

static void *frames_init(struct grant_frames *f, unsigned max, void *arrays)
{
	f->max = max;
	f->page = arrays;
	f->gfn = (gfn_t *)(void *)(f->page + max);
	return f->gfn + max;
}

int grant_domain_init(struct domain *d, uint32_t max_frames, uint32_t max_maptrack_frames)
{
	struct grant_table *gt;
	int rc;

	if (max_frames == 0 || max_frames > GRANT_FRAMES_LIMIT ||
	    max_maptrack_frames > GRANT_MAPTRACK_FRAMES_LIMIT)
		return -EINVAL;
	gt = object_alloc(table_size(max_frames));
	if (!gt)
		return -ENOMEM;
	d->grant = gt;
	gt->version = 1;
	frames_init(&gt->frames[STATUS_FRAMES], status_frames(max_frames),
		    frames_init(&gt->frames[ENTRY_FRAMES], max_frames, gt + 1));
	gt->max_maptrack_frames = max_maptrack_frames;
	gt->maptrack_free = MAPTRACK_NONE;
	gt->active = object_alloc(active_size(max_frames));
	rc = gt->active ? grant_grow(d, 1) : -ENOMEM;
	if (rc)
		grant_domain_destroy(d);
	return rc;
}

void grant_domain_destroy(struct domain *d)
{
	struct grant_table *gt = d->grant;
	unsigned max;

	if (!gt)
		return;
	max = gt->frames[ENTRY_FRAMES].max;
	grant_maptrack_destroy(gt);
	/* Frames that domain 0 still has mapped are freed with that mapping. */
	for (unsigned kind = ENTRY_FRAMES; kind <= STATUS_FRAMES; kind++)
		for (unsigned i = 0; i < gt->frames[kind].nr; i++)
			page_unshare(gt->frames[kind].page[i]);
	for (unsigned i = 0; i < gt->nr_active_pages; i++)
		object_free(gt->active[i], PAGE_SIZE);
	if (gt->active)
		object_free(gt->active, active_size(max));
	object_free(gt, table_size(max));
	d->grant = NULL;
}
