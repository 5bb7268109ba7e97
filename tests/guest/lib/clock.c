// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shared info page and the PV clock in it.
 */
#include "clock.h"

#include "abi/memory.h"

#include "cpu.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"

struct shared_info *shared_info_get(void)
{
	static struct shared_info *shared;
	struct xen_add_to_physmap map = { .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info };

	if (shared)
		return shared;
	map.gpfn = page_gfn(page_alloc());
	CHECK_EQ(memory_op(XENMEM_add_to_physmap, &map), 0);
	shared = (void *)(map.gpfn << 12);
	return shared;
}

static uint64_t scale(uint64_t ticks, const struct vcpu_time_info *time)
{
	ticks = time->tsc_shift < 0 ? ticks >> -time->tsc_shift : ticks << time->tsc_shift;
	return (unsigned __int128)ticks * time->tsc_to_system_mul >> 32;
}

uint64_t clock_read(const struct vcpu_time_info *time)
{
	uint64_t ns;
	uint32_t version;

	do {
		version = READ_ONCE(time->version);
		asm volatile("" ::: "memory");
		ns = time->system_time + scale(rdtsc() - time->tsc_timestamp, time);
		asm volatile("" ::: "memory");
	} while ((version & 1) || version != READ_ONCE(time->version));
	return ns;
}

uint64_t clock_now(void)
{
	return clock_read(&shared_info_get()->vcpu_info[0].time);
}
