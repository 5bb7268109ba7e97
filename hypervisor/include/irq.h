// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real interrupts on behalf of domains: host vectors, MSI messages and, for the control domain,
 * IO-APIC pins.
 * x86/irq.c implements it; hvm/vioapic.c and hvm/vpci.c use it (and unit tests mock it).
 */
#ifndef SOCLE_IRQ_H
#define SOCLE_IRQ_H

#include "types.h"

struct domain;

/* --- IO-APIC pins, by global system interrupt --- */

/* Of a pin's entry, the machine's and an emulated one. */
#define RTE_ACTIVE_LOW (1u << 13)
#define RTE_LEVEL      (1u << 15)
#define RTE_MASKED     (1u << 16)

/*
 * Programs the real pin: trigger and polarity as given, sent to the CPU where the target vCPU is.
 */
int irq_gsi_bind(uint32_t gsi, bool level, bool active_low);
void irq_gsi_mask(uint32_t gsi, bool masked);
/* Ends a level interrupt that was delivered to the control domain: the pin may fire again. */
void irq_gsi_eoi(uint32_t gsi);

/* --- MSI --- */

/*
 * A host vector that, when it fires, delivers (guest_address, guest_data) to d (NULL: domain 0).
 * *address and *data are what to write into the device. Returns a handle >= 0, or -ENOSPC: there
 * are no more, or none for a guest that has its share.
 */
int irq_msi_bind(struct domain *d, uint64_t guest_address, uint32_t guest_data, uint64_t *address,
		 uint32_t *data);
/* The guest changed the message of a bound interrupt. The device's message stays as it is. */
void irq_msi_update(int handle, uint64_t guest_address, uint32_t guest_data);
void irq_msi_unbind(int handle);

#endif
