// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's memory.h: arguments of memory_op, by which domains are given pages and place them
 * in their guest-physical space. Memory sharing has its number only.
 */
#ifndef ABI_MEMORY_H
#define ABI_MEMORY_H

#include "physdev.h"

#define XENMEM_increase_reservation       0
#define XENMEM_decrease_reservation       1
#define XENMEM_maximum_ram_page           2
#define XENMEM_current_reservation        3
#define XENMEM_maximum_reservation        4
#define XENMEM_machphys_mfn_list          5
#define XENMEM_populate_physmap           6
#define XENMEM_add_to_physmap             7
#define XENMEM_memory_map                 9
#define XENMEM_machine_memory_map         10
#define XENMEM_exchange                   11
#define XENMEM_machphys_mapping           12
#define XENMEM_set_memory_map             13
#define XENMEM_maximum_gpfn               14
#define XENMEM_remove_from_physmap        15
#define XENMEM_set_pod_target             16
#define XENMEM_get_pod_target             17
#define XENMEM_get_sharing_freed_pages    18
#define XENMEM_get_sharing_shared_pages   19
#define XENMEM_paging_op                  20
#define XENMEM_access_op                  21
#define XENMEM_sharing_op                 22
#define XENMEM_add_to_physmap_batch       23
#define XENMEM_claim_pages                24
#define XENMEM_machphys_compat_mfn_list   25
#define XENMEM_get_vnumainfo              26
#define XENMEM_reserved_device_memory_map 27
#define XENMEM_acquire_resource           28

/*
 * xen_memory_reservation.mem_flags: address width in bits 0-7, NUMA node + 1 in bits 8-15, then
 * these.
 */
#define XENMEMF_address_bits(x)     (x)
#define XENMEMF_get_address_bits(x) ((x)&0xffU)
#define XENMEMF_node(x)             (((x) + 1) << 8)
#define XENMEMF_get_node(x)         ((((x) >> 8) - 1) & 0xffU)
#define XENMEMF_populate_on_demand  (1 << 16)
#define XENMEMF_exact_node_request  (1 << 17)
#define XENMEMF_exact_node(n)       (XENMEMF_node(n) | XENMEMF_exact_node_request)
#define XENMEMF_vnode               (1 << 18)

struct xen_memory_reservation {
	uint64_t extent_start; /* xen_pfn_t *, in or out */
	uint64_t nr_extents;
	uint32_t extent_order;
	uint32_t mem_flags; /* XENMEMF_* */
	domid_t domid;
};

struct xen_memory_exchange {
	struct xen_memory_reservation in;
	struct xen_memory_reservation out;
	uint64_t nr_exchanged; /* 0 on entry; progress */
};

struct xen_memory_domain {
	domid_t domid;
};

struct xen_machphys_mfn_list {
	uint32_t max_extents;
	uint64_t extent_start; /* xen_pfn_t * */
	uint32_t nr_extents;
};

struct xen_machphys_mapping {
	uint64_t v_start;
	uint64_t v_end;
	uint64_t max_mfn;
};

#define XENMAPSPACE_shared_info  0
#define XENMAPSPACE_grant_table  1
#define XENMAPSPACE_gmfn         2
#define XENMAPSPACE_gmfn_range   3
#define XENMAPSPACE_gmfn_foreign 4 /* batch only */
#define XENMAPSPACE_dev_mmio     5

/* or'ed into idx: the status frames of version 2 */
#define XENMAPIDX_grant_table_status 0x80000000U

struct xen_add_to_physmap {
	domid_t domid;
	uint16_t size;  /* gmfn_range only: number of pages */
	uint32_t space; /* XENMAPSPACE_* */
	uint64_t idx;
	uint64_t gpfn;
};

union xen_add_to_physmap_batch_extra {
	domid_t foreign_domid; /* gmfn_foreign: whose pages idxs names */
	uint16_t res0;
};

struct xen_add_to_physmap_batch {
	domid_t domid;
	uint16_t space; /* XENMAPSPACE_* */
	uint16_t size;
	union xen_add_to_physmap_batch_extra u;
	uint64_t idxs;  /* xen_ulong_t * */
	uint64_t gpfns; /* xen_pfn_t * */
	uint64_t errs;  /* int *, out */
};

struct xen_remove_from_physmap {
	domid_t domid;
	uint64_t gpfn;
};

/* Entries are 20 bytes, as in BIOS E820: address, size, 32-bit type. */
struct xen_memory_map {
	uint32_t nr_entries; /* in: room; out: number of entries */
	uint64_t buffer;     /* void * */
};

struct xen_foreign_memory_map {
	domid_t domid;
	struct xen_memory_map map;
};

struct xen_pod_target {
	uint64_t target_pages; /* in */
	uint64_t tot_pages;    /* out, this and the next two */
	uint64_t pod_cache_pages;
	uint64_t pod_entries;
	domid_t domid;
};

#define XENMEM_paging_op_nominate 0
#define XENMEM_paging_op_evict    1
#define XENMEM_paging_op_prep     2

struct xen_mem_paging_op {
	uint8_t op;
	domid_t domain;
	uint64_t buffer; /* const uint8_t * */
	uint64_t gfn;
};

#define XENMEM_access_op_set_access       0
#define XENMEM_access_op_get_access       1
#define XENMEM_access_op_set_access_multi 4

struct xen_mem_access_op {
	uint8_t op;
	uint8_t access;
	domid_t domid;
	uint32_t nr;
	uint64_t pfn;
	uint64_t pfn_list;    /* const uint64_t * */
	uint64_t access_list; /* const uint8_t * */
};

#define XENMEM_RDM_ALL 1

struct xen_reserved_device_memory {
	uint64_t start_pfn;
	uint64_t nr_pages;
};

struct xen_reserved_device_memory_map {
	uint32_t flags;      /* XENMEM_RDM_ALL */
	uint32_t nr_entries; /* in: room; out: number of entries */
	uint64_t buffer;     /* struct xen_reserved_device_memory * */
	union {
		struct physdev_pci_device pci;
	} dev;
};

#define XENMEM_resource_ioreq_server                0
#define XENMEM_resource_grant_table                 1
#define XENMEM_resource_vmtrace_buf                 2

#define XENMEM_resource_grant_table_id_shared       0
#define XENMEM_resource_grant_table_id_status       1

#define XENMEM_resource_ioreq_server_frame_bufioreq 0
#define XENMEM_resource_ioreq_server_frame_ioreq(n) (1 + (n))

struct xen_mem_acquire_resource {
	domid_t domid;
	uint16_t type; /* XENMEM_resource_* */
	uint32_t id;
	uint32_t nr_frames;  /* 0 on entry with a null list: ask for the size */
	uint32_t pad;        /* 0 */
	uint64_t frame;      /* first frame of the resource */
	uint64_t frame_list; /* xen_pfn_t *: where to map them (in, translated domains) */
};

struct xen_vmemrange {
	uint64_t start;
	uint64_t end;
	uint32_t flags;
	uint32_t nid;
};

struct xen_vnuma_topology_info {
	domid_t domid;
	uint16_t pad;
	uint32_t nr_vnodes; /* in: room; out: number; this and the next two */
	uint32_t nr_vcpus;
	uint32_t nr_vmemranges;
	union {
		uint64_t h; /* unsigned int * */
		uint64_t pad;
	} vdistance;
	union {
		uint64_t h; /* unsigned int * */
		uint64_t pad;
	} vcpu_to_vnode;
	union {
		uint64_t h; /* struct xen_vmemrange * */
		uint64_t pad;
	} vmemrange;
};

ABI_SIZE(struct xen_memory_reservation, 32);
ABI_OFFSET(struct xen_memory_reservation, domid, 24);
ABI_SIZE(struct xen_memory_exchange, 72);
ABI_OFFSET(struct xen_memory_exchange, nr_exchanged, 64);
ABI_SIZE(struct xen_memory_domain, 2);
ABI_SIZE(struct xen_machphys_mfn_list, 24);
ABI_OFFSET(struct xen_machphys_mfn_list, nr_extents, 16);
ABI_SIZE(struct xen_machphys_mapping, 24);
ABI_OFFSET(struct xen_machphys_mapping, max_mfn, 16);
ABI_SIZE(struct xen_add_to_physmap, 24);
ABI_OFFSET(struct xen_add_to_physmap, gpfn, 16);
ABI_SIZE(union xen_add_to_physmap_batch_extra, 2);
ABI_SIZE(struct xen_add_to_physmap_batch, 32);
ABI_OFFSET(struct xen_add_to_physmap_batch, errs, 24);
ABI_OFFSET(struct xen_add_to_physmap_batch, u, 6);
ABI_SIZE(struct xen_remove_from_physmap, 16);
ABI_OFFSET(struct xen_remove_from_physmap, gpfn, 8);
ABI_SIZE(struct xen_memory_map, 16);
ABI_OFFSET(struct xen_memory_map, buffer, 8);
ABI_SIZE(struct xen_foreign_memory_map, 24);
ABI_OFFSET(struct xen_foreign_memory_map, map, 8);
ABI_SIZE(struct xen_pod_target, 40);
ABI_OFFSET(struct xen_pod_target, domid, 32);
ABI_SIZE(struct xen_mem_paging_op, 24);
ABI_OFFSET(struct xen_mem_paging_op, gfn, 16);
ABI_SIZE(struct xen_mem_access_op, 32);
ABI_OFFSET(struct xen_mem_access_op, access_list, 24);
ABI_SIZE(struct xen_reserved_device_memory, 16);
ABI_OFFSET(struct xen_reserved_device_memory, nr_pages, 8);
ABI_SIZE(struct xen_reserved_device_memory_map, 24);
ABI_OFFSET(struct xen_reserved_device_memory_map, dev, 16);
ABI_SIZE(struct xen_mem_acquire_resource, 32);
ABI_OFFSET(struct xen_mem_acquire_resource, frame_list, 24);
ABI_SIZE(struct xen_vmemrange, 24);
ABI_OFFSET(struct xen_vmemrange, nid, 20);
ABI_SIZE(struct xen_vnuma_topology_info, 40);
ABI_OFFSET(struct xen_vnuma_topology_info, vmemrange, 32);

#endif
