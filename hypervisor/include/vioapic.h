// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control domain's IO-APICs: an emulated redirection table per real IO-APIC, whose entries are
 * mirrored into the hardware. Guests without devices have none. Model only; hardware is reached
 * through irq.h.
 */
#ifndef SOCLE_VIOAPIC_H
#define SOCLE_VIOAPIC_H

#include "spinlock.h"
#include "types.h"

struct domain;

#define VIOAPIC_MAX_PINS 240u

struct vioapic {
	uint32_t id;
	paddr_t base; /* same address as the real one: one page */
	uint32_t gsi_base;
	uint32_t nr_pins;
	uint32_t regsel;
	uint64_t rte[VIOAPIC_MAX_PINS];
	bool bound[VIOAPIC_MAX_PINS]; /* pins whose real one is programmed */
	struct spinlock lock; /* regsel, rte, bound; before scheduler and irq in the lock order */
};

int vioapic_create(struct domain *d, paddr_t base, uint32_t gsi_base, uint32_t nr_pins);
/*
 * An access of 32 bits to a page of theirs; *value: what is written, or was read. False: there is
 * none at this address.
 */
bool vioapic_mmio(struct domain *d, gpaddr_t gpa, bool write, uint64_t *value);
/* The real line of this GSI fired (called by irq.c's handler): deliver as its entry says. */
void vioapic_gsi_fired(struct domain *d, uint32_t gsi);
/*
 * void vioapic_eoi(d, vector): in vlapic.h; a level entry with remote IRR: end it at the hardware.
 */

#endif
