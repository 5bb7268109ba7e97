// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_physdev_op, as far as a PVH control domain calls it. Its interrupts come through its
 * emulated APICs and its devices through the PCI configuration space that hvm/vpci watches, so most
 * of this is news that the hypervisor has found out by itself. Nothing here changes state.
 */
#include "private.h"

#include "abi/physdev.h"

/* News of which nothing follows here, but that has to be readable. */
static long noted(struct request *q)
{
	return 0;
}

/* The trigger and polarity arrive at the pin with the emulated redirection entry. */
static long setup_gsi(struct request *q)
{
	const struct physdev_setup_gsi *gsi = q->arg;

	return gsi->gsi < 0 || gsi->triggering > 1 || gsi->polarity > 1 ? -EINVAL : 0;
}

/* The windows are ACPI's, which was read at start-up; a disagreement deserves a line. */
static long mmcfg_reserved(struct request *q)
{
	const struct physdev_pci_mmcfg_reserved *r = q->arg;

	if (r->start_bus > r->end_bus)
		return -EINVAL;
	log_debug("d0: PCI configuration window at %#lx, segment %u, bus %u to %u, %s",
		  (unsigned long)r->address, r->segment, r->start_bus, r->end_bus,
		  r->flags & XEN_PCI_MMCFG_RESERVED ? "reserved" : "not reserved");
	return 0;
}

/* The EHCI debug port: the hypervisor does not use it, so it need not let go of it. */
static long debug_port(struct request *q)
{
	const struct physdev_dbgp_op *op = q->arg;

	return op->op == PHYSDEVOP_DBGP_RESET_PREPARE || op->op == PHYSDEVOP_DBGP_RESET_DONE
		       ? 0
		       : -EINVAL;
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
	[PHYSDEVOP_pci_mmcfg_reserved] = { mmcfg_reserved, 0, TAKES(physdev_pci_mmcfg_reserved) },
	[PHYSDEVOP_setup_gsi] = { setup_gsi, 0, TAKES(physdev_setup_gsi) },
	[PHYSDEVOP_dbgp_op] = { debug_port, 0, TAKES(physdev_dbgp_op) },
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
