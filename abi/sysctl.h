// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen 4.20's sysctl.h: what the control domain asks and sets about the whole machine. Every
 * operation has its number; structures are here for those that Socle knows. Callers must send
 * exactly XEN_SYSCTL_INTERFACE_VERSION.
 */
#ifndef ABI_SYSCTL_H
#define ABI_SYSCTL_H

#include "domctl.h"

#define XEN_SYSCTL_INTERFACE_VERSION      0x00000015

#define XEN_SYSCTL_readconsole            1
#define XEN_SYSCTL_tbuf_op                2
#define XEN_SYSCTL_physinfo               3
#define XEN_SYSCTL_sched_id               4
#define XEN_SYSCTL_perfc_op               5
#define XEN_SYSCTL_getdomaininfolist      6
#define XEN_SYSCTL_debug_keys             7
#define XEN_SYSCTL_getcpuinfo             8
#define XEN_SYSCTL_availheap              9
#define XEN_SYSCTL_get_pmstat             10
#define XEN_SYSCTL_cpu_hotplug            11
#define XEN_SYSCTL_pm_op                  12
#define XEN_SYSCTL_page_offline_op        14
#define XEN_SYSCTL_lockprof_op            15
#define XEN_SYSCTL_cputopoinfo            16
#define XEN_SYSCTL_numainfo               17
#define XEN_SYSCTL_cpupool_op             18
#define XEN_SYSCTL_scheduler_op           19
#define XEN_SYSCTL_coverage_op            20
#define XEN_SYSCTL_psr_cmt_op             21
#define XEN_SYSCTL_pcitopoinfo            22
#define XEN_SYSCTL_psr_alloc              23
#define XEN_SYSCTL_get_cpu_levelling_caps 25
#define XEN_SYSCTL_get_cpu_featureset     26
#define XEN_SYSCTL_livepatch_op           27
#define XEN_SYSCTL_get_cpu_policy         29
#define XEN_SYSCTL_dt_overlay             30

struct xen_sysctl_readconsole {
	uint8_t clear;       /* in: empty the ring afterwards */
	uint8_t incremental; /* in: from index on; else from the oldest byte */
	uint8_t pad0;
	uint8_t pad1;
	uint32_t index;  /* in and out */
	uint64_t buffer; /* char * */
	uint32_t count;  /* in: room; out: bytes */
};

#define XEN_SYSCTL_PHYSCAP_hvm                (1U << 0)
#define XEN_SYSCTL_PHYSCAP_pv                 (1U << 1)
#define XEN_SYSCTL_PHYSCAP_directio           (1U << 2)
#define XEN_SYSCTL_PHYSCAP_hap                (1U << 3)
#define XEN_SYSCTL_PHYSCAP_shadow             (1U << 4)
#define XEN_SYSCTL_PHYSCAP_iommu_hap_pt_share (1U << 5)
#define XEN_SYSCTL_PHYSCAP_vmtrace            (1U << 6)
#define XEN_SYSCTL_PHYSCAP_vpmu               (1U << 7)
#define XEN_SYSCTL_PHYSCAP_gnttab_v1          (1U << 8)
#define XEN_SYSCTL_PHYSCAP_gnttab_v2          (1U << 9)
#define XEN_SYSCTL_PHYSCAP_MAX                XEN_SYSCTL_PHYSCAP_gnttab_v2

struct xen_sysctl_physinfo {
	uint32_t threads_per_core;
	uint32_t cores_per_socket;
	uint32_t nr_cpus; /* online */
	uint32_t max_cpu_id;
	uint32_t nr_nodes;
	uint32_t max_node_id;
	uint32_t cpu_khz;
	uint32_t capabilities; /* XEN_SYSCTL_PHYSCAP_* */
	uint32_t arch_capabilities;
	uint32_t pad;
	uint64_t total_pages;
	uint64_t free_pages;
	uint64_t scrub_pages;
	uint64_t outstanding_pages;
	uint64_t max_mfn;
	uint32_t hw_cap[8]; /* CPUID feature words in the order of Xen's feature set */
};

struct xen_sysctl_sched_id {
	uint32_t sched_id; /* XEN_SCHEDULER_* */
};

struct xen_sysctl_getdomaininfolist {
	domid_t first_domain;
	uint32_t max_domains;
	uint64_t buffer;      /* struct xen_domctl_getdomaininfo * */
	uint32_t num_domains; /* out */
};

struct xen_sysctl_debug_keys {
	uint64_t keys; /* const char * */
	uint32_t nr_keys;
};

struct xen_sysctl_cpuinfo {
	uint64_t idletime; /* ns */
};

struct xen_sysctl_getcpuinfo {
	uint32_t max_cpus;
	uint64_t info;    /* struct xen_sysctl_cpuinfo * */
	uint32_t nr_cpus; /* out */
};

struct xen_sysctl_availheap {
	uint32_t min_bitwidth; /* 0: any; the next one too */
	uint32_t max_bitwidth;
	int32_t node;         /* -1: all */
	uint64_t avail_bytes; /* out */
};

struct pm_px_val {
	uint64_t freq;
	uint64_t residency;
	uint64_t count;
};

struct pm_px_stat {
	uint8_t total;
	uint8_t usable;
	uint8_t last;
	uint8_t cur;
	uint64_t trans_pt; /* uint64_t * */
	uint64_t pt;       /* struct pm_px_val * */
};

struct pm_cx_stat {
	uint32_t nr;
	uint32_t last;
	uint64_t idle_time;
	uint64_t triggers; /* uint64_t *, this and the next */
	uint64_t residencies;
	uint32_t nr_pc;
	uint32_t nr_cc;
	uint64_t pc; /* uint64_t *, this and the next */
	uint64_t cc;
};

#define PMSTAT_CATEGORY_MASK 0xf0
#define PMSTAT_PX            0x10
#define PMSTAT_CX            0x20
#define PMSTAT_get_max_px    (PMSTAT_PX | 0x1)
#define PMSTAT_get_pxstat    (PMSTAT_PX | 0x2)
#define PMSTAT_reset_pxstat  (PMSTAT_PX | 0x3)
#define PMSTAT_get_max_cx    (PMSTAT_CX | 0x1)
#define PMSTAT_get_cxstat    (PMSTAT_CX | 0x2)
#define PMSTAT_reset_cxstat  (PMSTAT_CX | 0x3)

struct xen_sysctl_get_pmstat {
	uint32_t type; /* PMSTAT_* */
	uint32_t cpuid;
	union {
		struct pm_px_stat getpx;
		struct pm_cx_stat getcx;
	} u;
};

#define XEN_SYSCTL_CPU_HOTPLUG_ONLINE      0
#define XEN_SYSCTL_CPU_HOTPLUG_OFFLINE     1
#define XEN_SYSCTL_CPU_HOTPLUG_SMT_ENABLE  2
#define XEN_SYSCTL_CPU_HOTPLUG_SMT_DISABLE 3

struct xen_sysctl_cpu_hotplug {
	uint32_t cpu;
	uint32_t op; /* XEN_SYSCTL_CPU_HOTPLUG_* */
};

#define XEN_INVALID_CORE_ID   (~0U)
#define XEN_INVALID_SOCKET_ID (~0U)
#define XEN_INVALID_NODE_ID   (~0U)

struct xen_sysctl_cputopo {
	uint32_t core;
	uint32_t socket;
	uint32_t node;
};

struct xen_sysctl_cputopoinfo {
	uint32_t num_cpus; /* in: room; out: number */
	uint64_t cputopo;  /* struct xen_sysctl_cputopo * */
};

#define XEN_INVALID_MEM_SZ    (~0U)
#define XEN_INVALID_NODE_DIST (~0U)

struct xen_sysctl_meminfo {
	uint64_t memsize; /* bytes, both */
	uint64_t memfree;
};

struct xen_sysctl_numainfo {
	uint32_t num_nodes; /* in: room; out: number */
	uint64_t meminfo;   /* struct xen_sysctl_meminfo * */
	uint64_t distance;  /* uint32_t *, num_nodes squared */
};

#define XEN_INVALID_DEV (XEN_INVALID_NODE_ID - 1)

struct xen_sysctl_pcitopoinfo {
	uint32_t num_devs; /* in: number; out: number done */
	uint64_t devs;     /* struct physdev_pci_device * */
	uint64_t nodes;    /* uint32_t * */
};

#define XEN_SYSCTL_CPUPOOL_OP_CREATE     1
#define XEN_SYSCTL_CPUPOOL_OP_DESTROY    2
#define XEN_SYSCTL_CPUPOOL_OP_INFO       3
#define XEN_SYSCTL_CPUPOOL_OP_ADDCPU     4
#define XEN_SYSCTL_CPUPOOL_OP_RMCPU      5
#define XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN 6
#define XEN_SYSCTL_CPUPOOL_OP_FREEINFO   7
#define XEN_SYSCTL_CPUPOOL_PAR_ANY       0xFFFFFFFFU

struct xen_sysctl_cpupool_op {
	uint32_t op;         /* XEN_SYSCTL_CPUPOOL_OP_* */
	uint32_t cpupool_id; /* INFO: this pool or the next higher one */
	uint32_t sched_id;   /* XEN_SCHEDULER_* */
	uint32_t domid;
	uint32_t cpu;
	uint32_t n_dom;              /* out */
	struct xenctl_bitmap cpumap; /* out */
};

#define XEN_SYSCTL_SCHED_RATELIMIT_MAX   500000
#define XEN_SYSCTL_SCHED_RATELIMIT_MIN   100
#define XEN_SYSCTL_CSCHED_TSLICE_MAX     1000
#define XEN_SYSCTL_CSCHED_TSLICE_MIN     1
#define XEN_SYSCTL_CSCHED_MGR_DLY_MAX_US (100 * 1000)

struct xen_sysctl_credit_schedule {
	uint32_t tslice_ms;
	uint32_t ratelimit_us;
	uint32_t vcpu_migr_delay_us;
};

struct xen_sysctl_credit2_schedule {
	uint32_t ratelimit_us;
};

#define XEN_SYSCTL_SCHEDOP_putinfo 0
#define XEN_SYSCTL_SCHEDOP_getinfo 1

struct xen_sysctl_scheduler_op {
	uint32_t cpupool_id;
	uint32_t sched_id; /* XEN_SCHEDULER_* */
	uint32_t cmd;      /* XEN_SYSCTL_SCHEDOP_* */
	union {
		struct xen_sysctl_sched_arinc653 {
			uint64_t schedule; /* not supported here */
		} sched_arinc653;
		struct xen_sysctl_credit_schedule sched_credit;
		struct xen_sysctl_credit2_schedule sched_credit2;
	} u;
};

#define XEN_SYSCTL_CPU_LEVELCAP_faulting    (1UL << 0)
#define XEN_SYSCTL_CPU_LEVELCAP_ecx         (1UL << 1)
#define XEN_SYSCTL_CPU_LEVELCAP_edx         (1UL << 2)
#define XEN_SYSCTL_CPU_LEVELCAP_extd_ecx    (1UL << 3)
#define XEN_SYSCTL_CPU_LEVELCAP_extd_edx    (1UL << 4)
#define XEN_SYSCTL_CPU_LEVELCAP_xsave_eax   (1UL << 5)
#define XEN_SYSCTL_CPU_LEVELCAP_thermal_ecx (1UL << 6)
#define XEN_SYSCTL_CPU_LEVELCAP_l7s0_eax    (1UL << 7)
#define XEN_SYSCTL_CPU_LEVELCAP_l7s0_ebx    (1UL << 8)

struct xen_sysctl_cpu_levelling_caps {
	uint32_t caps; /* XEN_SYSCTL_CPU_LEVELCAP_* */
};

#define XEN_SYSCTL_cpu_featureset_raw     0
#define XEN_SYSCTL_cpu_featureset_host    1
#define XEN_SYSCTL_cpu_featureset_pv      2
#define XEN_SYSCTL_cpu_featureset_hvm     3
#define XEN_SYSCTL_cpu_featureset_pv_max  4
#define XEN_SYSCTL_cpu_featureset_hvm_max 5

struct xen_sysctl_cpu_featureset {
	uint32_t index;       /* XEN_SYSCTL_cpu_featureset_* */
	uint32_t nr_features; /* in: room; out: number of words */
	uint64_t features;    /* uint32_t * */
};

#define XEN_SYSCTL_cpu_policy_raw         0
#define XEN_SYSCTL_cpu_policy_host        1
#define XEN_SYSCTL_cpu_policy_pv_max      2
#define XEN_SYSCTL_cpu_policy_hvm_max     3
#define XEN_SYSCTL_cpu_policy_pv_default  4
#define XEN_SYSCTL_cpu_policy_hvm_default 5

struct xen_sysctl_cpu_policy {
	uint32_t index;     /* XEN_SYSCTL_cpu_policy_* */
	uint32_t nr_leaves; /* in: room; out: number; the next one too */
	uint32_t nr_msrs;
	uint32_t _rsvd;
	uint64_t leaves; /* struct xen_cpuid_leaf * */
	uint64_t msrs;   /* struct xen_msr_entry * */
};

struct xen_sysctl {
	uint32_t cmd;               /* XEN_SYSCTL_* */
	uint32_t interface_version; /* XEN_SYSCTL_INTERFACE_VERSION */
	union {
		struct xen_sysctl_readconsole readconsole;
		struct xen_sysctl_physinfo physinfo;
		struct xen_sysctl_cputopoinfo cputopoinfo;
		struct xen_sysctl_pcitopoinfo pcitopoinfo;
		struct xen_sysctl_numainfo numainfo;
		struct xen_sysctl_sched_id sched_id;
		struct xen_sysctl_getdomaininfolist getdomaininfolist;
		struct xen_sysctl_debug_keys debug_keys;
		struct xen_sysctl_getcpuinfo getcpuinfo;
		struct xen_sysctl_availheap availheap;
		struct xen_sysctl_get_pmstat get_pmstat;
		struct xen_sysctl_cpu_hotplug cpu_hotplug;
		struct xen_sysctl_cpupool_op cpupool_op;
		struct xen_sysctl_scheduler_op scheduler_op;
		struct xen_sysctl_cpu_levelling_caps cpu_levelling_caps;
		struct xen_sysctl_cpu_featureset cpu_featureset;
		struct xen_sysctl_cpu_policy cpu_policy;
		uint8_t pad[128];
	} u;
};

ABI_SIZE(struct xen_sysctl_readconsole, 24);
ABI_OFFSET(struct xen_sysctl_readconsole, count, 16);
ABI_SIZE(struct xen_sysctl_physinfo, 112);
ABI_OFFSET(struct xen_sysctl_physinfo, max_node_id, 20);
ABI_OFFSET(struct xen_sysctl_physinfo, total_pages, 40);
ABI_OFFSET(struct xen_sysctl_physinfo, hw_cap, 80);
ABI_SIZE(struct xen_sysctl_sched_id, 4);
ABI_SIZE(struct xen_sysctl_getdomaininfolist, 24);
ABI_OFFSET(struct xen_sysctl_getdomaininfolist, num_domains, 16);
ABI_SIZE(struct xen_sysctl_debug_keys, 16);
ABI_OFFSET(struct xen_sysctl_debug_keys, nr_keys, 8);
ABI_SIZE(struct xen_sysctl_cpuinfo, 8);
ABI_SIZE(struct xen_sysctl_getcpuinfo, 24);
ABI_OFFSET(struct xen_sysctl_getcpuinfo, nr_cpus, 16);
ABI_SIZE(struct xen_sysctl_availheap, 24);
ABI_OFFSET(struct xen_sysctl_availheap, avail_bytes, 16);
ABI_SIZE(struct pm_px_val, 24);
ABI_OFFSET(struct pm_px_val, count, 16);
ABI_SIZE(struct pm_px_stat, 24);
ABI_OFFSET(struct pm_px_stat, pt, 16);
ABI_SIZE(struct pm_cx_stat, 56);
ABI_OFFSET(struct pm_cx_stat, triggers, 16);
ABI_OFFSET(struct pm_cx_stat, nr_cc, 36);
ABI_OFFSET(struct pm_cx_stat, cc, 48);
ABI_SIZE(struct xen_sysctl_get_pmstat, 64);
ABI_OFFSET(struct xen_sysctl_get_pmstat, u, 8);
ABI_SIZE(struct xen_sysctl_cpu_hotplug, 8);
ABI_OFFSET(struct xen_sysctl_cpu_hotplug, op, 4);
ABI_SIZE(struct xen_sysctl_cputopo, 12);
ABI_OFFSET(struct xen_sysctl_cputopo, node, 8);
ABI_SIZE(struct xen_sysctl_cputopoinfo, 16);
ABI_OFFSET(struct xen_sysctl_cputopoinfo, cputopo, 8);
ABI_SIZE(struct xen_sysctl_meminfo, 16);
ABI_OFFSET(struct xen_sysctl_meminfo, memfree, 8);
ABI_SIZE(struct xen_sysctl_numainfo, 24);
ABI_OFFSET(struct xen_sysctl_numainfo, distance, 16);
ABI_SIZE(struct xen_sysctl_pcitopoinfo, 24);
ABI_OFFSET(struct xen_sysctl_pcitopoinfo, nodes, 16);
ABI_SIZE(struct xen_sysctl_cpupool_op, 40);
ABI_OFFSET(struct xen_sysctl_cpupool_op, cpumap, 24);
ABI_SIZE(struct xen_sysctl_credit_schedule, 12);
ABI_OFFSET(struct xen_sysctl_credit_schedule, vcpu_migr_delay_us, 8);
ABI_SIZE(struct xen_sysctl_credit2_schedule, 4);
ABI_SIZE(struct xen_sysctl_scheduler_op, 32);
ABI_OFFSET(struct xen_sysctl_scheduler_op, u, 16);
ABI_SIZE(struct xen_sysctl_sched_arinc653, 8);
ABI_SIZE(struct xen_sysctl_cpu_levelling_caps, 4);
ABI_SIZE(struct xen_sysctl_cpu_featureset, 16);
ABI_OFFSET(struct xen_sysctl_cpu_featureset, features, 8);
ABI_SIZE(struct xen_sysctl_cpu_policy, 32);
ABI_OFFSET(struct xen_sysctl_cpu_policy, msrs, 24);
ABI_SIZE(struct xen_sysctl, 136);
ABI_OFFSET(struct xen_sysctl, u, 8);

#endif
