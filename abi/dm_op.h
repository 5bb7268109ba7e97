// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's hvm/dm_op.h and hvm/ioreq.h: what a device model (QEMU) may ask about its one
 * guest, and the pages by which the hypervisor hands it the guest's I/O. dm_op takes an array of
 * xen_dm_op_buf; the first holds a struct xen_dm_op.
 */
#ifndef ABI_DM_OP_H
#define ABI_DM_OP_H

#include "event_channel.h"

typedef uint16_t ioservid_t;

#define XEN_DMOP_create_ioreq_server              1
#define XEN_DMOP_get_ioreq_server_info            2
#define XEN_DMOP_map_io_range_to_ioreq_server     3
#define XEN_DMOP_unmap_io_range_from_ioreq_server 4
#define XEN_DMOP_set_ioreq_server_state           5
#define XEN_DMOP_destroy_ioreq_server             6
#define XEN_DMOP_track_dirty_vram                 7
#define XEN_DMOP_set_pci_intx_level               8
#define XEN_DMOP_set_isa_irq_level                9
#define XEN_DMOP_set_pci_link_route               10
#define XEN_DMOP_modified_memory                  11
#define XEN_DMOP_set_mem_type                     12
#define XEN_DMOP_inject_event                     13
#define XEN_DMOP_inject_msi                       14
#define XEN_DMOP_map_mem_type_to_ioreq_server     15
#define XEN_DMOP_remote_shutdown                  16
#define XEN_DMOP_relocate_memory                  17
#define XEN_DMOP_pin_memory_cacheattr             18
#define XEN_DMOP_set_irq_level                    19
#define XEN_DMOP_nr_vcpus                         20

struct xen_dm_op_create_ioreq_server {
	uint8_t handle_bufioreq; /* HVM_IOREQSRV_BUFIOREQ_*, in hvm_op.h */
	uint8_t pad[3];
	ioservid_t id; /* out */
};

#define XEN_DMOP_no_gfns (1U << 0)

struct xen_dm_op_get_ioreq_server_info {
	ioservid_t id;
	uint16_t flags;              /* XEN_DMOP_no_gfns */
	evtchn_port_t bufioreq_port; /* out, this and the next two */
	uint64_t ioreq_gfn;
	uint64_t bufioreq_gfn;
};

#define XEN_DMOP_IO_RANGE_PORT   0
#define XEN_DMOP_IO_RANGE_MEMORY 1
#define XEN_DMOP_IO_RANGE_PCI    2 /* one device, as XEN_DMOP_PCI_SBDF */

#define XEN_DMOP_PCI_SBDF(s, b, d, f) \
	((((s)&0xffff) << 16) | (((b)&0xff) << 8) | (((d)&0x1f) << 3) | ((f)&0x07))

struct xen_dm_op_ioreq_server_range {
	ioservid_t id;
	uint16_t pad;
	uint32_t type;  /* XEN_DMOP_IO_RANGE_* */
	uint64_t start; /* both ends belong to it */
	uint64_t end;
};

struct xen_dm_op_set_ioreq_server_state {
	ioservid_t id;
	uint8_t enabled;
	uint8_t pad;
};

struct xen_dm_op_destroy_ioreq_server {
	ioservid_t id;
	uint16_t pad;
};

/* The second buffer gets the bitmap. */
struct xen_dm_op_track_dirty_vram {
	uint32_t nr;
	uint32_t pad;
	uint64_t first_pfn;
};

struct xen_dm_op_set_pci_intx_level {
	uint16_t domain;
	uint8_t bus;
	uint8_t device;
	uint8_t intx;
	uint8_t level;
};

struct xen_dm_op_set_isa_irq_level {
	uint8_t isa_irq;
	uint8_t level;
};

struct xen_dm_op_set_irq_level {
	uint32_t irq;
	uint8_t level;
	uint8_t pad[3];
};

struct xen_dm_op_set_pci_link_route {
	uint8_t link;
	uint8_t isa_irq; /* 0: none */
};

/* The second buffer holds the extents. */
struct xen_dm_op_modified_memory {
	uint32_t nr_extents;
	uint32_t opaque; /* 0 on entry; progress */
};

struct xen_dm_op_modified_memory_extent {
	uint32_t nr;
	uint32_t pad;
	uint64_t first_pfn;
};

struct xen_dm_op_set_mem_type {
	uint32_t nr;
	uint16_t mem_type; /* HVMMEM_*, in hvm_op.h */
	uint16_t pad;
	uint64_t first_pfn;
};

#define XEN_DMOP_EVENT_ext_int    0
#define XEN_DMOP_EVENT_nmi        2
#define XEN_DMOP_EVENT_hw_exc     3
#define XEN_DMOP_EVENT_sw_int     4
#define XEN_DMOP_EVENT_pri_sw_exc 5
#define XEN_DMOP_EVENT_sw_exc     6

struct xen_dm_op_inject_event {
	uint32_t vcpuid;
	uint8_t vector;
	uint8_t type; /* XEN_DMOP_EVENT_* */
	uint8_t insn_len;
	uint8_t pad0;
	uint32_t error_code; /* ~0: none */
	uint32_t pad1;
	uint64_t cr2;
};

struct xen_dm_op_inject_msi {
	uint32_t data;
	uint32_t pad;
	uint64_t addr;
};

#define XEN_DMOP_IOREQ_MEM_ACCESS_READ  (1U << 0)
#define XEN_DMOP_IOREQ_MEM_ACCESS_WRITE (1U << 1)

struct xen_dm_op_map_mem_type_to_ioreq_server {
	ioservid_t id;
	uint16_t type;
	uint32_t flags; /* XEN_DMOP_IOREQ_MEM_ACCESS_* */
	uint64_t opaque;
};

struct xen_dm_op_remote_shutdown {
	uint32_t reason; /* SHUTDOWN_* */
};

struct xen_dm_op_relocate_memory {
	uint32_t size;
	uint32_t pad;
	uint64_t src_gfn;
	uint64_t dst_gfn;
};

#define XEN_DMOP_MEM_CACHEATTR_UC     0
#define XEN_DMOP_MEM_CACHEATTR_WC     1
#define XEN_DMOP_MEM_CACHEATTR_WT     4
#define XEN_DMOP_MEM_CACHEATTR_WP     5
#define XEN_DMOP_MEM_CACHEATTR_WB     6
#define XEN_DMOP_MEM_CACHEATTR_UCM    7
#define XEN_DMOP_DELETE_MEM_CACHEATTR (~(uint32_t)0)

struct xen_dm_op_pin_memory_cacheattr {
	uint64_t start;
	uint64_t end;
	uint32_t type; /* XEN_DMOP_MEM_CACHEATTR_* */
	uint32_t pad;
};

struct xen_dm_op_nr_vcpus {
	uint32_t vcpus; /* out */
};

struct xen_dm_op {
	uint32_t op; /* XEN_DMOP_* */
	uint32_t pad;
	union {
		struct xen_dm_op_create_ioreq_server create_ioreq_server;
		struct xen_dm_op_get_ioreq_server_info get_ioreq_server_info;
		struct xen_dm_op_ioreq_server_range map_io_range_to_ioreq_server;
		struct xen_dm_op_ioreq_server_range unmap_io_range_from_ioreq_server;
		struct xen_dm_op_set_ioreq_server_state set_ioreq_server_state;
		struct xen_dm_op_destroy_ioreq_server destroy_ioreq_server;
		struct xen_dm_op_track_dirty_vram track_dirty_vram;
		struct xen_dm_op_set_pci_intx_level set_pci_intx_level;
		struct xen_dm_op_set_isa_irq_level set_isa_irq_level;
		struct xen_dm_op_set_irq_level set_irq_level;
		struct xen_dm_op_set_pci_link_route set_pci_link_route;
		struct xen_dm_op_modified_memory modified_memory;
		struct xen_dm_op_set_mem_type set_mem_type;
		struct xen_dm_op_inject_event inject_event;
		struct xen_dm_op_inject_msi inject_msi;
		struct xen_dm_op_map_mem_type_to_ioreq_server map_mem_type_to_ioreq_server;
		struct xen_dm_op_remote_shutdown remote_shutdown;
		struct xen_dm_op_relocate_memory relocate_memory;
		struct xen_dm_op_pin_memory_cacheattr pin_memory_cacheattr;
		struct xen_dm_op_nr_vcpus nr_vcpus;
	} u;
};

struct xen_dm_op_buf {
	uint64_t h; /* void * */
	uint64_t size;
};

#define IOREQ_READ            1
#define IOREQ_WRITE           0

#define STATE_IOREQ_NONE      0
#define STATE_IOREQ_READY     1 /* set by the hypervisor */
#define STATE_IOREQ_INPROCESS 2 /* set by the device model */
#define STATE_IORESP_READY    3 /* set by the device model */

#define IOREQ_TYPE_PIO        0
#define IOREQ_TYPE_COPY       1 /* memory */
#define IOREQ_TYPE_PCI_CONFIG 2
#define IOREQ_TYPE_TIMEOFFSET 7
#define IOREQ_TYPE_INVALIDATE 8

struct ioreq {
	uint64_t addr;
	uint64_t data;     /* value, or guest-physical address when data_is_ptr */
	uint32_t count;    /* of repetitions */
	uint32_t size;     /* bytes each */
	uint32_t vp_eport; /* event channel of this vCPU */
	uint16_t _pad0;
	uint8_t state       : 4; /* STATE_* */
	uint8_t data_is_ptr : 1;
	uint8_t dir         : 1; /* IOREQ_READ, IOREQ_WRITE */
	uint8_t df          : 1; /* addresses go down */
	uint8_t _pad1       : 1;
	uint8_t type; /* IOREQ_TYPE_* */
};

struct shared_iopage {
	struct ioreq vcpu_ioreq[1]; /* one per vCPU */
};

struct buf_ioreq {
	uint8_t type; /* IOREQ_TYPE_* */
	uint8_t pad   : 1;
	uint8_t dir   : 1;
	uint8_t size  : 2; /* 1 << size bytes; 8 take two slots */
	uint32_t addr : 20;
	uint32_t data;
};

#define IOREQ_BUFFER_SLOT_NUM 511

struct buffered_iopage {
	uint32_t read_pointer;
	uint32_t write_pointer;
	struct buf_ioreq buf_ioreq[IOREQ_BUFFER_SLOT_NUM];
};

ABI_SIZE(struct xen_dm_op_create_ioreq_server, 6);
ABI_OFFSET(struct xen_dm_op_create_ioreq_server, id, 4);
ABI_SIZE(struct xen_dm_op_get_ioreq_server_info, 24);
ABI_OFFSET(struct xen_dm_op_get_ioreq_server_info, bufioreq_gfn, 16);
ABI_SIZE(struct xen_dm_op_ioreq_server_range, 24);
ABI_OFFSET(struct xen_dm_op_ioreq_server_range, end, 16);
ABI_SIZE(struct xen_dm_op_set_ioreq_server_state, 4);
ABI_OFFSET(struct xen_dm_op_set_ioreq_server_state, pad, 3);
ABI_SIZE(struct xen_dm_op_destroy_ioreq_server, 4);
ABI_OFFSET(struct xen_dm_op_destroy_ioreq_server, pad, 2);
ABI_SIZE(struct xen_dm_op_track_dirty_vram, 16);
ABI_OFFSET(struct xen_dm_op_track_dirty_vram, first_pfn, 8);
ABI_SIZE(struct xen_dm_op_set_pci_intx_level, 6);
ABI_OFFSET(struct xen_dm_op_set_pci_intx_level, level, 5);
ABI_SIZE(struct xen_dm_op_set_isa_irq_level, 2);
ABI_OFFSET(struct xen_dm_op_set_isa_irq_level, level, 1);
ABI_SIZE(struct xen_dm_op_set_irq_level, 8);
ABI_OFFSET(struct xen_dm_op_set_irq_level, pad, 5);
ABI_SIZE(struct xen_dm_op_set_pci_link_route, 2);
ABI_OFFSET(struct xen_dm_op_set_pci_link_route, isa_irq, 1);
ABI_SIZE(struct xen_dm_op_modified_memory, 8);
ABI_OFFSET(struct xen_dm_op_modified_memory, opaque, 4);
ABI_SIZE(struct xen_dm_op_modified_memory_extent, 16);
ABI_OFFSET(struct xen_dm_op_modified_memory_extent, first_pfn, 8);
ABI_SIZE(struct xen_dm_op_set_mem_type, 16);
ABI_OFFSET(struct xen_dm_op_set_mem_type, first_pfn, 8);
ABI_SIZE(struct xen_dm_op_inject_event, 24);
ABI_OFFSET(struct xen_dm_op_inject_event, cr2, 16);
ABI_SIZE(struct xen_dm_op_inject_msi, 16);
ABI_OFFSET(struct xen_dm_op_inject_msi, addr, 8);
ABI_SIZE(struct xen_dm_op_map_mem_type_to_ioreq_server, 16);
ABI_OFFSET(struct xen_dm_op_map_mem_type_to_ioreq_server, opaque, 8);
ABI_SIZE(struct xen_dm_op_remote_shutdown, 4);
ABI_SIZE(struct xen_dm_op_relocate_memory, 24);
ABI_OFFSET(struct xen_dm_op_relocate_memory, dst_gfn, 16);
ABI_SIZE(struct xen_dm_op_pin_memory_cacheattr, 24);
ABI_OFFSET(struct xen_dm_op_pin_memory_cacheattr, pad, 20);
ABI_SIZE(struct xen_dm_op_nr_vcpus, 4);
ABI_SIZE(struct xen_dm_op, 32);
ABI_OFFSET(struct xen_dm_op, u, 8);
ABI_SIZE(struct xen_dm_op_buf, 16);
ABI_OFFSET(struct xen_dm_op_buf, size, 8);
ABI_SIZE(struct ioreq, 32);
ABI_OFFSET(struct ioreq, type, 31);
ABI_SIZE(struct shared_iopage, 32);
ABI_SIZE(struct buf_ioreq, 8);
ABI_OFFSET(struct buf_ioreq, data, 4);
ABI_SIZE(struct buffered_iopage, 4096);
ABI_OFFSET(struct buffered_iopage, buf_ioreq, 8);

#endif
