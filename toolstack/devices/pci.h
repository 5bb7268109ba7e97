// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine's PCI functions, as the control domain's kernel has them: whether one could be
 * spared, and taking it from its driver for a guest. Which domain has one is a file,
 * /run/xen/pci/ADDRESS, from before it is taken until it is back. What the hypervisor thinks of it:
 * vm/vm_pci.h.
 *
 * All return -1 with the reason.
 */
#ifndef DEVICES_PCI_H
#define DEVICES_PCI_H

#include "devices/pci_config.h"

/* In front of /sys and /run; tests set it. */
extern const char *pci_root;

/*
 * Can a guest have it? It is there, no bridge, can be reset, no guest has it, and the control
 * domain does not need it: none of its interfaces has an address or is part of a bridge, none of
 * its disks is in use.
 */
int pci_check(uint32_t sbdf, struct reason *why);
/* From its driver, reset, for that domain. On failure it may be half taken: pci_give_back(). */
int pci_take(uint32_t sbdf, unsigned int domid, struct reason *why);
/* Reset, and to the driver that it had. Nothing to do when domid does not have it. */
void pci_give_back(uint32_t sbdf, unsigned int domid);
/* The domain that has it; false: none. */
bool pci_owner(uint32_t sbdf, unsigned int *domid);

/* Every function that a domain has, and every one of the machine. */
void pci_each_taken(void (*callback)(void *arg, uint32_t sbdf, unsigned int domid), void *arg);
void pci_each(void (*callback)(void *arg, uint32_t sbdf), void *arg);
/* A line for people: vendor and device in hexadecimal, the class, the driver. */
void pci_describe(uint32_t sbdf, char *text, size_t room);

#endif
