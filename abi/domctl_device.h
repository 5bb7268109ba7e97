// SPDX-License-Identifier: MIT
/*
 * The part of Xen 4.20's domctl.h about devices: which interrupts, memory and ports a domain may
 * have, and whole devices that it is given. The operations' numbers are in domctl.h.
 */
#ifndef ABI_DOMCTL_DEVICE_H
#define ABI_DOMCTL_DEVICE_H

#include "assert.h"

#include <stdint.h>

struct xen_domctl_irq_permission {
	uint32_t pirq;
	uint8_t allow_access;
	uint8_t pad[3];
};

#define XEN_DOMCTL_GSI_REVOKE      0
#define XEN_DOMCTL_GSI_GRANT       1
#define XEN_DOMCTL_GSI_ACTION_MASK 1

struct xen_domctl_gsi_permission {
	uint32_t gsi;
	uint32_t flags; /* XEN_DOMCTL_GSI_* */
};

struct xen_domctl_iomem_permission {
	uint64_t first_mfn;
	uint64_t nr_mfns;
	uint8_t allow_access;
};

struct xen_domctl_ioport_permission {
	uint32_t first_port;
	uint32_t nr_ports;
	uint8_t allow_access;
};

#define XEN_DOMCTL_DEV_PCI         0
#define XEN_DOMCTL_DEV_DT          1
#define XEN_DOMCTL_DEV_RDM_RELAXED 1

struct xen_domctl_assign_device {
	uint32_t dev;   /* XEN_DOMCTL_DEV_* */
	uint32_t flags; /* XEN_DOMCTL_DEV_RDM_* */
	union {
		struct {
			uint32_t machine_sbdf; /* segment, bus, device and function */
		} pci;
		struct {
			uint32_t size;
			uint64_t path; /* char * */
		} dt;
	} u;
};

struct xen_domctl_get_device_group {
	uint32_t machine_sbdf;
	uint32_t max_sdevs;
	uint32_t num_sdevs;  /* out */
	uint64_t sdev_array; /* uint32_t *, out */
};

#define DPCI_ADD_MAPPING    1
#define DPCI_REMOVE_MAPPING 0

struct xen_domctl_memory_mapping {
	uint64_t first_gfn;
	uint64_t first_mfn;
	uint64_t nr_mfns;
	uint32_t add_mapping; /* DPCI_* */
	uint32_t padding;
};

struct xen_domctl_ioport_mapping {
	uint32_t first_gport;
	uint32_t first_mport;
	uint32_t nr_ports;
	uint32_t add_mapping; /* DPCI_* */
};

ABI_SIZE(struct xen_domctl_irq_permission, 8);
ABI_OFFSET(struct xen_domctl_irq_permission, pad, 5);
ABI_SIZE(struct xen_domctl_gsi_permission, 8);
ABI_OFFSET(struct xen_domctl_gsi_permission, flags, 4);
ABI_SIZE(struct xen_domctl_iomem_permission, 24);
ABI_OFFSET(struct xen_domctl_iomem_permission, allow_access, 16);
ABI_SIZE(struct xen_domctl_ioport_permission, 12);
ABI_OFFSET(struct xen_domctl_ioport_permission, allow_access, 8);
ABI_SIZE(struct xen_domctl_assign_device, 24);
ABI_OFFSET(struct xen_domctl_assign_device, u, 8);
ABI_SIZE(struct xen_domctl_get_device_group, 24);
ABI_OFFSET(struct xen_domctl_get_device_group, sdev_array, 16);
ABI_SIZE(struct xen_domctl_memory_mapping, 32);
ABI_OFFSET(struct xen_domctl_memory_mapping, padding, 28);
ABI_SIZE(struct xen_domctl_ioport_mapping, 16);
ABI_OFFSET(struct xen_domctl_ioport_mapping, add_mapping, 12);

#endif
