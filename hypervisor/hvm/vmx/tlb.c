// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stale translations (SDM vol. 3, 29.4). Those of the guest's own tables are tagged by VPID, the
 * vCPU's address space number. Those of the EPT are tagged by its pointer, for all vCPUs of the
 * domain alike: each vCPU has them flushed when it finds that mappings were taken away since its
 * last entry, or that it is on another CPU. Without VPIDs an entry flushes what they would tag.
 */
#include "atomic.h"
#include "cpu.h"
#include "log.h"
#include "private.h"

#define VPID_LIMIT  0x10000u
#define INVEPT_ONE  1UL
#define INVEPT_ALL  2UL
#define INVVPID_ALL 2UL

struct invalidation {
	uint64_t tag, address;
};

static void invept(uint64_t pointer)
{
	const struct invalidation what = { .tag = pointer };
	uint64_t type = vmx_config.ept_vpid & EPT_CAP_INVEPT_ONE ? INVEPT_ONE : INVEPT_ALL;
	bool failed;

	__asm__ volatile("invept %1, %2; setna %0"
			 : "=q"(failed)
			 : "m"(what), "r"(type)
			 : "cc", "memory");
	if (unlikely(failed)) /* a guest would go on with pages that are not its any more */
		panic("INVEPT of %#lx failed", pointer);
}

static void invvpid_all(void)
{
	const struct invalidation what = { 0 };
	bool failed;

	__asm__ volatile("invvpid %1, %2; setna %0"
			 : "=q"(failed)
			 : "m"(what), "r"(INVVPID_ALL)
			 : "cc", "memory");
	if (unlikely(failed))
		panic("INVVPID failed");
}

void vmx_tlb_check(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	unsigned cpu = this_cpu()->id;
	uint64_t generation = atomic_read(&v->domain->p2m.generation);

	if ((vmx_config.cpu2 & CPU2_VPID) && !hvm_asid_is_valid(v)) {
		if (hvm_asid_take(v, VPID_LIMIT))
			invvpid_all();
		vmwrite(VMCS_VPID, v->hvm.asid);
	}
	if (s->ept_cpu == cpu && v->hvm.p2m_generation == generation)
		return;
	invept(ept_pointer(v->domain->p2m.root));
	s->ept_cpu = cpu;
	v->hvm.p2m_generation = generation;
}
