// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DMA remapping: what the machine's devices may reach of its memory. A device belongs to one domain
 * and sees that domain's guest-physical space, as its p2m has it; what is not there is refused, and
 * logged with the device's name. At start-up every device is domain 0's. AMD-Vi and VT-d are behind
 * it (hypervisor/iommu/). Interrupts are filtered by AMD-Vi, as far as they are of guests' devices.
 */
#ifndef SOCLE_IOMMU_H
#define SOCLE_IOMMU_H

#include "p2m.h"
#include "types.h"
#include "vpci.h"

struct acpi_info;
struct domain;

/* In struct domain; p2m.lock. */
struct iommu_domain {
	uint64_t *root; /* its tables; NULL: it has none, and no devices */
	uint16_t id;    /* what the IOMMU's TLB calls it; 1 and up */
};

/* Translation is on: a device that nobody was given reaches nothing. Constant after start-up. */
bool iommu_present(void);

/* --- start-up (iommu/setup.c), in this order -------------------------------------------------- */

/*
 * Looks for IVRS or DMAR and prepares every unit; nothing is translated yet. Obeys `iommu=`: panics
 * when one is required and there is none that works.
 */
void iommu_init(const struct acpi_info *acpi);
/*
 * After domain 0's memory and tables, and after vpci_scan: its reserved regions are mapped, and
 * translation is turned on with every device being domain 0's.
 */
void iommu_start(struct domain *dom0);
/*
 * True when each function that was found is behind a unit: then domain 0 may hand any page that it
 * has mapped to any device. Otherwise *outside is the first that is not.
 */
bool iommu_covers_all(struct pci_address *outside);
/* A frame of a unit's registers: domain 0 gets no mapping of it. */
bool iommu_is_register_frame(mfn_t mfn);

/* --- domains ---------------------------------------------------------------------------------- */

/*
 * Gives d tables that mirror its p2m from now on. Takes as long as d has mappings: at once after
 * its creation is cheapest. 0 also if it has them already. -ENODEV: no IOMMU; -ENOMEM; -ENOSPC: too
 * many domains have tables. Takes p2m.lock. d must not be dying.
 */
int iommu_domain_enable(struct domain *d);
/*
 * Devices that d still has reach nothing any more when it returns; its tables are freed. Before
 * the first of d's pages is given back; no vCPU of d runs. Nothing to do for who has no tables.
 */
void iommu_domain_destroy(struct domain *d);

/* --- for mm/p2m.c, under p2m.lock; nothing to do for a domain without tables ------------------ */

/*
 * 512^level frames from gfn are now mfn, as type says; P2M_INVALID: gone. Called before the p2m's
 * own entry changes. -ENOMEM leaves what is there. Effective for new accesses only after
 * iommu_flush, unless nothing was there before.
 */
int iommu_p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned level, enum p2m_type type);
/* When it returns no device uses what was taken away before. */
void iommu_p2m_flush(struct domain *d);

/* --- devices ---------------------------------------------------------------------------------- */

/*
 * All DMA of the device's group goes through d's tables when it returns, and none through those
 * before; d == NULL: it reaches nothing. The group's other functions must follow: each assign is of
 * the whole group. -ENODEV: no IOMMU, or none for this device; -EINVAL: d has no tables; -EPERM:
 * the firmware keeps memory of its own for the device, which only domain 0 has, or an IO-APIC's or
 * HPET's interrupts carry its name; -ENOSPC, -ENOMEM: then it reaches nothing until the next call.
 * For a guest, ACS is turned on at the Express ports above, where it is there; a log line names
 * those that lack it.
 */
int iommu_assign(struct pci_address a, struct domain *d);
/*
 * The address that the device's DMA carries: functions with the same one (behind a bridge to
 * conventional PCI, or aliased by the firmware) are a group and cannot be told apart. The device
 * itself where it is alone.
 */
struct pci_address iommu_group(struct pci_address a);

/*
 * May guests' devices raise this vector of ours, on that CPU? Where the units look at interrupts no
 * other message of theirs passes. Only while there is an IOMMU.
 */
void iommu_interrupt(uint8_t vector, uint32_t apic_id, bool allowed);

#endif
