// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ACPI tables of a PVH guest, as one block for GUEST_ACPI_BASE. A guest needs them to find its
 * CPUs.
 */
#ifndef TOOLSTACK_ACPI_TABLES_H
#define TOOLSTACK_ACPI_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_MAX_VCPUS 128
#define ACPI_RSDP_LEN  36

/*
 * Writes the tables to out, which has room bytes and will be at guest-physical `at`; the RSDP is
 * at its start. CPUs 0..online-1 are enabled, the others up to max can be brought up later.
 * with_pci: there is a PCI host bridge. Returns the length, or 0 if there is not enough room or max
 * is more than ACPI_MAX_VCPUS.
 */
size_t acpi_tables_build(uint8_t *out, size_t room, uint64_t at, unsigned int online,
			 unsigned int max, bool with_pci);

#endif
