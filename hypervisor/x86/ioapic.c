// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real IO-APICs: their pins by global system interrupt (ICH9 datasheet, 13.5; Intel 82093AA).
 * All pins are masked until somebody binds them. One lock: index and data registers are a pair.
 */
#include "cpu.h"
#include "irq.h"
#include "log.h"
#include "mm.h"
#include "private.h"

struct ioapic {
	volatile uint32_t *regs;
	uint32_t gsi_base, nr_pins;
};

static struct ioapic ioapics[ACPI_MAX_IOAPICS];
static unsigned nr_ioapics;
static struct spinlock lock;

static uint32_t reg_read(const struct ioapic *io, unsigned reg)
{
	io->regs[0] = reg;
	return io->regs[4];
}

static void reg_write(const struct ioapic *io, unsigned reg, uint32_t value)
{
	io->regs[0] = reg;
	io->regs[4] = value;
}

static const struct ioapic *find(uint32_t gsi, unsigned *pin)
{
	for (unsigned i = 0; i < nr_ioapics; i++)
		if (gsi >= ioapics[i].gsi_base && gsi - ioapics[i].gsi_base < ioapics[i].nr_pins) {
			*pin = gsi - ioapics[i].gsi_base;
			return &ioapics[i];
		}
	return NULL;
}

void ioapics_init(void)
{
	for (unsigned i = 0; i < acpi.nr_ioapics; i++) {
		struct ioapic *io = &ioapics[nr_ioapics++];

		io->regs = paddr_to_virt(acpi.ioapic[i].address);
		io->gsi_base = acpi.ioapic[i].gsi_base;
		io->nr_pins = (reg_read(io, 1) >> 16 & 0xff) + 1;
		for (unsigned pin = 0; pin < io->nr_pins; pin++)
			reg_write(io, 0x10 + 2 * pin, RTE_MASKED);
		log_info("IO-APIC %u at %#x: interrupts %u-%u", acpi.ioapic[i].id,
			 acpi.ioapic[i].address, io->gsi_base, io->gsi_base + io->nr_pins - 1);
	}
}

bool ioapic_program(uint32_t gsi, uint8_t vector, bool level, bool active_low, uint32_t apic_id,
		    bool masked)
{
	unsigned pin;
	const struct ioapic *io = find(gsi, &pin);

	if (!io)
		return false;
	spin_lock(&lock);
	reg_write(io, 0x10 + 2 * pin, RTE_MASKED);
	reg_write(io, 0x11 + 2 * pin, apic_id << 24);
	reg_write(io, 0x10 + 2 * pin,
		  vector | (level ? RTE_LEVEL : 0) | (active_low ? RTE_ACTIVE_LOW : 0) |
			  (masked ? RTE_MASKED : 0));
	spin_unlock(&lock);
	return true;
}

void ioapic_mask(uint32_t gsi, bool masked)
{
	unsigned pin;
	const struct ioapic *io = find(gsi, &pin);
	uint32_t low;

	if (!io)
		return;
	spin_lock(&lock);
	low = reg_read(io, 0x10 + 2 * pin);
	reg_write(io, 0x10 + 2 * pin, masked ? low | RTE_MASKED : low & ~RTE_MASKED);
	spin_unlock(&lock);
}
