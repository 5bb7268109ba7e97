// SPDX-License-Identifier: GPL-2.0-or-later
/* What reading the firmware's tables and building domain 0's share. */
#ifndef SOCLE_ACPI_PRIVATE_H
#define SOCLE_ACPI_PRIVATE_H

#include "types.h"

struct acpi_rsdp {
	char signature[8];
	uint8_t checksum; /* of the first 20 bytes */
	char oem_id[6];
	uint8_t revision; /* 0: ACPI 1.0, only the first 20 bytes exist */
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
	uint8_t extended_checksum; /* of all */
	uint8_t reserved[3];
} __packed;

struct acpi_header {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem_id[6], oem_table_id[8];
	uint32_t oem_revision;
	char creator_id[4];
	uint32_t creator_revision;
} __packed;

#define MADT_LAPIC    0u
#define MADT_IOAPIC   1u
#define MADT_OVERRIDE 2u
#define MADT_X2APIC   9u
#define MADT_ENTRIES  44u /* offset of the first entry: behind address and flags */

/* Interrupt source flags: polarity in bits 0-1, trigger in bits 2-3; 0 is "as the bus has it". */
#define MPS_ACTIVE_HIGH 1u
#define MPS_ACTIVE_LOW  3u
#define MPS_EDGE        (1u << 2)
#define MPS_LEVEL       (3u << 2)

/* The root table, RSDT or XSDT, in whole. */
struct acpi_root {
	const uint8_t *table;
	unsigned entry_size, nr;
};

uint8_t acpi_sum(const void *data, size_t len);
/* 0, -EINVAL. */
int acpi_root_open(paddr_t rsdp, struct acpi_root *root);
paddr_t acpi_root_entry(const struct acpi_root *root, unsigned i);

#endif
