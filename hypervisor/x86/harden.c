// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a CPU is told once against mistakes of ours: the control bits that keep the kernel off what
 * is a user's. The hypervisor has no user mode and no user page (mm/kernel_map.c), so that SMEP,
 * SMAP and UMIP never come into play; they are on because a stray write might make a page look like
 * a user's. Guests have their own.
 */
#include "cpu.h"
#include "log.h"
#include "processor.h"

#define CPUID_7_SMEP BIT(7) /* ebx */
#define CPUID_7_SMAP BIT(20)
#define CPUID_7_UMIP BIT(2) /* ecx */

void cpu_harden(void)
{
	uint64_t cr4 = read_cr4();

	cr4 |= cpuid_reg(7, CPUID_EBX) & CPUID_7_SMEP ? CR4_SMEP : 0;
	cr4 |= cpuid_reg(7, CPUID_EBX) & CPUID_7_SMAP ? CR4_SMAP : 0;
	cr4 |= cpuid_reg(7, CPUID_ECX) & CPUID_7_UMIP ? CR4_UMIP : 0;
	write_cr4(cr4);
	if (!this_cpu()->id)
		log_info(
			"own pages never both writable and executable;%s%s%s guard pages and canaries",
			cr4 & CR4_SMEP ? " SMEP," : "", cr4 & CR4_SMAP ? " SMAP," : "",
			cr4 & CR4_UMIP ? " UMIP," : "");
}
