// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, PCI devices of domains. The work, and the order of things, is hvm/vpci_assign.c's.
 * Serialised by domctl.c.
 */
#include "private.h"

#include "vpci.h"

long domctl_device(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_assign_device *a = &op->u.assign_device;
	uint32_t sbdf = a->u.pci.machine_sbdf;
	struct pci_address at = { (uint16_t)(sbdf >> 16), (uint8_t)(sbdf >> 8), (uint8_t)sbdf };

	if (a->dev != XEN_DOMCTL_DEV_PCI || (a->flags & ~XEN_DOMCTL_DEV_RDM_RELAXED))
		return -EINVAL;
	switch (op->cmd) {
	case XEN_DOMCTL_assign_device: return vpci_assign(d, at);
	case XEN_DOMCTL_deassign_device: return vpci_deassign(d, &at);
	default: return vpci_assignable(at);
	}
}
