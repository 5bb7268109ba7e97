// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Extended page-table entries (SDM vol. 3, 29.3.2). Memory types combine with the guest's PAT: RAM
 * is write-back unless the guest wants it otherwise, devices are uncached unless it wants them
 * write-combining. Accessed and dirty flags are not used. Pure.
 */
#include "pure.h"

#define EPT_POINTER_WALK_4 (3u << 3)
#define EPT_POINTER_WB     6u

void ept_format_choose(struct p2m_format *f, uint64_t capability)
{
	const uint64_t ram = EPT_WB | EPT_READ, device = EPT_UC | EPT_READ;

	*f = (struct p2m_format){
		.leaf =
			{
				[P2M_RAM_RW] = ram | EPT_WRITE | EPT_EXECUTE,
				[P2M_RAM_RO] = ram | EPT_EXECUTE,
				[P2M_MMIO_DIRECT] = device | EPT_WRITE | EPT_EXECUTE,
				[P2M_MMIO_RO] = device | EPT_EXECUTE,
				[P2M_FOREIGN] = ram | EPT_WRITE,
				[P2M_GRANT_RW] = ram | EPT_WRITE,
				[P2M_GRANT_RO] = ram,
				[P2M_RAM_CLEAN] = ram | EPT_EXECUTE,
			},
		.table = EPT_READ | EPT_WRITE | EPT_EXECUTE,
		.large = EPT_LARGE,
		.has_1g = capability & EPT_CAP_1G,
	};
}

uint64_t ept_pointer(mfn_t root)
{
	return root.n << PAGE_SHIFT | EPT_POINTER_WALK_4 | EPT_POINTER_WB;
}
