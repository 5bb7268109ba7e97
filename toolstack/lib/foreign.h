// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pages of other domains in our address space. Each page mapped costs a hypercall, and each page unmapped
 * another: to fill a guest's memory use guest_memory.h, which has a cheaper way where there is one.
 */
#ifndef TOOLSTACK_FOREIGN_H
#define TOOLSTACK_FOREIGN_H

#include "lib/xencall.h"

#define FOREIGN_MAX_PAGES 512 /* in one map: 2 MB */

/* count pages of domid from guest frame first on, read-write. NULL with errno. */
void *foreign_map(struct xencall *xc, domid_t domid, uint64_t first, unsigned int count);
void foreign_unmap(void *p, unsigned int count);

/* One frame of a domain's grant table (XENMEM_resource_grant_table, shared part). NULL with errno. */
void *foreign_map_grant_table(struct xencall *xc, domid_t domid, unsigned int frame);

#endif
