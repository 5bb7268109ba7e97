// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's physdev.h: arguments of physdev_op, by which dom0 tells about PCI devices and
 * routes interrupts. The PV-only requests (I/O privilege level, I/O bitmap, APIC access) are
 * numbers without structures here.
 */
#ifndef ABI_PHYSDEV_H
#define ABI_PHYSDEV_H

#include "xen.h"

#define PHYSDEVOP_IRQ_UNMASK_NOTIFY  4
#define PHYSDEVOP_irq_status_query   5
#define PHYSDEVOP_set_iopl           6
#define PHYSDEVOP_set_iobitmap       7
#define PHYSDEVOP_apic_read          8
#define PHYSDEVOP_apic_write         9
#define PHYSDEVOP_alloc_irq_vector   10
#define PHYSDEVOP_free_irq_vector    11
#define PHYSDEVOP_eoi                12
#define PHYSDEVOP_map_pirq           13
#define PHYSDEVOP_unmap_pirq         14
#define PHYSDEVOP_manage_pci_add     15
#define PHYSDEVOP_manage_pci_remove  16
#define PHYSDEVOP_pirq_eoi_gmfn_v1   17
#define PHYSDEVOP_restore_msi        19
#define PHYSDEVOP_manage_pci_add_ext 20
#define PHYSDEVOP_setup_gsi          21
#define PHYSDEVOP_get_free_pirq      23
#define PHYSDEVOP_pci_mmcfg_reserved 24
#define PHYSDEVOP_pci_device_add     25
#define PHYSDEVOP_pci_device_remove  26
#define PHYSDEVOP_restore_msi_ext    27
#define PHYSDEVOP_pirq_eoi_gmfn_v2   28
#define PHYSDEVOP_dbgp_op            29
#define PHYSDEVOP_prepare_msix       30
#define PHYSDEVOP_release_msix       31
#define PHYSDEVOP_pci_device_reset   32

struct physdev_eoi {
	uint32_t irq;
};

struct physdev_pirq_eoi_gmfn {
	uint64_t gmfn;
};

#define XENIRQSTAT_needs_eoi (1U << 0)
#define XENIRQSTAT_shared    (1U << 1)

struct physdev_irq_status_query {
	uint32_t irq;
	uint32_t flags; /* out: XENIRQSTAT_* */
};

struct physdev_irq {
	uint32_t irq;
	uint32_t vector;
};

#define MAP_PIRQ_TYPE_MSI       0x0
#define MAP_PIRQ_TYPE_GSI       0x1
#define MAP_PIRQ_TYPE_UNKNOWN   0x2
#define MAP_PIRQ_TYPE_MSI_SEG   0x3
#define MAP_PIRQ_TYPE_MULTI_MSI 0x4

struct physdev_map_pirq {
	domid_t domid;
	int32_t type; /* MAP_PIRQ_TYPE_* */
	int32_t index;
	int32_t pirq; /* in and out; negative: any */
	int32_t bus;  /* with MSI_SEG: the segment in bits 16-31 */
	int32_t devfn;
	int32_t entry_nr;
	uint64_t table_base;
};

struct physdev_unmap_pirq {
	domid_t domid;
	int32_t pirq;
};

struct physdev_manage_pci {
	uint8_t bus;
	uint8_t devfn;
};

struct physdev_restore_msi {
	uint8_t bus;
	uint8_t devfn;
};

struct physdev_manage_pci_ext {
	uint8_t bus;
	uint8_t devfn;
	uint32_t is_extfn;
	uint32_t is_virtfn;
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn;
};

struct physdev_setup_gsi {
	int32_t gsi;
	uint8_t triggering; /* 0 edge, 1 level */
	uint8_t polarity;   /* 0 active high, 1 active low */
};

struct physdev_get_free_pirq {
	int32_t type;  /* MAP_PIRQ_TYPE_* */
	uint32_t pirq; /* out */
};

#define XEN_PCI_MMCFG_RESERVED 0x1

struct physdev_pci_mmcfg_reserved {
	uint64_t address;
	uint16_t segment;
	uint8_t start_bus;
	uint8_t end_bus;
	uint32_t flags; /* XEN_PCI_MMCFG_RESERVED */
};

#define XEN_PCI_DEV_EXTFN  0x1
#define XEN_PCI_DEV_VIRTFN 0x2
#define XEN_PCI_DEV_PXM    0x4

struct physdev_pci_device_add {
	uint16_t seg;
	uint8_t bus;
	uint8_t devfn;
	uint32_t flags; /* XEN_PCI_DEV_* */
	struct {
		uint8_t bus;
		uint8_t devfn;
	} physfn;
	uint32_t optarr[]; /* with XEN_PCI_DEV_PXM: the proximity domain */
};

struct physdev_pci_device {
	uint16_t seg;
	uint8_t bus;
	uint8_t devfn;
};

#define PCI_DEVICE_RESET_COLD 0x0
#define PCI_DEVICE_RESET_WARM 0x1
#define PCI_DEVICE_RESET_HOT  0x2
#define PCI_DEVICE_RESET_FLR  0x3
#define PCI_DEVICE_RESET_MASK 0x3

struct pci_device_reset {
	struct physdev_pci_device dev;
	uint32_t flags; /* PCI_DEVICE_RESET_* */
};

#define PHYSDEVOP_DBGP_RESET_PREPARE 1
#define PHYSDEVOP_DBGP_RESET_DONE    2
#define PHYSDEVOP_DBGP_BUS_UNKNOWN   0
#define PHYSDEVOP_DBGP_BUS_PCI       1

struct physdev_dbgp_op {
	uint8_t op;
	uint8_t bus;
	union {
		struct physdev_pci_device pci;
	} u;
};

ABI_SIZE(struct physdev_eoi, 4);
ABI_SIZE(struct physdev_pirq_eoi_gmfn, 8);
ABI_SIZE(struct physdev_irq_status_query, 8);
ABI_OFFSET(struct physdev_irq_status_query, flags, 4);
ABI_SIZE(struct physdev_irq, 8);
ABI_OFFSET(struct physdev_irq, vector, 4);
ABI_SIZE(struct physdev_map_pirq, 40);
ABI_OFFSET(struct physdev_map_pirq, table_base, 32);
ABI_SIZE(struct physdev_unmap_pirq, 8);
ABI_OFFSET(struct physdev_unmap_pirq, pirq, 4);
ABI_SIZE(struct physdev_manage_pci, 2);
ABI_OFFSET(struct physdev_manage_pci, devfn, 1);
ABI_SIZE(struct physdev_restore_msi, 2);
ABI_OFFSET(struct physdev_restore_msi, devfn, 1);
ABI_SIZE(struct physdev_manage_pci_ext, 16);
ABI_OFFSET(struct physdev_manage_pci_ext, physfn, 12);
ABI_SIZE(struct physdev_setup_gsi, 8);
ABI_OFFSET(struct physdev_setup_gsi, polarity, 5);
ABI_SIZE(struct physdev_get_free_pirq, 8);
ABI_OFFSET(struct physdev_get_free_pirq, pirq, 4);
ABI_SIZE(struct physdev_pci_mmcfg_reserved, 16);
ABI_OFFSET(struct physdev_pci_mmcfg_reserved, flags, 12);
ABI_SIZE(struct physdev_pci_device_add, 12);
ABI_OFFSET(struct physdev_pci_device_add, optarr, 12);
ABI_SIZE(struct physdev_pci_device, 4);
ABI_OFFSET(struct physdev_pci_device, devfn, 3);
ABI_SIZE(struct pci_device_reset, 8);
ABI_OFFSET(struct pci_device_reset, flags, 4);
ABI_SIZE(struct physdev_dbgp_op, 6);
ABI_OFFSET(struct physdev_dbgp_op, u, 2);

#endif
