// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of mapping share: mapper maps what granter granted. */
#ifndef MAPPING_H
#define MAPPING_H

#include "fake_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "atomic.h"

#define RW GNTMAP_host_map
#define RO (GNTMAP_host_map | GNTMAP_readonly)

static inline int map(grant_ref_t ref, uint64_t gfn, uint32_t flags, grant_handle_t *handle)
{
	return map_ref(mapper, granter->id, ref, gfn, flags, handle);
}

static inline uint16_t in_use(grant_ref_t ref)
{
	return entry_v1(granter, ref)->flags & (GTF_reading | GTF_writing);
}

static inline enum p2m_type type_at(struct domain *d, uint64_t gfn)
{
	enum p2m_type type;

	p2m_lookup(d, GFN(gfn), &type);
	return type;
}

/* Nothing of a refused map is left behind. */
static inline void check_untouched(grant_ref_t ref, uint64_t gfn)
{
	assert_int_equal(in_use(ref), 0);
	assert_int_equal(type_at(mapper, gfn), P2M_INVALID);
	assert_int_equal(fake_domain_refs(granter), 1);
	for (uint64_t g = 0; g < RAM_GFNS; g++)
		assert_int_equal(fake_page_count(mfn_of(granter, g)), 1);
}

#endif
