// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD-Vi (AMD I/O Virtualization Technology Specification 48882): the device table (2.2.2),
 * commands (2.4), the event log (2.5), registers (3.4). One device table for all units of a
 * segment. Entries of it are written under the caller's lock, devices.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "lib.h"
#include "mm.h"
#include "private.h"

#define REG_DEVICE_TABLE  0x00u
#define REG_COMMANDS      0x08u
#define REG_EVENTS        0x10u
#define REG_CONTROL       0x18u
#define REG_EXCLUSION     0x20u
#define REG_FEATURES      0x30u
#define REG_COMMANDS_HEAD 0x2000u
#define REG_COMMANDS_TAIL 0x2008u
#define REG_EVENTS_HEAD   0x2010u
#define REG_EVENTS_TAIL   0x2018u
#define REG_STATUS        0x2020u

#define CONTROL_ENABLE    BIT(0)
#define CONTROL_EVENTS    BIT(2)
#define CONTROL_COHERENT  BIT(10)
#define CONTROL_COMMANDS  BIT(12)
#define FEATURE_FLUSH_ALL BIT(6)
#define LENGTH_256        (8UL << 56) /* of the command buffer and of the event log: a page each */
#define EVENTS            (PAGE_SIZE / 16)

#define ENTRY_READ        BIT(61)
#define ENTRY_WRITE       BIT(62)
#define DTE_VALID         3UL /* V and TV */
#define DTE_MODE          9u
#define DTE_WORDS         4u
#define INTERRUPTS_NONE   1UL /* IV: nothing that writes to 0xfee00000 passes but by IntCtl */
#define INTERRUPTS_TABLE  (2UL << 60 | 8 << 1 | INTERRUPTS_NONE) /* fixed ones, in a table of 256 */

#define COMMAND_WAIT      (1UL << 60 | 1) /* with a store */
#define COMMAND_DEVICE    (2UL << 60)
#define COMMAND_PAGES     (3UL << 60)
#define COMMAND_INTERRUPT (5UL << 60)
#define COMMAND_ALL       (8UL << 60)
#define ALL_PAGES         0x7ffffffffffff003UL /* with table entries */

#define EVENT_WRITE       BIT(53)
#define STATUS_OVERFLOW   BIT(0) /* of the event log; writing it clears it */

static unsigned nr_devices;              /* entries of a device table */
static const struct iommu_domain *first; /* domain 0's */
static uint32_t *interrupts;             /* what guests' devices may raise, by vector */

static struct iommu_format format = {
	.levels = 4,
	.has_2m = true,
	.is_coherent = true,
	.read = ENTRY_READ,
	.write = ENTRY_WRITE,
	.present = 1,
	.level_shift = DTE_MODE,
};

static void wait_make(paddr_t done, uint64_t value, uint64_t command[2])
{
	command[0] = COMMAND_WAIT | done;
	command[1] = value;
}

/* The unit's control bits that its firmware entry asks for: HtTunEn, PassPW, ResPassPW, Isoc. */
static uint64_t control_of(const struct iommu_unit *u)
{
	return (u->flags & 1 ? BIT(1) : 0) | (u->flags & 2 ? BIT(8) : 0) |
	       (u->flags & 4 ? BIT(9) : 0) | (u->flags & 8 ? BIT(11) : 0) | CONTROL_COHERENT;
}

static unsigned table_order(void)
{
	return order_of((uint64_t)nr_devices * DTE_WORDS * 8);
}

/* Without permissions nothing is walked, and no message passes. */
static void entry_block(uint64_t *e)
{
	WRITE_ONCE(e[0], DTE_VALID);
	WRITE_ONCE(e[1], 0);
	WRITE_ONCE(e[2], INTERRUPTS_NONE);
}

static void entry_give(uint16_t segment, devid_t id, uint64_t *e, const struct iommu_domain *t)
{
	const struct iommu_range *r = t == first ? firmware_find(&iommu_firmware, segment, id)
						 : NULL;

	/* An NMI, INIT or SMI is not a guest's to send, nor a management request (SysMgt). */
	WRITE_ONCE(e[2], t == first ? 0 : INTERRUPTS_TABLE | virt_to_paddr(interrupts));
	WRITE_ONCE(e[1], t->id | (r ? (uint64_t)(r->settings >> 4 & 3) << 40 : 0));
	WRITE_ONCE(e[0], DTE_VALID | (uint64_t)format.levels << DTE_MODE | virt_to_paddr(t->root) |
				 ENTRY_READ | ENTRY_WRITE);
}

static uint64_t *device_table(struct iommu_unit *u)
{
	uint64_t *table;

	for (struct iommu_unit *o = iommu_units; o < u; o++)
		if (o->segment == u->segment)
			return o->devices;
	table = heap_alloc(table_order());
	for (unsigned i = 0; table && i < nr_devices; i++)
		entry_block(&table[i * DTE_WORDS]);
	return table;
}

static int prepare(void)
{
	/* The first bus holds what has no place of its own, as an IO-APIC. */
	nr_devices = 256;
	for (unsigned i = 0; i < iommu_firmware.nr_ranges; i++)
		nr_devices =
			MAX(nr_devices,
			    MAX(iommu_firmware.range[i].last, iommu_firmware.range[i].alias) + 1u);
	nr_devices = (unsigned)((PAGE_SIZE << table_order()) / (DTE_WORDS * 8));
	amd_iommu_ops.max_domains = 0x10000;
	interrupts = heap_alloc(0);
	if (!interrupts)
		return -ENOMEM;
	for_each_unit(u) {
		u->devices = device_table(u);
		u->events = heap_alloc(0);
		if (!u->devices || !u->events)
			return -ENOMEM;
	}
	return 0;
}

static void flush_device(uint16_t segment, devid_t id)
{
	for_each_unit(u) {
		if (u->segment != segment)
			continue;
		iommu_command(u, COMMAND_DEVICE | id, 0);
		iommu_command(u, COMMAND_INTERRUPT | id, 0);
	}
}

static void flush(struct iommu_unit *u, uint16_t domain)
{
	iommu_command(u, COMMAND_PAGES | (uint64_t)domain << 32, ALL_PAGES);
}

/* A device that has one in a cache could raise it when it is somebody else's. */
static void interrupt(uint8_t vector, uint32_t apic_id, bool allowed)
{
	WRITE_ONCE(interrupts[vector], allowed ? (uint32_t)vector << 16 | apic_id << 8 | 1 : 0);
	for_each_unit(u)
		iommu_command(u, COMMAND_ALL, 0);
}

/* Starts the log over: it is empty, and goes on if it had been full. */
static void events_restart(struct iommu_unit *u)
{
	uint64_t control = unit_read64(u, REG_CONTROL);

	unit_write64(u, REG_CONTROL, control & ~CONTROL_EVENTS);
	memset(u->events, 0, PAGE_SIZE);
	unit_write64(u, REG_EVENTS_HEAD, 0);
	unit_write64(u, REG_EVENTS_TAIL, 0);
	unit_write64(u, REG_STATUS, STATUS_OVERFLOW); /* nothing is logged as long as it is set */
	unit_write64(u, REG_CONTROL, control | CONTROL_EVENTS);
}

static void unit_start(struct iommu_unit *u, const struct iommu_domain *t)
{
	unit_write64(u, REG_CONTROL, 0);
	unit_write64(u, REG_EXCLUSION, 0);
	unit_write64(u, REG_DEVICE_TABLE,
		     virt_to_paddr(u->devices) | ((PAGE_SIZE << table_order()) / PAGE_SIZE - 1));
	unit_write64(u, REG_COMMANDS, virt_to_paddr(u->queue) | LENGTH_256);
	unit_write64(u, REG_COMMANDS_HEAD, 0);
	unit_write64(u, REG_COMMANDS_TAIL, 0);
	unit_write64(u, REG_EVENTS, virt_to_paddr(u->events) | LENGTH_256);
	unit_write64(u, REG_CONTROL, control_of(u) | CONTROL_COMMANDS | CONTROL_ENABLE);
	events_restart(u);
	/* Whoever had the unit before may have left something in its caches. */
	if (unit_read64(u, REG_FEATURES) & FEATURE_FLUSH_ALL) {
		iommu_command(u, COMMAND_ALL, 0);
		return;
	}
	for (unsigned i = 0; i < nr_devices; i++)
		iommu_command(u, COMMAND_DEVICE | i, 0);
	flush(u, t->id);
}

static void start(const struct iommu_domain *t)
{
	first = t;
	for_each_unit(u) {
		for (unsigned id = 0; id < nr_devices; id++)
			entry_give(u->segment, (devid_t)id, &u->devices[id * DTE_WORDS], t);
		unit_start(u, t);
	}
}

static int assign(uint16_t segment, devid_t id, const struct iommu_domain *t)
{
	uint64_t *e = NULL;

	for_each_unit(u)
		if (u->segment == segment && id < nr_devices)
			e = &u->devices[id * DTE_WORDS];
	if (!e)
		return -ENODEV;
	/* Never half of one and half of the other. */
	entry_block(e);
	flush_device(segment, id);
	if (t) {
		entry_give(segment, id, e, t);
		flush_device(segment, id);
	}
	return 0;
}

static unsigned faults(struct iommu_unit *u, struct iommu_fault *fault, unsigned max)
{
	unsigned n = 0;

	/* By what is in the log, not by its tail: that may move before the event is there. */
	for (; n < MIN(max, EVENTS); n++) {
		uint64_t first = READ_ONCE(u->events[n][0]);

		if (!first)
			break;
		fault[n] = (struct iommu_fault){ .segment = u->segment,
						 .device = (devid_t)first,
						 .is_write = first & EVENT_WRITE,
						 .reason = (unsigned)(first >> 60),
						 .address = READ_ONCE(u->events[n][1]) };
	}
	if (n)
		events_restart(u);
	return n;
}

struct iommu_ops amd_iommu_ops = {
	.name = "AMD-Vi",
	.format = &format,
	.tail_register = REG_COMMANDS_TAIL,
	.registers = 4 * PAGE_SIZE,
	.wait = wait_make,
	.prepare = prepare,
	.start = start,
	.assign = assign,
	.flush = flush,
	.faults = faults,
	.interrupt = interrupt,
};
