// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain's grant table, both sides of it, and what the files of grant/ offer each other.
 *
 * gt->lock: the granter's side (frames, version, what is in use). The entries themselves are shared
 * with the guest and change at any time. gt->maptrack_lock: the mapper's handles. Neither is held
 * while the other is taken, and no two domains' at once.
 *
 * A grant that is mapped or being copied is *pinned*: the entry tells the granter so, and a
 * reference to the page is held. A mapping's handle holds a reference to the granting domain
 * besides, so that its table outlives the pin.
 */
#ifndef SOCLE_GRANT_PRIVATE_H
#define SOCLE_GRANT_PRIVATE_H

#include "domain.h"
#include "grant.h"
#include "mm.h"
#include "spinlock.h"
#include "types.h"

/* The granter's side of one reference that is in use. */
struct grant_active {
	uint32_t mfn;              /* of the page; holds a reference while pinned */
	uint16_t readers, writers; /* pins that only read, that also write */
	uint16_t offset, length; /* the part granted: the whole page, or a sub-page of version 2 */
	domid_t grantee;
	bool writable; /* the granter itself may write the page */
};
_Static_assert(sizeof(struct grant_active) == 16, "256 in a page");

/* Of grant_table.frames. */
#define ENTRY_FRAMES     0
#define STATUS_FRAMES    1

#define ACTIVE_PER_PAGE  (PAGE_SIZE / sizeof(struct grant_active))
#define V1_PER_FRAME     (PAGE_SIZE / sizeof(struct grant_entry_v1))
#define V2_PER_FRAME     (PAGE_SIZE / sizeof(union grant_entry_v2))
#define STATUS_PER_FRAME (PAGE_SIZE / sizeof(grant_status_t))

/* The mapper's side of one mapping. Free when granter is NULL. */
struct maptrack {
	struct domain *granter; /* a reference */
	uint64_t gfn;           /* where it is mapped, if MAPTRACK_HOST */
	uint32_t ref;           /* while free: the next free handle */
	uint16_t flags;         /* MAPTRACK_* */
};
#define MAPTRACK_HOST      1u
#define MAPTRACK_READONLY  2u
#define MAPTRACK_LIVE      4u /* mapped; without it, being mapped or unmapped right now */

#define MAPTRACK_PER_FRAME (PAGE_SIZE / sizeof(struct maptrack))
#define MAPTRACK_NONE      (~0u)

/* Pages of the hypervisor's that the guest is shown; page and gfn have max entries. */
struct grant_frames {
	unsigned nr, max; /* that exist: once there they stay; that there may be */
	void **page;
	gfn_t *gfn; /* where the guest last mapped each; 0: nowhere */
};

struct grant_table {
	struct spinlock lock;
	unsigned version;              /* 1 or 2 */
	struct grant_frames frames[2]; /* of entries, read as words: see entry.c; of status words */
	unsigned nr_active_pages;
	struct grant_active **active;

	struct spinlock maptrack_lock;
	unsigned nr_maptrack; /* handles that exist */
	unsigned max_maptrack_frames;
	uint32_t maptrack_free; /* first free handle, MAPTRACK_NONE at the end */
	unsigned release_next;  /* where grant_domain_release_mappings goes on */
	unsigned reset_next;    /* the frame where grant_domain_reset goes on */
	struct maptrack **maptrack;
};

/* --- table.c; gt->lock held unless said otherwise --------------------------------------------- */

unsigned grant_nr_entries(const struct grant_table *gt);
/* Grows to nr frames of entries. -EINVAL past the maximum, -ENOMEM. */
int grant_grow(struct domain *d, unsigned nr);
/* What nr frames of entries of a version need besides themselves. -EINVAL, -ENOMEM. */
int grant_grow_beside(struct domain *d, unsigned version, unsigned nr);
struct grant_active *grant_active(struct grant_table *gt, grant_ref_t ref);

/* --- entry.c ---------------------------------------------------------------------------------- */

/* What a pin gives: valid until grant_unpin. */
struct grant_pin {
	struct page_info *page;
	uint16_t offset, length;
};
#define PIN_WRITE      1u
#define PIN_WHOLE_PAGE 2u

/*
 * Takes grantee's claim on entry ref of granter into use. GNTST_*: hostile entries get an error. No
 * lock held; the caller has a reference to granter.
 */
int grant_pin(struct domain *granter, grant_ref_t ref, const struct domain *grantee, unsigned how,
	      struct grant_pin *pin);
void grant_unpin(struct domain *granter, grant_ref_t ref, bool write);
/* The first word (flags, domid) of an entry. gt->lock held, ref in range. */
uint32_t *grant_entry_word(struct grant_table *gt, grant_ref_t ref);
/* The frame that it names, read once. gt->lock held, ref in range. */
uint64_t grant_entry_frame(struct grant_table *gt, grant_ref_t ref);
grant_status_t *grant_entry_status(struct grant_table *gt, grant_ref_t ref);
#define IN_USE (GTF_reading | GTF_writing)
/* What the entry says of them to the granter: GTF_reading, GTF_writing. */
unsigned grant_use_flags(const struct grant_active *act);
static inline bool grant_is_pinned(const struct grant_active *act)
{
	return act->readers || act->writers;
}

/* --- maptrack.c; no lock held ----------------------------------------------------------------- */

/* A handle that is not live yet; GNTST_no_space, GNTST_general_error. */
int grant_handle_alloc(struct grant_table *gt, grant_handle_t *handle);
/* Makes it live; also one that was claimed, if it is to stay. */
void grant_handle_set(struct grant_table *gt, grant_handle_t handle, const struct maptrack *m);
/*
 * Takes a live handle away from everybody else and tells what it is; false: there is no such one.
 */
bool grant_handle_claim(struct grant_table *gt, grant_handle_t handle, struct maptrack *m);
void grant_handle_free(struct grant_table *gt, grant_handle_t handle);
void grant_maptrack_destroy(struct grant_table *gt);

/* --- map.c ------------------------------------------------------------------------------------ */

/* Maps a page where nothing is; the flush is the caller's. GNTST_*. */
int grant_place(struct domain *d, gfn_t gfn, const struct page_info *page, enum p2m_type type);

/* --- operations: 0, or an errno for the whole call; each element has a status of its own ------ */

/* Elements that are copied in, worked on and copied out together; one flush for all of them. */
#define GRANT_BATCH 32u

union grant_batch {
	struct gnttab_map_grant_ref map[GRANT_BATCH];
	struct gnttab_unmap_grant_ref unmap[GRANT_BATCH];
	struct gnttab_copy copy[GRANT_BATCH];
	struct gnttab_transfer transfer[GRANT_BATCH];
	struct gnttab_cache_flush cache[GRANT_BATCH];
	struct gnttab_setup_table setup;
	struct gnttab_query_size size;
	struct gnttab_set_version set_version;
	struct gnttab_get_version get_version;
	struct gnttab_get_status_frames status_frames;
};

int grant_op_map(struct domain *d, union grant_batch *b, unsigned n);
int grant_op_unmap(struct domain *d, union grant_batch *b, unsigned n);
int grant_op_transfer(struct domain *d, union grant_batch *b, unsigned n);
int grant_op_copy(struct domain *d, union grant_batch *b, unsigned n);
int grant_op_setup_table(struct domain *d, union grant_batch *b);
int grant_op_query_size(struct domain *d, union grant_batch *b);
int grant_op_set_version(struct domain *d, union grant_batch *b);
int grant_op_get_version(struct domain *d, union grant_batch *b);
int grant_op_get_status_frames(struct domain *d, union grant_batch *b);

#endif
