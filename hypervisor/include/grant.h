// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Grant tables, versions 1 and 2: pages that a domain lends to another, mapped or copied.
 * grant/ owns both sides: the granter's frames and active entries, the mapper's handles (maptrack).
 */
#ifndef SOCLE_GRANT_H
#define SOCLE_GRANT_H

#include "abi/grant_table.h"
#include "types.h"

struct domain;

/* -EINVAL: no frame at all, or limits beyond what is sane (GRANT_*_FRAMES_LIMIT); -ENOMEM. */
int grant_domain_init(struct domain *d, uint32_t max_frames, uint32_t max_maptrack_frames);
/*
 * Unmaps all that d has mapped (its vCPUs do not run). Bounded work: 0 when nothing is left, or
 * -ERESTART: call again. Once it was called for one that is dying, nobody begins to use a page of
 * it: its p2m may go.
 */
int grant_domain_release_mappings(struct domain *d);
/*
 * Soft reset: unmaps all that d has mapped, ends what it grants and nobody uses, back to version 1.
 * d's vCPUs do not run, until it is through. -ERESTART: call again, it goes on where it stopped;
 * -EBUSY: version 2, and others have pages mapped; -ENOMEM.
 */
int grant_domain_reset(struct domain *d);
/*
 * Frees the table. Only when the last reference to d is gone: every mapping of a page that d
 * granted holds one. Accepts a domain whose grant_domain_init failed or never ran.
 */
void grant_domain_destroy(struct domain *d);

#define GRANT_FRAMES_LIMIT          4096u
#define GRANT_MAPTRACK_FRAMES_LIMIT 65536u

/*
 * HYPERVISOR_grant_table_op. May return -ERESTART, then *done elements have been dealt with: the
 * hypercall is repeated for those behind them.
 */
long do_grant_table_op(unsigned cmd, uint64_t arg, unsigned count, unsigned *done);
/* Bytes of an element in the caller's memory; cmd is one that has restarted. */
size_t grant_element_size(unsigned cmd);

/*
 * The machine frame behind frame `index` of d's table, grown on demand (XENMAPSPACE_grant_table and
 * XENMEM_acquire_resource). status: the v2 status frames. -EINVAL past the limit, or status frames
 * of a version 1 table; -ENOMEM. No reference is taken: the frame stays d's until d is freed.
 */
int grant_frame_get(struct domain *d, unsigned index, bool status, mfn_t *mfn);
/* d mapped that frame at gfn of its own: what GNTTABOP_setup_table and get_status_frames answer. */
void grant_frame_placed(struct domain *d, unsigned index, bool status, gfn_t gfn);
unsigned grant_frames_max(const struct domain *d);

#endif
