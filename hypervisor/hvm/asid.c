// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address space numbers (AMD's ASIDs, Intel's VPIDs): each CPU hands them out in order; when they
 * run out it begins again with one full flush. A vCPU needs a new one when it comes to another CPU
 * or when its CPU has begun again. Touched by the CPU that v runs on, or while v is paused.
 */
#include "cpu.h"
#include "hvm.h"

bool hvm_asid_is_valid(const struct vcpu *v)
{
	const struct cpu *c = this_cpu();

	return v->hvm.asid && v->hvm.asid_cpu == c->id &&
	       v->hvm.asid_generation == c->asid_generation;
}

bool hvm_asid_take(struct vcpu *v, uint32_t limit)
{
	struct cpu *c = this_cpu();
	bool again = !c->asid_next || c->asid_next >= limit;

	if (again) {
		c->asid_next = 1;
		c->asid_generation++;
	}
	v->hvm.asid = c->asid_next++;
	v->hvm.asid_cpu = c->id;
	v->hvm.asid_generation = c->asid_generation;
	return again;
}

void hvm_asid_forget(struct vcpu *v)
{
	v->hvm.asid = 0;
}
