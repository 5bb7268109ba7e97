// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VT-d (Intel VT-d Architecture Specification): root and context tables (9.1, 9.3), queued
 * invalidation (6.5), fault recording (7.2), registers (chapter 11). A segment's units share their
 * root table, and the buses in it one context table as long as all their devices are domain 0's.
 * Entries are written under the caller's lock, devices.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "lib.h"
#include "log.h"
#include "mm.h"
#include "private.h"
#include "timer.h"

#define REG_CAP             0x08u
#define REG_ECAP            0x10u
#define REG_COMMAND         0x18u
#define REG_STATUS          0x1cu
#define REG_ROOT            0x20u
#define REG_FAULT_STATUS    0x34u
#define REG_FAULT_CONTROL   0x38u
#define REG_PROTECTED       0x64u
#define REG_QUEUE_TAIL      0x88u
#define REG_QUEUE           0x90u

#define CAP_WRITE_BUFFER    BIT(4)
#define CAP_PROTECTED       (BIT(5) | BIT(6))
#define CAP_CACHES_ABSENT   BIT(7)
#define CAP_3_LEVELS        BIT(9)
#define CAP_4_LEVELS        BIT(10)
#define CAP_2M              BIT(34)
#define ECAP_COHERENT       BIT(0)
#define ECAP_QUEUE          BIT(1)

#define COMMAND_TRANSLATION BIT(31)
#define COMMAND_ROOT        BIT(30)
#define COMMAND_QUEUE       BIT(26)
#define COMMAND_KEPT        0x96ffffffu /* of the status: what is not a one-time command */
#define FAULT_MASKED        BIT(31)
#define FAULT_OVERFLOW      1u
#define FAULT_VALID         BIT(63)
#define FAULT_READ          BIT(62)

#define ENTRY_READ          1UL
#define ENTRY_WRITE         2UL
#define ENTRY_LARGE         BIT(7)
#define PRESENT             1UL
#define ENTRIES             256u /* of a root and of a context table, two words each */

#define QUEUE_CONTEXTS      (1UL | 1UL << 4)                   /* all of them */
#define QUEUE_TLB_ALL       (2UL | 1UL << 4 | BIT(6) | BIT(7)) /* with reads and writes drained */
#define QUEUE_TLB_DOMAIN    (2UL | 2UL << 4 | BIT(6) | BIT(7))
#define QUEUE_WAIT          (5UL | BIT(5)) /* with a store of 32 bits */

static struct iommu_format format = { .read = ENTRY_READ,
				      .write = ENTRY_WRITE,
				      .large = ENTRY_LARGE };

static void wait_make(paddr_t done, uint64_t value, uint64_t command[2])
{
	command[0] = QUEUE_WAIT | value << 32;
	command[1] = done;
}

/* --- features and tables ---------------------------------------------------------------------- */

static uint64_t *root_table(struct iommu_unit *u)
{
	uint64_t *root, *context;

	for (struct iommu_unit *o = iommu_units; o < u; o++)
		if (o->segment == u->segment)
			return o->devices;
	root = heap_alloc(0);
	context = heap_alloc(0);
	if (!root || !context)
		return NULL;
	for (unsigned bus = 0; bus < ENTRIES; bus++)
		root[2 * bus] = virt_to_paddr(context) | PRESENT;
	iommu_written(&format, root, PAGE_SIZE);
	iommu_written(&format, context, PAGE_SIZE);
	return root;
}

static int prepare(void)
{
	uint64_t all = ~0UL, any = 0, extended = ~0UL;

	vtd_ops.max_domains = 0x10000;
	for_each_unit(u) {
		uint64_t cap = unit_read64(u, REG_CAP);

		all &= cap;
		any |= cap;
		extended &= unit_read64(u, REG_ECAP);
		vtd_ops.max_domains = MIN(vtd_ops.max_domains, 1u << (4 + 2 * (cap & 7)));
	}
	/* Units that have to be told of each new mapping are not served: nobody here does that. */
	if (!(extended & ECAP_QUEUE) || !(all & (CAP_3_LEVELS | CAP_4_LEVELS)) ||
	    (any & (CAP_WRITE_BUFFER | CAP_CACHES_ABSENT))) {
		log_warn("iommu: VT-d lacks what is needed: all units have %#lx, %#lx, some %#lx",
			 all, extended, any);
		return -EOPNOTSUPP;
	}
	format.levels = all & CAP_4_LEVELS ? 4 : 3;
	format.has_2m = all & CAP_2M;
	format.is_coherent = extended & ECAP_COHERENT;
	for_each_unit(u) {
		u->devices = root_table(u);
		if (!u->devices)
			return -ENOMEM;
	}
	return 0;
}

/* --- devices ---------------------------------------------------------------------------------- */

static uint64_t *context_table(const uint64_t *root, unsigned bus)
{
	return paddr_to_virt(root[2 * bus] & PAGE_MASK);
}

static void entry_write(uint64_t *e, const struct iommu_domain *t)
{
	iommu_write(&format, &e[0], 0); /* not present while it is changed */
	if (!t)
		return;
	iommu_write(&format, &e[1], (uint64_t)t->id << 8 | (format.levels - 2));
	iommu_write(&format, &e[0], virt_to_paddr(t->root) | PRESENT);
}

/* The bus has a table of its own from now on. */
static bool context_own(uint64_t *root, unsigned bus)
{
	uint64_t *common = context_table(root, bus), *own;
	unsigned users = 0;

	for (unsigned i = 0; i < ENTRIES; i++)
		users += context_table(root, i) == common;
	if (users == 1)
		return true;
	own = heap_alloc(0);
	if (!own)
		return false;
	memcpy(own, common, PAGE_SIZE);
	iommu_written(&format, own, PAGE_SIZE);
	iommu_write(&format, &root[2 * bus], virt_to_paddr(own) | PRESENT);
	return true;
}

static void contexts_flush(struct iommu_unit *u)
{
	iommu_command(u, QUEUE_CONTEXTS, 0);
	iommu_command(u, QUEUE_TLB_ALL, 0);
}

static int assign(uint16_t segment, devid_t id, const struct iommu_domain *t)
{
	bool found = false;

	for_each_unit(u) {
		if (u->segment != segment)
			continue;
		found = true;
		if (!context_own(u->devices, id >> 8))
			return -ENOMEM;
		entry_write(context_table(u->devices, id >> 8) + 2 * (id & 0xff), t);
		contexts_flush(u);
	}
	return found ? 0 : -ENODEV;
}

/* --- units ------------------------------------------------------------------------------------ */

static void flush(struct iommu_unit *u, uint16_t domain)
{
	iommu_command(u, QUEUE_TLB_DOMAIN | (uint64_t)domain << 16, 0);
}

/* Gives a command and waits until the status, which says the same in the same bit, has it. */
static void unit_switch(struct iommu_unit *u, uint32_t bit, bool on)
{
	uint32_t command = unit_read32(u, REG_STATUS) & COMMAND_KEPT;
	time_ns_t limit = time_now() + SECONDS(1);

	unit_write32(u, REG_COMMAND, on ? command | bit : command & ~bit);
	while (!(unit_read32(u, REG_STATUS) & bit) == on)
		if (time_now() > limit)
			panic("the IOMMU at %#lx does not obey command %#x", u->base, bit);
}

static void unit_start(struct iommu_unit *u)
{
	unit_switch(u, COMMAND_TRANSLATION, false);
	unit_switch(u, COMMAND_QUEUE, false);
	unit_write32(u, REG_FAULT_CONTROL, FAULT_MASKED); /* no interrupts: it is looked at */
	unit_write64(u, REG_ROOT, virt_to_paddr(u->devices));
	unit_switch(u, COMMAND_ROOT, true);
	unit_write64(u, REG_QUEUE_TAIL, 0);
	unit_write64(u, REG_QUEUE, virt_to_paddr(u->queue));
	unit_switch(u, COMMAND_QUEUE, true);
	contexts_flush(u);
	unit_switch(u, COMMAND_TRANSLATION, true);
	if (unit_read64(u, REG_CAP) & CAP_PROTECTED)
		unit_write32(u, REG_PROTECTED, 0); /* the firmware's own protection until now */
}

static void start(const struct iommu_domain *t)
{
	for_each_unit(u)
		for (unsigned n = 0; n < ENTRIES; n++)
			entry_write(context_table(u->devices, 0) + 2 * n, t);
	for_each_unit(u)
		unit_start(u);
}

static unsigned faults(struct iommu_unit *u, struct iommu_fault *fault, unsigned max)
{
	uint64_t cap = unit_read64(u, REG_CAP);
	unsigned at = (unsigned)(cap >> 24 & 0x3ff) * 16, nr = (unsigned)(cap >> 40 & 0xff) + 1;
	unsigned n = 0;

	if (at + nr * 16 > vtd_ops.registers)
		return 0;
	for (; nr && n < max; nr--, at += 16) {
		uint64_t low = unit_read64(u, at), high = unit_read64(u, at + 8);

		if (!(high & FAULT_VALID))
			continue;
		fault[n++] = (struct iommu_fault){ .segment = u->segment,
						   .device = (devid_t)high,
						   .is_write = !(high & FAULT_READ),
						   .reason = (unsigned)(high >> 32 & 0xff),
						   .address = low & PAGE_MASK };
		unit_write32(u, at + 12, (uint32_t)(FAULT_VALID >> 32)); /* clears it */
	}
	if (n)
		unit_write32(u, REG_FAULT_STATUS, FAULT_OVERFLOW);
	return n;
}

struct iommu_ops vtd_ops = {
	.name = "VT-d",
	.format = &format,
	.tail_register = REG_QUEUE_TAIL,
	.registers = 2 * PAGE_SIZE, /* the fault records may lie behind the first page */
	.wait = wait_make,
	.prepare = prepare,
	.start = start,
	.assign = assign,
	.flush = flush,
	.faults = faults,
};
