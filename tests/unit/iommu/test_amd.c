// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD-Vi's driver with memory for registers: device table entries and events bit by bit, as the
 * specification has them. QEMU 7.2's own unit never writes an event.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/errno.h"
#include "iommu/private.h"
#include "mm.h"

static uint8_t registers[4 * PAGE_SIZE];
static uint8_t heap[64 * PAGE_SIZE] __aligned(PAGE_SIZE);
static unsigned used, commands;
static uint64_t command[16];

struct iommu_unit iommu_units[IOMMU_MAX_UNITS];
unsigned iommu_nr_units;
struct iommu_firmware iommu_firmware;
static struct iommu_domain dom0 = { .id = 1 }, guest = { .id = 7 };
static const struct iommu_range range = { .first = 8, .last = 0x1ff, .settings = 0xd7 };

void *heap_alloc(unsigned order)
{
	used += 1u << order;
	assert_true(used <= 64);
	return heap + (used - (1u << order)) * PAGE_SIZE;
}

/* The heap is at 4 MiB. */
paddr_t virt_to_paddr(const void *va)
{
	return (paddr_t)((const uint8_t *)va - heap) + 0x400000;
}

const struct iommu_range *firmware_find(const struct iommu_firmware *fw, uint16_t segment,
					devid_t id)
{
	return id >= range.first && id <= range.last ? &range : NULL;
}

void iommu_command(struct iommu_unit *u, uint64_t low, uint64_t high)
{
	command[commands++ % ARRAY_SIZE(command)] = low;
}

static uint64_t reg(unsigned at)
{
	return unit_read64(&iommu_units[0], at);
}

static int setup(void **state)
{
	used = commands = 0;
	memset(registers, 0, sizeof(registers));
	registers[0x30] = 1 << 6; /* can forget everything at once */
	iommu_nr_units = 1;
	iommu_units[0] = (struct iommu_unit){ .flags = 1, .regs = (volatile char *)registers };
	iommu_units[0].queue = heap_alloc(0);
	dom0.root = heap_alloc(0);
	guest.root = heap_alloc(0);
	iommu_firmware.range[0] = range;
	iommu_firmware.nr_ranges = 1;
	assert_int_equal(amd_iommu_ops.prepare(), 0);
	amd_iommu_ops.start(&dom0);
	return 0;
}

static void test_start(void **state)
{
	const uint64_t *e = iommu_units[0].devices + 0x10 * 4;

	assert_int_equal(reg(0), virt_to_paddr(iommu_units[0].devices) | 3); /* 512 in 4 pages */
	assert_int_equal(reg(0x18), 1 | 1 << 1 | 1 << 2 | 1 << 10 | 1 << 12);
	assert_int_equal(e[0], 3ul << 61 | virt_to_paddr(dom0.root) | 4 << 9 | 3);
	assert_int_equal(e[1], 1ul << 40 | 1);
	assert_int_equal(e[2], 0);
	assert_int_equal(iommu_units[0].devices[1], 1); /* one that the firmware says nothing of */
	assert_int_equal(command[0] >> 60, 8);
}

static void test_assign(void **state)
{
	const uint64_t *e = iommu_units[0].devices + 0x10 * 4;

	commands = 0;
	assert_int_equal(amd_iommu_ops.assign(0, 0x10, &guest), 0);
	assert_int_equal(e[0], 3ul << 61 | virt_to_paddr(guest.root) | 4 << 9 | 3);
	assert_int_equal(e[1], 7);
	assert_int_equal(commands, 4);
	assert_int_equal(command[2], 2ul << 60 | 0x10);
	assert_int_equal(command[3], 5ul << 60 | 0x10);
	assert_int_equal(amd_iommu_ops.assign(0, 0x10, NULL), 0);
	assert_int_equal(e[0], 3);
	assert_int_equal(e[2], 1); /* no messages at all */
	assert_int_equal(amd_iommu_ops.assign(0, 0x10, &dom0), 0);
	assert_int_equal(e[1], 1ul << 40 | 1);
	assert_int_equal(e[2], 0);
	assert_int_equal(amd_iommu_ops.assign(0, 0x200, &guest), -ENODEV);
	assert_int_equal(amd_iommu_ops.assign(1, 0x10, &guest), -ENODEV);
}

/* A guest's device raises what was bound for guests: no other vector, no NMI, INIT, ExtINT, SMI. */
static void test_interrupts(void **state)
{
	const uint64_t *e = iommu_units[0].devices + 0x10 * 4;
	const uint32_t *table;

	assert_int_equal(amd_iommu_ops.assign(0, 0x10, &guest), 0);
	assert_int_equal(e[2] & ~0xffffffffff000ul, 2ul << 60 | 8 << 1 | 1);
	table = (const uint32_t *)(heap + (e[2] & 0xffffffffff000ul) - 0x400000);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(table[i], 0);
	amd_iommu_ops.interrupt(0x51, 3, true);
	assert_int_equal(table[0x51], 0x510301);
	assert_int_equal(table[0x50] | table[0x52], 0);
	commands = 0;
	amd_iommu_ops.interrupt(0x51, 0, false);
	assert_int_equal(table[0x51], 0);
	/* Nor from a cache: the vector is somebody else's next. */
	assert_int_equal(commands, 1);
	assert_int_equal(command[0] >> 60, 8);
}

static void test_events(void **state)
{
	struct iommu_unit *u = &iommu_units[0];
	struct iommu_fault fault[2];

	assert_int_equal(amd_iommu_ops.faults(u, fault, 2), 0);
	u->events[0][0] = 2ul << 60 | 1ul << 53 | 0x28;
	u->events[0][1] = 0x200040;
	u->events[1][0] = 2ul << 60 | 0x108;
	u->events[1][1] = 0x300000;
	u->events[2][0] = 1ul << 60 | 0x110;
	*(uint64_t *)(registers + 0x2018) = 48;
	assert_int_equal(amd_iommu_ops.faults(u, fault, 2), 2);
	assert_true(fault[0].device == 0x28 && fault[0].is_write && fault[0].reason == 2);
	assert_int_equal(fault[0].address, 0x200040);
	assert_true(fault[1].device == 0x108 && !fault[1].is_write);
	/* The log has begun anew, and is on. */
	assert_int_equal(reg(0x2010), 0);
	assert_int_equal(reg(0x2018), 0);
	assert_true(reg(0x18) & 1 << 2);
	/* That it had been full is acknowledged: while that stands nothing more is logged. */
	assert_int_equal(reg(0x2020), 1);
	assert_int_equal(amd_iommu_ops.faults(u, fault, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_start, setup),
		cmocka_unit_test_setup(test_assign, setup),
		cmocka_unit_test_setup(test_interrupts, setup),
		cmocka_unit_test_setup(test_events, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
