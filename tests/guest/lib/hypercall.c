// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out which instruction makes a hypercall here, and where the hypervisor's CPUID leaves are.
 */
#include "hypercall.h"

#include "abi/hvm_op.h"
#include "cpu.h"
#include "print.h"
#include "test.h"

bool hypercall_intel;

void hypercall_init(void)
{
	struct cpuid r = cpuid(0, 0);

	hypercall_intel = r.b == 0x756e6547; /* "Genu" */
}

uint32_t hypervisor_leaf(void)
{
	for (uint32_t base = 0x40000000; base < 0x40010000; base += 0x100) {
		struct cpuid r = cpuid(base, 0);
		uint32_t signature[3] = { r.b, r.c, r.d };

		if (!memcmp(signature, "XenVMMXenVMM", 12))
			return base;
	}
	return 0;
}

long hypercall_page_init(void *page)
{
	uint32_t base = hypervisor_leaf();
	struct cpuid r;

	if (!base)
		return -1;
	r = cpuid(base + 2, 0);
	if (r.a < 1)
		return -1;
	wrmsr(r.b, (uint64_t)page);
	return 0;
}

uint64_t hvm_param(unsigned index)
{
	struct xen_hvm_param p = { .domid = DOMID_SELF, .index = index };

	CHECK_EQ(hvm_op(HVMOP_get_param, &p), 0);
	return p.value;
}
