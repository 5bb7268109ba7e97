// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_physdev_op, as far as a PVH control domain calls it. Its interrupts come through its
 * emulated APICs and its devices through the PCI configuration space that hvm/vpci watches, so most
 * of this is news that the hypervisor has found out by itself. Nothing here changes state.
 */
#include "private.h"

#include "abi/physdev.h"

/*
 * News of which nothing follows here, but that has to be readable: trigger and polarity of an
 * interrupt arrive at its pin with the emulated redirection entry, the windows of the configuration
 * space are ACPI's, which was read at start-up, and the EHCI debug port is not used.
 */
static long noted(struct request *q)
{
	return 0;
}

static const struct operation operations[] = {
	[PHYSDEVOP_pci_device_add] = { noted, 0, TAKES(physdev_pci_device_add) },
	[PHYSDEVOP_pci_device_remove] = { noted, 0, TAKES(physdev_pci_device) },
	[PHYSDEVOP_prepare_msix] = { noted, 0, TAKES(physdev_pci_device) },
	[PHYSDEVOP_release_msix] = { noted, 0, TAKES(physdev_pci_device) },
	[PHYSDEVOP_restore_msi_ext] = { noted, 0, TAKES(physdev_pci_device) },
	[PHYSDEVOP_manage_pci_add] = { noted },
	[PHYSDEVOP_manage_pci_remove] = { noted },
	[PHYSDEVOP_manage_pci_add_ext] = { noted, 0, TAKES(physdev_manage_pci_ext) },
	[PHYSDEVOP_pci_mmcfg_reserved] = { noted, 0, TAKES(physdev_pci_mmcfg_reserved) },
	[PHYSDEVOP_setup_gsi] = { noted, 0, TAKES(physdev_setup_gsi) },
	[PHYSDEVOP_dbgp_op] = { noted, 0, TAKES(physdev_dbgp_op) },
};

/*
 * Physical interrupts as event channels (eoi, irq_status_query, pirq_eoi_gmfn and so on) are not
 * among the features that we announce: they are not known.
 */
long do_physdev_op(unsigned cmd, uint64_t arg)
{
	struct request q = { .cmd = cmd, .at = arg };

	if (!domain_current()->is_control)
		return -ENOSYS;
	switch (cmd) {
	case PHYSDEVOP_map_pirq:
	case PHYSDEVOP_unmap_pirq:
	case PHYSDEVOP_pci_device_reset: return unsupported("physdev_op", cmd);
	default: return operation_run(operations, ARRAY_SIZE(operations), "physdev_op", &q);
	}
}
