// SPDX-License-Identifier: GPL-2.0-or-later
/* See vm_pci.h. */
#include "vm/vm_pci.h"

#include <errno.h>
#include <string.h>

#include "lib/domain.h"
#include "lib/host.h"

/* What the hypervisor's refusal means. */
static const char *refusal(int error)
{
	switch (error) {
	case EOPNOTSUPP: return "this machine has no IOMMU that is switched on";
	case ENODEV: return "no IOMMU is in front of it, or it is a virtual function";
	case EBUSY: return "another domain has it";
	case EPERM: return "it is a part of the machine that only the control domain may have";
	case EXDEV: return "the IOMMU cannot tell it from other devices behind the same bridge";
	case ENOSPC: return "there is no room for more devices";
	default: return strerror(error);
	}
}

static int device_op(struct xencall *xc, uint32_t cmd, domid_t domid, uint32_t sbdf)
{
	struct xen_domctl op = { .cmd = cmd, .domain = domid };

	op.u.assign_device.dev = XEN_DOMCTL_DEV_PCI;
	op.u.assign_device.u.pci.machine_sbdf = sbdf;
	return xencall_domctl(xc, &op);
}

int vm_pci_possible(struct xencall *xc, struct reason *why)
{
	struct xen_sysctl_physinfo info;

	if (host_physinfo(xc, &info) < 0)
		return reason_errno(why, "asking for the machine's capabilities");
	if (!(info.capabilities & XEN_SYSCTL_PHYSCAP_directio))
		return reason_set(why, "pci: this machine has no IOMMU, or it is switched off in "
				       "the firmware (VT-d, AMD-Vi): no device can be given to a "
				       "guest");
	return 0;
}

int vm_pci_check(struct xencall *xc, const struct vm_config *vm, struct reason *why)
{
	if (vm->pci.nr && vm_pci_possible(xc, why) < 0)
		return -1;
	for (unsigned int i = 0; i < vm->pci.nr; i++) {
		char name[PCI_NAME];

		if (pci_check(vm->pci.sbdf[i], why) < 0)
			return -1;
		if (device_op(xc, XEN_DOMCTL_test_assign_device, 0, vm->pci.sbdf[i]) < 0)
			return reason_set(why, "%s: %s", pci_format(vm->pci.sbdf[i], name),
					  refusal(errno));
	}
	return 0;
}

int vm_pci_give(struct xencall *xc, const struct vm_config *vm, domid_t domid, struct reason *why)
{
	for (unsigned int i = 0; i < vm->pci.nr; i++) {
		char name[PCI_NAME];

		if (pci_take(vm->pci.sbdf[i], domid, why) < 0)
			return -1;
		if (device_op(xc, XEN_DOMCTL_assign_device, domid, vm->pci.sbdf[i]) < 0)
			return reason_set(why, "%s: %s", pci_format(vm->pci.sbdf[i], name),
					  refusal(errno));
	}
	return 0;
}

struct taking {
	struct xencall *xc;
	domid_t domid;
};

static void take_one(void *arg, uint32_t sbdf, unsigned int domid)
{
	struct taking *t = arg;

	if (domid != t->domid)
		return;
	if (t->xc && device_op(t->xc, XEN_DOMCTL_deassign_device, t->domid, sbdf) < 0)
		log_warning("domain %u keeps a PCI device: %s", domid, strerror(errno));
	else
		pci_give_back(sbdf, domid);
}

void vm_pci_take(struct xencall *xc, domid_t domid)
{
	struct taking t = { xc, domid };

	pci_each_taken(take_one, &t);
}

void vm_pci_ended(domid_t domid)
{
	vm_pci_take(NULL, domid);
}

static void keep_one(void *arg, uint32_t sbdf, unsigned int domid)
{
	struct xen_domctl_getdomaininfo info;

	if (domain_info(arg, (domid_t)domid, &info) < 0 ? errno == ESRCH
							: info.flags & XEN_DOMINF_dying)
		pci_give_back(sbdf, domid);
}

void vm_pci_keep(struct xencall *xc)
{
	pci_each_taken(keep_one, xc);
}

int vm_pci_movable(const struct vm_config *vm, struct reason *why)
{
	char name[PCI_NAME];

	if (vm->driver_domain)
		return reason_set(why,
				  "%s is a driver domain: others count on it, and it can be "
				  "neither saved nor moved",
				  vm->name);
	if (vm->pci.nr == 0)
		return 0;
	return reason_set(
		why,
		"%s has the PCI device %s: a VM with devices of the machine can be neither "
		"saved nor moved",
		vm->name, pci_format(vm->pci.sbdf[0], name));
}
