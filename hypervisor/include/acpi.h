// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the hypervisor needs of ACPI: processors, IO-APICs, interrupt overrides, configuration
 * windows, the sleep registers and the PM timer; and the tables that domain 0 is given instead of
 * some of the firmware's. Firmware lies: every length and checksum is checked.
 */
#ifndef SOCLE_ACPI_H
#define SOCLE_ACPI_H

#include "types.h"

#define ACPI_MAX_CPUS      256u
#define ACPI_MAX_IOAPICS   8u
#define ACPI_MAX_OVERRIDES 24u
#define ACPI_MAX_ECAM      8u

struct acpi_gas { /* generic address structure */
	uint8_t space, bit_width, bit_offset, access;
	uint64_t address;
};

struct acpi_info {
	paddr_t rsdp;
	bool is_bochs; /* the firmware is Bochs's, or of its kin, as QEMU's */
	struct acpi_cpu {
		uint32_t apic_id, acpi_uid;
		bool enabled;
	} cpu[ACPI_MAX_CPUS];
	unsigned nr_cpus;
	struct acpi_ioapic {
		uint8_t id;
		uint32_t address, gsi_base;
	} ioapic[ACPI_MAX_IOAPICS];
	unsigned nr_ioapics;
	struct acpi_override {
		uint8_t irq;
		uint32_t gsi;
		bool level, active_low;
	} override[ACPI_MAX_OVERRIDES];
	unsigned nr_overrides;
	struct acpi_ecam {
		uint64_t base;
		uint16_t segment;
		uint8_t first_bus, last_bus;
	} ecam[ACPI_MAX_ECAM];
	unsigned nr_ecam;
	/* FADT */
	bool has_fadt;
	paddr_t dsdt; /* 0 if absent */
	uint16_t sci_irq;
	uint32_t pm1a_cnt, pm1b_cnt; /* I/O ports; 0 if absent */
	uint32_t pm_timer;           /* I/O port; 0 if absent */
	struct acpi_gas reset_reg;
	uint8_t reset_value;
	bool has_reset;
	const uint8_t *dmar, *ivrs; /* the tables of IOMMUs, checked; NULL if absent */
};

/*
 * rsdp: 0 to search the BIOS areas. Memory is read through acpi_map. 0 or -ENOENT/-EINVAL; what was
 * found so far stays in *info and one log line tells what is wrong.
 */
int acpi_parse(struct acpi_info *info, paddr_t rsdp);

/*
 * Machine memory as an address; NULL when the range is not RAM or firmware memory. Mocked in tests.
 */
const void *acpi_map(paddr_t pa, size_t len);

/*
 * Builds domain 0's RSDP, XSDT and MADT into buf (to be placed at guest-physical gpa): nr_vcpus
 * local APICs with ID 2 * n, the real IO-APICs and overrides; all other tables of the firmware by
 * reference, without MADT, DMAR, IVRS, HPET, SRAT, SLIT. Returns bytes used, or -ENOSPC/-EINVAL.
 */
long acpi_build_dom0(const struct acpi_info *info, unsigned nr_vcpus, void *buf, size_t size,
		     gpaddr_t gpa);

#endif
