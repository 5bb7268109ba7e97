// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PCI devices of VMs: from the control domain's driver to the guest, and back. All that return
 * something return -1 with the reason.
 */
#ifndef VM_VM_PCI_H
#define VM_VM_PCI_H

#include "devices/pci.h"
#include "lib/vm_config.h"
#include "lib/xencall.h"

/* Is there an IOMMU? */
int vm_pci_possible(struct xencall *xc, struct reason *why);
/* Could the VM have what it asks for? Before a domain is built. */
int vm_pci_check(struct xencall *xc, const struct vm_config *vm, struct reason *why);
/* To a domain that has not run yet. What fails is undone when the domain is ended. */
int vm_pci_give(struct xencall *xc, const struct vm_config *vm, domid_t domid, struct reason *why);
/* From a domain that stays, but has shut down. */
void vm_pci_take(struct xencall *xc, domid_t domid);
/* After a domain is gone, and of all that are. */
void vm_pci_ended(domid_t domid);
void vm_pci_keep(struct xencall *xc);
/*
 * A VM with devices cannot be saved: nobody knows what a device is in the middle of. Nor can one
 * that others have as their driver domain.
 */
int vm_pci_movable(const struct vm_config *vm, struct reason *why);

#endif
