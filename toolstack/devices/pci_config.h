// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `pci = [ "0000:03:00.0" ]`: the machine's PCI functions that a VM is given, as written.
 */
#ifndef DEVICES_PCI_CONFIG_H
#define DEVICES_PCI_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/config.h"

#define PCI_LIST_MAX 16 /* as the hypervisor has slots */
#define PCI_NAME     16

/* Segment, bus, device and function in one number, as the hypervisor calls them. */
struct pci_list {
	uint32_t sbdf[PCI_LIST_MAX];
	unsigned int nr;
};

/* "0000:03:00.0" or "03:00.0". */
bool pci_parse(const char *text, uint32_t *sbdf);
const char *pci_format(uint32_t sbdf, char name[PCI_NAME]);

/* Returns -1 with the reason, which says where. */
int pci_list_read(struct pci_list *list, struct config *c, struct reason *why);
/* As it would be written in a configuration. */
void pci_list_print(const struct pci_list *list, struct buf *out);

#endif
