// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine's memory for the tests of grant/: frames with references, a small p2m per domain with a
 * TLB that remembers what was unmapped and not flushed. A frame that is freed while anybody can
 * still reach it stops the test program. Also the helpers that the test files share.
 */
#ifndef FAKE_MEMORY_H
#define FAKE_MEMORY_H

#include "fake_domain.h"

#include "grant.h"
#include "grant/private.h"
#include "mm.h"
#include "p2m.h"

/* Fuzzing takes less, to be faster. */
#ifndef FAKE_GFNS
#define FAKE_GFNS 1024
#endif
#define FAKE_FRAMES 512

extern unsigned fake_flushes;       /* p2m_flush that had something to do */
extern int fake_map_result;         /* what p2m_map answers, if not 0 */
extern int fake_room;               /* pages that domains still take over; -1: all */
extern void (*fake_at_map)(void);   /* called once, after the next page is mapped */
extern void (*fake_at_flush)(void); /* called in the middle of each flush; NULL: nothing */

void fake_memory_reset(void);
/* No frame is in use any more. */
void fake_memory_check_clean(void);

/* A page of RAM for d at gfn, filled with `fill`. */
mfn_t fake_ram(struct domain *d, uint64_t gfn, enum p2m_type type, uint8_t fill);
/* d loses all its RAM, as in destruction: what others hold stays. */
void fake_ram_release(struct domain *d);
uint32_t fake_page_count(mfn_t mfn);
uint8_t *fake_page(mfn_t mfn);

/* --- shared by the test files ----------------------------------------------------------------- */

/* dom0 is 0, the granter 1 and the mapper 2; each has RAM at gfns 0-15, nothing from 100 on. */
#define RAM_GFNS 16u
#define HOLE     100u
extern struct domain *dom0, *granter, *mapper;

int grant_setup(void **state);
int grant_teardown(void **state);
/* The domain dies now, as domain_destroy does it. */
void domain_dies(struct domain **d);
long grant_call(struct domain *d, unsigned cmd, void *ops, unsigned count);
/* Entry of a version 1 table as the guest sees it. */
struct grant_entry_v1 *entry_v1(struct domain *d, grant_ref_t ref);
union grant_entry_v2 *entry_v2(struct domain *d, grant_ref_t ref);
grant_status_t *status_v2(struct domain *d, grant_ref_t ref);
void grant_v1(struct domain *d, grant_ref_t ref, domid_t to, uint32_t gfn, uint16_t flags);
void use_version(struct domain *d, uint32_t version);
mfn_t mfn_of(struct domain *d, uint64_t gfn);
/* One map or unmap by d; the status. */
int map_ref(struct domain *d, domid_t from, grant_ref_t ref, uint64_t gfn, uint32_t flags,
	    grant_handle_t *handle);
int unmap_handle(struct domain *d, grant_handle_t handle, uint64_t gfn);

#endif
