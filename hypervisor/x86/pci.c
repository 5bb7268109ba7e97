// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Raw access to PCI configuration space and to device memory, for the code that watches what domain
 * 0 does there. Ports for the first 256 bytes, the memory-mapped window for the rest (PCI Firmware
 * Specification 3.2, 4.1). One lock: address and data port are a pair.
 */
#include "io.h"
#include "lib.h"
#include "mm.h"
#include "private.h"
#include "spinlock.h"
#include "vpci.h"

static struct spinlock lock;

static volatile char *ecam_address(struct pci_address a, unsigned offset)
{
	for (unsigned i = 0; i < acpi.nr_ecam; i++)
		if (acpi.ecam[i].segment == a.segment && a.bus >= acpi.ecam[i].first_bus &&
		    a.bus <= acpi.ecam[i].last_bus)
			return device_to_virt(
				acpi.ecam[i].base +
				((uint64_t)a.bus << 20 | (uint64_t)a.devfn << 12 | offset));
	return NULL;
}

static uint64_t sized_read(volatile void *p, unsigned size)
{
	switch (size) {
	case 1: return mmio_read8(p);
	case 2: return mmio_read16(p);
	case 4: return mmio_read32(p);
	default: return mmio_read64(p);
	}
}

static void sized_write(volatile void *p, unsigned size, uint64_t value)
{
	switch (size) {
	case 1: mmio_write8(p, (uint8_t)value); break;
	case 2: mmio_write16(p, (uint16_t)value); break;
	case 4: mmio_write32(p, (uint32_t)value); break;
	default: mmio_write64(p, value);
	}
}

static void select_port(struct pci_address a, unsigned offset)
{
	out32(0xcf8,
	      0x80000000u | (uint32_t)a.bus << 16 | (uint32_t)a.devfn << 8 | (offset & 0xfc));
}

uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size)
{
	volatile char *p = offset >= 256 || a.segment ? ecam_address(a, offset) : NULL;
	uint16_t port = (uint16_t)(0xcfc + (offset & 3));
	uint32_t v;

	if (p)
		return (uint32_t)sized_read(p, size);
	if (offset >= 256 || a.segment)
		return (uint32_t)bytes_mask(size);
	spin_lock(&lock);
	select_port(a, offset);
	v = size == 1 ? in8(port) : size == 2 ? in16(port) : in32(port);
	spin_unlock(&lock);
	return v;
}

void pci_raw_write(struct pci_address a, unsigned offset, unsigned size, uint32_t value)
{
	volatile char *p = offset >= 256 || a.segment ? ecam_address(a, offset) : NULL;
	uint16_t port = (uint16_t)(0xcfc + (offset & 3));

	if (p)
		sized_write(p, size, value);
	if (offset >= 256 || a.segment)
		return;
	spin_lock(&lock);
	select_port(a, offset);
	if (size == 1)
		out8(port, (uint8_t)value);
	else if (size == 2)
		out16(port, (uint16_t)value);
	else
		out32(port, value);
	spin_unlock(&lock);
}

uint64_t mmio_raw_read(paddr_t pa, unsigned size)
{
	void *p = device_to_virt(pa);

	return p ? sized_read(p, size) : ~0UL;
}

void mmio_raw_write(paddr_t pa, unsigned size, uint64_t value)
{
	void *p = device_to_virt(pa);

	if (p)
		sized_write(p, size, value);
}
