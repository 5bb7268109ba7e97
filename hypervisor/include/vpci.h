// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI configuration space as the control domain sees it: everything passes through, but MSI and
 * MSI-X are watched, so that the message in the device is always one of our vectors. Ports
 * 0xcf8/0xcfc and the memory-mapped window (MCFG) end here; so do accesses to MSI-X tables.
 */
#ifndef SOCLE_VPCI_H
#define SOCLE_VPCI_H

#include "types.h"

struct domain;
struct vcpu;

struct pci_address {
	uint16_t segment;
	uint8_t bus, devfn;
};

#define PCI_FORMAT  "%04x:%02x:%02x.%u"
#define PCI_ARGS(a) (a).segment, (a).bus, (a).devfn >> 3, (a).devfn & 7

/* Configuration space (PCI Local Bus 3.0, 6.1; Express 7.8), as all who look at it know it. */
#define PCI_CLASS            0x08u /* with the revision in the lowest byte */
#define PCI_CLASS_BRIDGE     0x06u
#define PCI_HEADER_TYPE      0x0eu
#define HEADER_MULTIFUNCTION 0x80u
#define PCI_SECONDARY_BUS    0x19u
#define PCI_LAST_BUS         0x1au
#define PCI_CAPS             0x34u
#define PCI_CAP_EXPRESS      0x10u
#define EXPRESS_ROOT         4 /* types of Express functions: the ports above a device, */
#define EXPRESS_DOWNSTREAM   6
#define EXPRESS_TO_PCI       7      /* and a bridge, which joins what it leads to */
#define PCI_EXTENDED         0x100u /* the first extended capability */
#define PCI_EXTENDED_ACS     0x0du  /* what it can do at 4, what it does at 6 */

/* Port I/O 0xcf8-0xcff, of a domain with PCI. *value: what is written, or was read. */
void vpci_port_access(struct domain *d, unsigned port, unsigned size, bool write, uint32_t *value);
/* A memory-mapped configuration window, from ACPI's MCFG; called at start-up. */
int vpci_add_ecam(paddr_t base, uint16_t segment, uint8_t first_bus, uint8_t last_bus);
/*
 * Is gpa inside an ECAM window or a watched MSI-X table? Then the access is done and true
 * returned.
 */
bool vpci_mmio(gpaddr_t gpa, unsigned size, bool write, uint64_t *value);
/* Finds all functions once at start-up, notes their MSI/MSI-X capabilities and BARs. */
void vpci_scan(void);
/* The first known function for which fn says yes; false: there is none. */
bool vpci_first_that(bool (*fn)(struct pci_address a), struct pci_address *found);
/* MMIO frames that must not be mapped writable / at all into the control domain. */
bool vpci_is_trapped(mfn_t mfn, bool *readable);

/* --- devices of guests (vpci_assign.c, vpci_guest.c) ------------------------------------------ */

/*
 * Could a guest have it? -EOPNOTSUPP: no IOMMU; -ENODEV: no such device, or a virtual function;
 * -EBUSY: another guest has it; -EPERM: a bridge or an IOMMU; -EXDEV: others do DMA by its name.
 */
int vpci_assignable(struct pci_address a);
/* The same errors, those of iommu_assign, -ENOSPC when d has VPCI_SLOTS devices, -ENOMEM. */
int vpci_assign(struct domain *d, struct pci_address a);
/*
 * NULL: all that d has, before the memory of a domain that ends is given back. -ENODEV: it is not
 * d's. Nothing fails that could leave d with it.
 */
int vpci_deassign(struct domain *d, const struct pci_address *a);
/* As a guest sees its bus 0: offset below 256, naturally aligned. */
void vpci_guest_access(struct domain *d, struct pci_address a, unsigned offset, unsigned size,
		       bool write, uint32_t *value);
/* An access that exited; false: no device of d's is there, *value stays and nothing is written. */
bool vpci_guest_mmio(struct domain *d, gpaddr_t gpa, unsigned size, bool write, uint64_t *value);

/* --- what it needs: x86/pci.c (mocked in unit tests) --- */
uint32_t pci_raw_read(struct pci_address a, unsigned offset, unsigned size);
void pci_raw_write(struct pci_address a, unsigned offset, unsigned size, uint32_t value);
uint64_t mmio_raw_read(paddr_t pa, unsigned size);
void mmio_raw_write(paddr_t pa, unsigned size, uint64_t value);
/* Drops any mapping that the control domain already has of these frames (they became trapped). */
void vpci_trap_changed(mfn_t first, unsigned nr);

#endif
