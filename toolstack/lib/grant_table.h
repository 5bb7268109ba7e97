// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The grant table of a guest that is being built: its first frame in our address space (version
 * 1). A builder seeds the reserved entries, and uses the others as windows into the guest's
 * memory.
 */
#ifndef TOOLSTACK_GRANT_TABLE_H
#define TOOLSTACK_GRANT_TABLE_H

#include "abi/grant_table.h"
#include "lib/xencall.h"

#define GRANT_TABLE_ENTRIES (XEN_PAGE_SIZE / sizeof(struct grant_entry_v1))

/* NULL with errno. */
struct grant_entry_v1 *grant_table_map(struct xencall *xc, domid_t domid);
void grant_table_unmap(struct grant_entry_v1 *table);

#endif
