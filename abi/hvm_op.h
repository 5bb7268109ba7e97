// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's hvm/hvm_op.h: arguments of hvm_op. Alternate page tables (altp2m) and the trace
 * record have their numbers only.
 */
#ifndef ABI_HVM_OP_H
#define ABI_HVM_OP_H

#include "xen.h"

#define HVMOP_set_param                0
#define HVMOP_get_param                1
#define HVMOP_flush_tlbs               5
#define HVMOP_pagetable_dying          9
#define HVMOP_get_time                 10
#define HVMOP_xentrace                 11
#define HVMOP_set_mem_access           12
#define HVMOP_get_mem_access           13
#define HVMOP_get_mem_type             15
#define HVMOP_set_evtchn_upcall_vector 23
#define HVMOP_guest_request_vm_event   24
#define HVMOP_altp2m                   25

#define HVM_IOREQSRV_BUFIOREQ_OFF      0
#define HVM_IOREQSRV_BUFIOREQ_LEGACY   1
#define HVM_IOREQSRV_BUFIOREQ_ATOMIC   2

struct xen_hvm_param {
	domid_t domid;
	uint16_t pad;
	uint32_t index; /* HVM_PARAM_* */
	uint64_t value;
};

/* Page types, in xen_hvm_get_mem_type and xen_dm_op_set_mem_type. */
enum hvmmem_type {
	HVMMEM_ram_rw,
	HVMMEM_ram_ro,
	HVMMEM_mmio_dm,
	HVMMEM_unused,
	HVMMEM_ioreq_server
};

struct xen_hvm_pagetable_dying {
	domid_t domid;
	uint16_t pad[3];
	uint64_t gpa;
};

struct xen_hvm_get_time {
	uint64_t now; /* ns */
};

struct xen_hvm_get_mem_type {
	domid_t domid;
	uint16_t mem_type; /* out: HVMMEM_* */
	uint16_t pad[2];
	uint64_t pfn;
};

struct xen_hvm_evtchn_upcall_vector {
	uint32_t vcpu;
	uint8_t vector; /* 0x10 and up */
};

ABI_SIZE(struct xen_hvm_param, 16);
ABI_OFFSET(struct xen_hvm_param, value, 8);
ABI_SIZE(struct xen_hvm_pagetable_dying, 16);
ABI_OFFSET(struct xen_hvm_pagetable_dying, gpa, 8);
ABI_SIZE(struct xen_hvm_get_time, 8);
ABI_SIZE(struct xen_hvm_get_mem_type, 16);
ABI_OFFSET(struct xen_hvm_get_mem_type, pfn, 8);
ABI_SIZE(struct xen_hvm_evtchn_upcall_vector, 8);
ABI_OFFSET(struct xen_hvm_evtchn_upcall_vector, vector, 4);

#endif
