// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest for the machine of bus.h: its nested page tables, the IOMMU, and its own ports. Devices
 * can be given to it; that a device does DMA through no other domain's tables than its owner's is
 * looked at with every change.
 */
#ifndef TESTS_VPCI_GUESTS_H
#define TESTS_VPCI_GUESTS_H

#include "bus.h"

extern struct domain guest, other;
extern bool has_iommu;
extern int iommu_error;  /* what iommu_assign to a guest answers */
extern bool one_group;   /* NIC and NIC3 do DMA by one name */
extern unsigned flushes; /* of the guest's p2m, with something to flush */
/* The domain whose tables a device uses. */
const struct domain *dma_of(struct pci_address a);

/* What is at a guest's frame. */
enum p2m_type p2m_at(uint64_t gfn, uint64_t *mfn);
void p2m_put_ram(uint64_t gfn);
/* Frames of device memory mapped. */
unsigned p2m_mmio(void);

/* As the guest, through its ports, on its bus 0. */
uint32_t grd(unsigned slot, unsigned offset, unsigned size);
void gwr(unsigned slot, unsigned offset, unsigned size, uint32_t value);
/* As the guest, device memory where an access exits. */
uint64_t gmem_rd(gpaddr_t gpa, unsigned size);
void gmem_wr(gpaddr_t gpa, unsigned size, uint64_t value);

int guests_setup(void **state);
/* Ends the guests, which must give everything back. */
int guests_teardown(void **state);

#endif
