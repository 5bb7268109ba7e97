// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HYPERVISOR_physdev_op, as far as a PVH control domain calls it. Its interrupts come through its
 * emulated APICs and its devices through the PCI configuration space that hvm/vpci watches, so most
 * of this is news that the hypervisor has found out by itself. Nothing here changes state.
 */
#include "private.h"

#include "abi/physdev.h"

static long device_add(uint64_t arg)
{
	struct physdev_pci_device_add add;

	return guest_copy_from(&add, arg, sizeof(add));
}

static long device_remove(uint64_t arg)
{
	struct physdev_pci_device dev;

	return guest_copy_from(&dev, arg, sizeof(dev));
}

static long manage_add(uint64_t arg)
{
	struct physdev_manage_pci_ext ext;

	return guest_copy_from(&ext, arg, sizeof(ext));
}

/* The trigger and polarity arrive at the pin with the emulated redirection entry. */
static long setup_gsi(uint64_t arg)
{
	struct physdev_setup_gsi gsi;

	if (guest_copy_from(&gsi, arg, sizeof(gsi)))
		return -EFAULT;
	return gsi.gsi < 0 || gsi.triggering > 1 || gsi.polarity > 1 ? -EINVAL : 0;
}

/* The windows are ACPI's, which was read at start-up; a disagreement deserves a line. */
static long mmcfg_reserved(uint64_t arg)
{
	struct physdev_pci_mmcfg_reserved r;

	if (guest_copy_from(&r, arg, sizeof(r)))
		return -EFAULT;
	if (r.start_bus > r.end_bus)
		return -EINVAL;
	log_debug("d0: PCI configuration window at %#lx, segment %u, bus %u to %u, %s",
		  (unsigned long)r.address, r.segment, r.start_bus, r.end_bus,
		  r.flags & XEN_PCI_MMCFG_RESERVED ? "reserved" : "not reserved");
	return 0;
}

/* The EHCI debug port: the hypervisor does not use it, so it need not let go of it. */
static long debug_port(uint64_t arg)
{
	struct physdev_dbgp_op op;

	if (guest_copy_from(&op, arg, sizeof(op)))
		return -EFAULT;
	return op.op == PHYSDEVOP_DBGP_RESET_PREPARE || op.op == PHYSDEVOP_DBGP_RESET_DONE
		       ? 0
		       : -EINVAL;
}

long do_physdev_op(unsigned cmd, uint64_t arg)
{
	if (!domain_current()->is_control)
		return -ENOSYS;
	switch (cmd) {
	case PHYSDEVOP_pci_device_add: return device_add(arg);
	case PHYSDEVOP_pci_device_remove:
	case PHYSDEVOP_prepare_msix:
	case PHYSDEVOP_release_msix:
	case PHYSDEVOP_restore_msi_ext: return device_remove(arg);
	case PHYSDEVOP_manage_pci_add:
	case PHYSDEVOP_manage_pci_remove: return 0;
	case PHYSDEVOP_manage_pci_add_ext: return manage_add(arg);
	case PHYSDEVOP_pci_mmcfg_reserved: return mmcfg_reserved(arg);
	case PHYSDEVOP_setup_gsi: return setup_gsi(arg);
	case PHYSDEVOP_dbgp_op: return debug_port(arg);
	case PHYSDEVOP_map_pirq:
	case PHYSDEVOP_unmap_pirq:
	case PHYSDEVOP_pci_device_reset: return unsupported("physdev_op", cmd);
	default:
		/* Physical interrupts as event channels (eoi, irq_status_query, pirq_eoi_gmfn and
		 * so on) are not among the features that we announce. */
		return -ENOSYS;
	}
}
