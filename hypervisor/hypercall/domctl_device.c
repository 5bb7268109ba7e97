// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * domctl, PCI devices of domains. The work, and the order of things, is hvm/vpci_assign.c's.
 * Serialised by domctl.c.
 */
#include "private.h"

#include "vpci.h"

#define GROUP_MAX 64u

static struct pci_address address_of(uint32_t sbdf)
{
	return (struct pci_address){ (uint16_t)(sbdf >> 16), (uint8_t)(sbdf >> 8), (uint8_t)sbdf };
}

long domctl_device(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_assign_device *a = &op->u.assign_device;
	struct pci_address at = address_of(a->u.pci.machine_sbdf);

	if (a->dev != XEN_DOMCTL_DEV_PCI || (a->flags & ~XEN_DOMCTL_DEV_RDM_RELAXED))
		return -EINVAL;
	switch (op->cmd) {
	case XEN_DOMCTL_assign_device: return vpci_assign(d, at);
	case XEN_DOMCTL_deassign_device: return vpci_deassign(d, at);
	default: return vpci_assignable(at);
	}
}

long domctl_device_group(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_get_device_group *g = &op->u.get_device_group;
	uint32_t sbdf[GROUP_MAX];

	g->num_sdevs = vpci_siblings(address_of(g->machine_sbdf), sbdf,
				     MIN(g->max_sdevs, GROUP_MAX));
	return guest_copy_to(g->sdev_array, sbdf, g->num_sdevs * sizeof(sbdf[0]));
}
