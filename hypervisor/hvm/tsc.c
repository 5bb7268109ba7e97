// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's TSC and pvclock. The TSC is never trapped, only offset; pvclock's scale is the
 * hypervisor's own, from the same zero point, so that a guest computes the very system time that we
 * do and nothing has to be published again while it runs.
 */
#include "cpu.h"
#include "domain.h"
#include "guest_access.h"
#include "lib.h"
#include "processor.h"

uint64_t vcpu_tsc(const struct vcpu *v)
{
	return rdtsc() + v->hvm.tsc_offset;
}

time_ns_t vcpu_tsc_to_time(const struct vcpu *v, uint64_t tsc)
{
	return tsc_to_time(tsc - v->hvm.tsc_offset);
}

static bool tsc_is_invariant(void)
{
	static uint32_t r[4];

	if (!r[0])
		cpuid_count(0x80000007, 0, r);
	r[0] = 1;
	return r[3] & (1u << 8);
}

/* Readers take the fields as one when version is even and the same before and after. */
static void write_versioned(struct vcpu_time_info *to, const struct vcpu_time_info *from)
{
	uint32_t version = READ_ONCE(to->version) | 1;

	WRITE_ONCE(to->version, version);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	to->tsc_timestamp = from->tsc_timestamp;
	to->system_time = from->system_time;
	to->tsc_to_system_mul = from->tsc_to_system_mul;
	to->tsc_shift = from->tsc_shift;
	to->flags = from->flags;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	WRITE_ONCE(to->version, version + 1);
}

void vcpu_publish_time(struct vcpu *v)
{
	struct vcpu_time_info t = {
		.version = 2,
		.tsc_timestamp = time_scale.tsc_base + v->hvm.tsc_offset,
		.system_time = 0,
		.tsc_to_system_mul = time_scale.mul,
		.tsc_shift = time_scale.shift,
		.flags = tsc_is_invariant() ? 1 : 0, /* XEN_PVCLOCK_TSC_STABLE_BIT */
	};

	if (v->info->time.tsc_timestamp != t.tsc_timestamp ||
	    v->info->time.tsc_to_system_mul != t.tsc_to_system_mul)
		write_versioned(&v->info->time, &t);
	/* The second copy may be at a linear address: reachable from the vCPU itself only. */
	if (v->time_area.at && v == vcpu_current() && memcmp(&v->time, &t, sizeof(t)) &&
	    !guest_publish(v->time_area.at, v->time_area.physical, &t, sizeof(t)))
		v->time = t;
}
