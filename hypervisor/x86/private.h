// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of x86/ only. */
#ifndef SOCLE_X86_PRIVATE_H
#define SOCLE_X86_PRIVATE_H

#include "acpi.h"
#include "types.h"

extern struct acpi_info acpi; /* what acpi_parse found; constant after start-up */

/* A fault on purpose, where the command line asks for one on this CPU (crash_test.c). */
void crash_test(void);

/* --- real IO-APICs (ioapic.c) --- */
unsigned ioapic_gsi_count(void);
/* Programs the pin of this GSI; vector 0 leaves it masked. false: no such pin. */
bool ioapic_program(uint32_t gsi, uint8_t vector, bool level, bool active_low, uint32_t apic_id,
		    bool masked);
void ioapic_mask(uint32_t gsi, bool masked);

#endif
