// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handles: what a domain has mapped of others' grants. A guest names a handle by number and may
 * name any, from two vCPUs at once: whoever claims one first has it. gt->maptrack_lock; what a
 * handle refers to (the pin, the mapping) is map.c's.
 */
#include "private.h"

static struct maptrack *maptrack_at(struct grant_table *gt, grant_handle_t handle)
{
	if (handle >= gt->nr_maptrack)
		return NULL;
	handle = (grant_handle_t)index_below(handle, gt->nr_maptrack);
	return &gt->maptrack[handle / MAPTRACK_PER_FRAME][handle % MAPTRACK_PER_FRAME];
}

static size_t frame_list_size(const struct grant_table *gt)
{
	return gt->max_maptrack_frames * sizeof(*gt->maptrack);
}

/* One more frame of free handles, the lowest first in the list. */
static int grow(struct grant_table *gt)
{
	unsigned first = gt->nr_maptrack, frame = first / (unsigned)MAPTRACK_PER_FRAME;
	struct maptrack *page;

	if (frame >= gt->max_maptrack_frames)
		return GNTST_no_space;
	if (!gt->maptrack) {
		gt->maptrack = object_alloc(frame_list_size(gt));
		if (!gt->maptrack)
			return GNTST_no_space;
	}
	page = object_alloc(PAGE_SIZE);
	if (!page)
		return GNTST_no_space;
	for (unsigned i = 0; i < MAPTRACK_PER_FRAME; i++)
		page[i].ref = i + 1 < MAPTRACK_PER_FRAME ? first + i + 1 : gt->maptrack_free;
	gt->maptrack[frame] = page;
	gt->maptrack_free = first;
	gt->nr_maptrack = first + (unsigned)MAPTRACK_PER_FRAME;
	return GNTST_okay;
}

int grant_handle_alloc(struct grant_table *gt, grant_handle_t *handle)
{
	int rc = GNTST_okay;

	spin_lock(&gt->maptrack_lock);
	if (gt->maptrack_free == MAPTRACK_NONE)
		rc = grow(gt);
	if (rc == GNTST_okay) {
		*handle = gt->maptrack_free;
		gt->maptrack_free = maptrack_at(gt, *handle)->ref;
	}
	spin_unlock(&gt->maptrack_lock);
	return rc;
}

void grant_handle_set(struct grant_table *gt, grant_handle_t handle, const struct maptrack *m)
{
	spin_lock(&gt->maptrack_lock);
	*maptrack_at(gt, handle) = *m;
	maptrack_at(gt, handle)->flags |= MAPTRACK_LIVE;
	spin_unlock(&gt->maptrack_lock);
}

bool grant_handle_claim(struct grant_table *gt, grant_handle_t handle, struct maptrack *m)
{
	struct maptrack *found;
	bool live;

	spin_lock(&gt->maptrack_lock);
	found = maptrack_at(gt, handle);
	live = found && (found->flags & MAPTRACK_LIVE);
	if (live) {
		found->flags &= (uint16_t)~MAPTRACK_LIVE;
		*m = *found;
	}
	spin_unlock(&gt->maptrack_lock);
	return live;
}

void grant_handle_free(struct grant_table *gt, grant_handle_t handle)
{
	struct maptrack *m;

	spin_lock(&gt->maptrack_lock);
	m = maptrack_at(gt, handle);
	m->granter = NULL;
	m->flags = 0;
	m->ref = gt->maptrack_free;
	gt->maptrack_free = handle;
	spin_unlock(&gt->maptrack_lock);
}

void grant_maptrack_destroy(struct grant_table *gt)
{
	if (!gt->maptrack)
		return;
	for (unsigned i = 0; i < gt->nr_maptrack / MAPTRACK_PER_FRAME; i++)
		object_free(gt->maptrack[i], PAGE_SIZE);
	object_free(gt->maptrack, frame_list_size(gt));
	gt->maptrack = NULL;
	gt->nr_maptrack = 0;
}
