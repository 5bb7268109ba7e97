// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address space identifiers (APM vol. 2, 15.16): each CPU hands out numbers in order; when they run
 * out it begins again with one full flush. A vCPU needs a new number when it comes to another CPU,
 * when its domain's mappings were taken away, or when its CPU began again.
 */
#include "atomic.h"
#include "cpu.h"
#include "private.h"
#include "processor.h"

static uint32_t asid_limit;

void svm_asid_init_cpu(void)
{
	uint32_t r[4];

	cpuid_count(0x8000000a, 0, r);
	asid_limit = r[1];
	this_cpu()->asid_next = asid_limit; /* the first vCPU starts a generation */
}

void svm_asid_check(struct vcpu *v)
{
	struct svm_vcpu *s = svm_of(v);
	struct cpu *c = this_cpu();
	uint64_t generation = atomic_read(&v->domain->p2m.generation);

	s->vmcb->tlb_control = 0;
	if (s->asid_cpu == c->id && s->asid_generation == c->asid_generation &&
	    v->hvm.p2m_generation == generation)
		return;
	if (c->asid_next >= asid_limit) {
		c->asid_next = 1;
		c->asid_generation++;
		s->vmcb->tlb_control = TLB_FLUSH_ALL;
	}
	s->vmcb->asid = c->asid_next++;
	s->asid_cpu = c->id;
	s->asid_generation = c->asid_generation;
	v->hvm.p2m_generation = generation;
}
