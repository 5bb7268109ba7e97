// SPDX-License-Identifier: GPL-2.0-or-later
/* Control bits by what the CPU allows (SDM vol. 3, A.3 to A.5). Pure. */
#include "pure.h"

bool vmx_control_choose(const struct vmx_control *c, uint64_t capability, uint32_t *value,
			uint32_t *lacking)
{
	uint32_t must = (uint32_t)capability, may = (uint32_t)(capability >> 32);

	*value = must | ((c->needed | c->wanted) & may);
	*lacking = (c->needed & ~may) | (c->refused & must);
	return !*lacking;
}
