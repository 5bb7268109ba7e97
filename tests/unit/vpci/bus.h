// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A small machine: PCI functions with configuration space as devices have it (read-only bits, BARs
 * that can be sized), one device's MSI-X table in memory, and host vectors. Everything that
 * reaches "hardware" is kept, so that tests can look at what a device would have seen, and when.
 */
#ifndef TESTS_VPCI_BUS_H
#define TESTS_VPCI_BUS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "domain.h"
#include "irq.h"
#include "vpci.h"

#define ECAM_BASE     0xb0000000UL
#define BAR_BASE      0xfe000000UL
#define BAR_SIZE      0x4000u
#define TABLE_OFFSET  0x1000u
#define TABLE_ENTRIES 5u
#define PBA_OFFSET    0x1800u

#define MSI_CAP       0x50u
#define MSIX_CAP      0x70u

struct device {
	struct pci_address at;
	bool present;
	bool vendor_hidden; /* a virtual function */
	uint8_t config[4096];
	uint32_t bar_size[6]; /* 0: reads as 0 */
	bool bar_64[6];
};

/* NULL: none there, or unplugged. */
struct device *find_device(struct pci_address a);
/* Unplugs it, lets vpci see that, and plugs it in again, not seen yet. */
void device_replug(struct pci_address a);

/* The machine of most tests:
 *   00:00.0 host bridge, nothing special
 *   00:02.0 MSI (64 bit, maskable, 4 vectors) and MSI-X (table in BAR 0, 32-bit)
 *   00:02.3 multi-function sibling: MSI (32 bit)
 *   00:1c.0 bridge to bus 3; 00:1d.0 bridge to itself (firmware is wrong)
 *   03:00.0 MSI-X, table in a 64-bit BAR 2
 */
int bus_setup(void **state);
int bus_teardown(void **state);

extern const struct pci_address HOST, NIC, NIC3, BRIDGE, DISK;

/* As the control domain, through the ports. */
extern struct domain control;
uint32_t rd(struct pci_address a, unsigned offset, unsigned size);
void wr(struct pci_address a, unsigned offset, unsigned size, uint32_t value);
/* What the device holds. */
uint32_t dev(struct pci_address a, unsigned offset, unsigned size);
void dev_set(struct pci_address a, unsigned offset, unsigned size, uint32_t value);

/* The device memory behind BAR 0 of NIC, wherever that is, and the one behind BAR 2 of DISK. */
extern uint8_t nic_memory[BAR_SIZE], disk_memory[BAR_SIZE];
/* As the control domain; the access must be taken by vpci. */
uint64_t mem_rd(paddr_t pa, unsigned size);
void mem_wr(paddr_t pa, unsigned size, uint64_t value);

static inline uint32_t vpci_port_read(struct domain *d, unsigned port, unsigned size)
{
	uint32_t value = 0x5a5a5a5a;

	vpci_port_access(d, port, size, false, &value);
	return value;
}

static inline void vpci_port_write(struct domain *d, unsigned port, unsigned size, uint32_t value)
{
	vpci_port_access(d, port, size, true, &value);
}

static inline bool vpci_mmio_read(paddr_t pa, unsigned size, uint64_t *value)
{
	return vpci_mmio(pa, size, false, value);
}

static inline bool vpci_mmio_write(paddr_t pa, unsigned size, uint64_t value)
{
	return vpci_mmio(pa, size, true, &value);
}

/* Host vectors handed out. */
extern struct binding {
	bool bound;
	uint64_t guest_address;
	uint32_t guest_data;
	struct domain *owner; /* NULL: the control domain */
} bindings[64];
extern unsigned nr_bound;
extern int bind_limit;
#define HOST_ADDRESS(handle) (0xfee0a000UL + ((uint64_t)(handle) << 12))
#define HOST_DATA(handle)    (0x80u + (unsigned)(handle))

extern unsigned trap_changes; /* frames told to vpci_trap_changed, and the last range */
extern mfn_t trap_first;
extern unsigned trap_nr;
extern size_t allocated;             /* bytes of object_alloc not freed yet */
extern unsigned unlimited, warnings; /* in the log, of things in general and about guests */
extern unsigned scan_reads;          /* configuration reads that the scan took */

#endif
