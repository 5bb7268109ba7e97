// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stale translations (APM vol. 2, 15.16): all of a guest's are tagged by its address space number.
 * When its domain's mappings were taken away it has them flushed, or takes a new number where the
 * CPU can only flush everybody's.
 */
#include "atomic.h"
#include "private.h"

void svm_tlb_check(struct vcpu *v)
{
	struct vmcb *c = svm_of(v)->vmcb;
	uint64_t generation = atomic_read(&v->domain->p2m.generation);
	bool is_stale = v->hvm.p2m_generation != generation, is_valid = hvm_asid_is_valid(v);

	c->tlb_control = 0;
	if (likely(is_valid && !is_stale))
		return;
	v->hvm.p2m_generation = generation;
	if (is_valid && (svm_features & SVM_FLUSH_ASID)) {
		c->tlb_control = TLB_FLUSH_GUEST;
		return;
	}
	if (hvm_asid_take(v, svm_asids))
		c->tlb_control = TLB_FLUSH_ALL;
	c->asid = v->hvm.asid;
	c->clean &= ~CLEAN_ASID;
}
