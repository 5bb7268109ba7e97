// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The units, and giving them commands: a ring of one page, 16 bytes a command, as both AMD-Vi
 * (48882, section 2.4) and VT-d (6.5.2) have it. Each command is followed by one that makes the
 * unit tell that it is through, and that is waited for; so the ring is empty before and after. One
 * lock for each unit, with only the log inside.
 */
#include "atomic.h"
#include "log.h"
#include "mm.h"
#include "private.h"
#include "timer.h"

#define COMMANDS (PAGE_SIZE / 16)

struct iommu_unit iommu_units[IOMMU_MAX_UNITS];
unsigned iommu_nr_units;

static void put(struct iommu_unit *u, const uint64_t command[2])
{
	u->queue[u->tail][0] = command[0];
	u->queue[u->tail][1] = command[1];
	u->tail = (u->tail + 1) % COMMANDS;
}

void iommu_command(struct iommu_unit *u, uint64_t low, uint64_t high)
{
	const uint64_t command[2] = { low, high };
	uint64_t wait[2];
	time_ns_t limit;

	spin_lock(&u->lock);
	limit = time_now() + SECONDS(1);
	u->sequence = (uint32_t)(u->sequence + 1);
	iommu_ops->wait(virt_to_paddr(&u->done), u->sequence, wait);
	put(u, command);
	put(u, wait);
	memory_barrier();
	unit_write64(u, iommu_ops->tail_register, (uint64_t)u->tail * 16);
	while (atomic_read(&u->done) != u->sequence) {
		if (time_now() > limit)
			panic("the IOMMU at %#lx does not execute command %#lx %#lx", u->base, low,
			      high);
		__builtin_ia32_pause();
	}
	spin_unlock(&u->lock);
}
