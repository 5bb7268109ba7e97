// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of x86/ only. */
#ifndef SOCLE_X86_PRIVATE_H
#define SOCLE_X86_PRIVATE_H

#include "acpi.h"
#include "types.h"

extern struct acpi_info acpi; /* what acpi_parse found; constant after start-up */

/* A fault on purpose, where the command line asks for one on this CPU (crash_test.c). */
void crash_test(void);

/*
 * Reads a clock between two reads of the TSC and keeps the tightest of a few tries (time.c); *tsc
 * is when that was.
 */
uint32_t clock_sample(uint32_t (*read)(void), uint64_t *tsc);

/* --- real IO-APICs (ioapic.c) --- */
/* Programs the pin of this GSI. false: no such pin. */
bool ioapic_program(uint32_t gsi, uint8_t vector, bool level, bool active_low, uint32_t apic_id,
		    bool masked);
void ioapic_mask(uint32_t gsi, bool masked);

#endif
