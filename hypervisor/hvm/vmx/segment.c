// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Segment attributes (SDM vol. 3, 25.4.1 and 27.3.1.2). The VMCB packs into 12 bits what the VMCS
 * has in bits 0-7 and 12-15, and says with P what the VMCS says with a bit of its own. Pure.
 */
#include "pure.h"

#define TYPE_ACCESSED  1u
#define TYPE_BUSY      2u
#define ATTRIBUTE_S    BIT(4)
#define ATTRIBUTE_P    BIT(7)
#define RIGHTS_TSS_32  0x8bu
#define RIGHTS_LOW     0xffu
#define RIGHTS_HIGH    0xf000u
#define ATTRIBUTE_HIGH 0xf00u

uint32_t vmx_rights_from(enum vmx_segment segment, uint16_t attributes)
{
	uint32_t rights = (attributes & RIGHTS_LOW) | (uint32_t)(attributes & ATTRIBUTE_HIGH) << 4;

	if (segment == VMX_TR) {
		/* A task register is always there, and its task busy. */
		if (!(attributes & ATTRIBUTE_P))
			return RIGHTS_TSS_32;
		return rights | TYPE_BUSY;
	}
	if (!(attributes & ATTRIBUTE_P))
		return rights | RIGHTS_UNUSABLE;
	return attributes & ATTRIBUTE_S ? rights | TYPE_ACCESSED : rights;
}

/* The DPL stays also in one that is not usable: SS has the CPL there. */
uint16_t vmx_rights_to(uint32_t rights)
{
	uint32_t attributes = (rights & RIGHTS_LOW) | (rights & RIGHTS_HIGH) >> 4;

	if (rights & RIGHTS_UNUSABLE)
		attributes &= ~(uint32_t)ATTRIBUTE_P;
	return (uint16_t)attributes;
}
