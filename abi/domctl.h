// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen 4.20's domctl.h: how the toolstack creates, feeds, inspects and destroys domains.
 * Every operation has its number here; structures are here for those that Socle's toolstack or
 * hypervisor knows. Callers must send exactly XEN_DOMCTL_INTERFACE_VERSION.
 */
#ifndef ABI_DOMCTL_H
#define ABI_DOMCTL_H

#include "domctl_device.h"
#include "event_channel.h"
#include "grant_table.h"
#include "hvm_save.h"
#include "memory.h"

#define XEN_DOMCTL_INTERFACE_VERSION       0x00000017

#define XEN_DOMCTL_createdomain            1
#define XEN_DOMCTL_destroydomain           2
#define XEN_DOMCTL_pausedomain             3
#define XEN_DOMCTL_unpausedomain           4
#define XEN_DOMCTL_getdomaininfo           5
#define XEN_DOMCTL_setvcpuaffinity         9
#define XEN_DOMCTL_shadow_op               10
#define XEN_DOMCTL_max_mem                 11
#define XEN_DOMCTL_setvcpucontext          12
#define XEN_DOMCTL_getvcpucontext          13
#define XEN_DOMCTL_getvcpuinfo             14
#define XEN_DOMCTL_max_vcpus               15
#define XEN_DOMCTL_scheduler_op            16
#define XEN_DOMCTL_setdomainhandle         17
#define XEN_DOMCTL_setdebugging            18
#define XEN_DOMCTL_irq_permission          19
#define XEN_DOMCTL_iomem_permission        20
#define XEN_DOMCTL_ioport_permission       21
#define XEN_DOMCTL_hypercall_init          22
#define XEN_DOMCTL_settimeoffset           24
#define XEN_DOMCTL_getvcpuaffinity         25
#define XEN_DOMCTL_real_mode_area          26
#define XEN_DOMCTL_resumedomain            27
#define XEN_DOMCTL_sendtrigger             28
#define XEN_DOMCTL_subscribe               29
#define XEN_DOMCTL_gethvmcontext           33
#define XEN_DOMCTL_sethvmcontext           34
#define XEN_DOMCTL_set_address_size        35
#define XEN_DOMCTL_get_address_size        36
#define XEN_DOMCTL_assign_device           37
#define XEN_DOMCTL_bind_pt_irq             38
#define XEN_DOMCTL_memory_mapping          39
#define XEN_DOMCTL_ioport_mapping          40
#define XEN_DOMCTL_set_ext_vcpucontext     42
#define XEN_DOMCTL_get_ext_vcpucontext     43
#define XEN_DOMCTL_set_opt_feature         44
#define XEN_DOMCTL_test_assign_device      45
#define XEN_DOMCTL_set_target              46
#define XEN_DOMCTL_deassign_device         47
#define XEN_DOMCTL_unbind_pt_irq           48
#define XEN_DOMCTL_get_device_group        50
#define XEN_DOMCTL_debug_op                54
#define XEN_DOMCTL_gethvmcontext_partial   55
#define XEN_DOMCTL_vm_event_op             56
#define XEN_DOMCTL_mem_sharing_op          57
#define XEN_DOMCTL_gettscinfo              59
#define XEN_DOMCTL_settscinfo              60
#define XEN_DOMCTL_getpageframeinfo3       61
#define XEN_DOMCTL_setvcpuextstate         62
#define XEN_DOMCTL_getvcpuextstate         63
#define XEN_DOMCTL_set_access_required     64
#define XEN_DOMCTL_audit_p2m               65
#define XEN_DOMCTL_set_virq_handler        66
#define XEN_DOMCTL_set_broken_page_p2m     67
#define XEN_DOMCTL_setnodeaffinity         68
#define XEN_DOMCTL_getnodeaffinity         69
#define XEN_DOMCTL_cacheflush              71
#define XEN_DOMCTL_get_vcpu_msrs           72
#define XEN_DOMCTL_set_vcpu_msrs           73
#define XEN_DOMCTL_setvnumainfo            74
#define XEN_DOMCTL_psr_cmt_op              75
#define XEN_DOMCTL_monitor_op              77
#define XEN_DOMCTL_psr_alloc               78
#define XEN_DOMCTL_soft_reset              79
#define XEN_DOMCTL_vuart_op                81
#define XEN_DOMCTL_get_cpu_policy          82
#define XEN_DOMCTL_set_cpu_policy          83
#define XEN_DOMCTL_vmtrace_op              84
#define XEN_DOMCTL_get_paging_mempool_size 85
#define XEN_DOMCTL_set_paging_mempool_size 86
#define XEN_DOMCTL_dt_overlay              87
#define XEN_DOMCTL_gsi_permission          88
#define XEN_DOMCTL_set_llc_colors          89
#define XEN_DOMCTL_gdbsx_guestmemio        1000
#define XEN_DOMCTL_gdbsx_pausevcpu         1001
#define XEN_DOMCTL_gdbsx_unpausevcpu       1002
#define XEN_DOMCTL_gdbsx_domstatus         1003

#define XEN_DOMCTL_CDF_hvm                 (1U << 0) /* HVM or PVH, not classic PV */
#define XEN_DOMCTL_CDF_hap                 (1U << 1) /* nested paging */
#define XEN_DOMCTL_CDF_s3_integrity        (1U << 2)
#define XEN_DOMCTL_CDF_oos_off             (1U << 3)
#define XEN_DOMCTL_CDF_xs_domain           (1U << 4)
#define XEN_DOMCTL_CDF_iommu               (1U << 5)
#define XEN_DOMCTL_CDF_nested_virt         (1U << 6)
#define XEN_DOMCTL_CDF_vpmu                (1U << 7)
#define XEN_DOMCTL_CDF_MAX                 XEN_DOMCTL_CDF_vpmu

#define XEN_DOMCTL_IOMMU_no_sharept        (1U << 0)
#define XEN_DOMCTL_IOMMU_MAX               XEN_DOMCTL_IOMMU_no_sharept

#define XEN_DOMCTL_GRANT_version_mask      0xf
#define XEN_DOMCTL_GRANT_version(v)        ((v)&XEN_DOMCTL_GRANT_version_mask)

#define XEN_DOMCTL_ALTP2M_mixed            1U
#define XEN_DOMCTL_ALTP2M_external         2U
#define XEN_DOMCTL_ALTP2M_limited          3U
#define XEN_DOMCTL_ALTP2M_mode_mask        3U

/* The new id goes in and comes out in xen_domctl.domain; 0 or DOMID_INVALID: any free one. */
struct xen_domctl_createdomain {
	uint32_t ssidref;
	xen_domain_handle_t handle;
	uint32_t flags;      /* XEN_DOMCTL_CDF_* */
	uint32_t iommu_opts; /* XEN_DOMCTL_IOMMU_* */
	uint32_t max_vcpus;
	uint32_t max_evtchn_port;
	int32_t max_grant_frames; /* negative: the hypervisor's default; the next one too */
	int32_t max_maptrack_frames;
	uint32_t grant_opts; /* XEN_DOMCTL_GRANT_version */
	uint32_t altp2m_opts;
	uint32_t vmtrace_size;
	uint32_t cpupool_id;
	struct xen_arch_domainconfig arch;
};

#define XEN_DOMINF_dying         (1U << 0)
#define XEN_DOMINF_hvm_guest     (1U << 1)
#define XEN_DOMINF_shutdown      (1U << 2)
#define XEN_DOMINF_paused        (1U << 3)
#define XEN_DOMINF_blocked       (1U << 4)
#define XEN_DOMINF_running       (1U << 5)
#define XEN_DOMINF_debugged      (1U << 6)
#define XEN_DOMINF_xs_domain     (1U << 7)
#define XEN_DOMINF_hap           (1U << 8)
#define XEN_DOMINF_shutdownmask  255 /* SHUTDOWN_*, after the shift */
#define XEN_DOMINF_shutdownshift 16

#define XEN_INVALID_MAX_VCPU_ID  (~0U)

struct xen_domctl_getdomaininfo {
	domid_t domain;
	uint16_t pad1;
	uint32_t flags; /* XEN_DOMINF_* */
	uint64_t tot_pages;
	uint64_t max_pages;
	uint64_t outstanding_pages;
	uint64_t shr_pages;
	uint64_t paged_pages;
	uint64_t shared_info_frame; /* guest frame; ~0 when nowhere */
	uint64_t cpu_time;          /* ns */
	uint32_t nr_online_vcpus;
	uint32_t max_vcpu_id; /* XEN_INVALID_MAX_VCPU_ID: no vCPU */
	uint32_t ssidref;
	xen_domain_handle_t handle;
	uint32_t cpupool;
	uint8_t gpaddr_bits;
	uint8_t pad2[7];
	struct xen_arch_domainconfig arch_config;
};

#define XEN_DOMCTL_PFINFO_LTAB_SHIFT    28
#define XEN_DOMCTL_PFINFO_NOTAB         (0x0U << 28)
#define XEN_DOMCTL_PFINFO_L1TAB         (0x1U << 28)
#define XEN_DOMCTL_PFINFO_L2TAB         (0x2U << 28)
#define XEN_DOMCTL_PFINFO_L3TAB         (0x3U << 28)
#define XEN_DOMCTL_PFINFO_L4TAB         (0x4U << 28)
#define XEN_DOMCTL_PFINFO_LTABTYPE_MASK (0x7U << 28)
#define XEN_DOMCTL_PFINFO_LPINTAB       (0x1U << 31)
#define XEN_DOMCTL_PFINFO_XTAB          (0xfU << 28)
#define XEN_DOMCTL_PFINFO_XALLOC        (0xeU << 28)
#define XEN_DOMCTL_PFINFO_BROKEN        (0xdU << 28)
#define XEN_DOMCTL_PFINFO_LTAB_MASK     (0xfU << 28)

struct xen_domctl_getpageframeinfo3 {
	uint64_t num;
	uint64_t array; /* xen_pfn_t *, frames in, XEN_DOMCTL_PFINFO_* out */
};

#define XEN_DOMCTL_SHADOW_OP_OFF             0
#define XEN_DOMCTL_SHADOW_OP_ENABLE_TEST     1
#define XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY 2
#define XEN_DOMCTL_SHADOW_OP_CLEAN           11 /* read and clear the dirty bitmap */
#define XEN_DOMCTL_SHADOW_OP_PEEK            12 /* read it */
#define XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION  30
#define XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION  31
#define XEN_DOMCTL_SHADOW_OP_ENABLE          32

#define XEN_DOMCTL_SHADOW_ENABLE_REFCOUNT    (1 << 1)
#define XEN_DOMCTL_SHADOW_ENABLE_LOG_DIRTY   (1 << 2)
#define XEN_DOMCTL_SHADOW_ENABLE_TRANSLATE   (1 << 3)
#define XEN_DOMCTL_SHADOW_ENABLE_EXTERNAL    (1 << 4)
#define XEN_DOMCTL_SHADOW_LOGDIRTY_FINAL     (1 << 0)

struct xen_domctl_shadow_op_stats {
	uint32_t fault_count;
	uint32_t dirty_count;
};

struct xen_domctl_shadow_op {
	uint32_t op;           /* XEN_DOMCTL_SHADOW_OP_* */
	uint32_t mode;         /* XEN_DOMCTL_SHADOW_ENABLE_* */
	uint32_t mb;           /* allocation, MiB */
	uint64_t dirty_bitmap; /* uint8_t * */
	uint64_t pages;        /* in: room in the bitmap; out: pages covered */
	struct xen_domctl_shadow_op_stats stats;
};

struct xen_domctl_max_mem {
	uint64_t max_memkb;
};

struct xen_domctl_vcpucontext {
	uint32_t vcpu;
	uint64_t ctxt; /* struct vcpu_guest_context * */
};

struct xen_domctl_getvcpuinfo {
	uint32_t vcpu; /* in */
	uint8_t online;
	uint8_t blocked;
	uint8_t running;
	uint64_t cpu_time; /* ns */
	uint32_t cpu;      /* where it runs, or ran last */
};

struct xen_domctl_nodeaffinity {
	struct xenctl_bitmap nodemap;
};

#define XEN_VCPUAFFINITY_HARD  (1U << 0)
#define XEN_VCPUAFFINITY_SOFT  (1U << 1)
#define XEN_VCPUAFFINITY_FORCE (1U << 2)

struct xen_domctl_vcpuaffinity {
	uint32_t vcpu;
	uint32_t flags; /* XEN_VCPUAFFINITY_* */
	struct xenctl_bitmap cpumap_hard;
	struct xenctl_bitmap cpumap_soft;
};

struct xen_domctl_max_vcpus {
	uint32_t max;
};

#define XEN_SCHEDULER_CREDIT   5
#define XEN_SCHEDULER_CREDIT2  6
#define XEN_SCHEDULER_ARINC653 7
#define XEN_SCHEDULER_RTDS     8
#define XEN_SCHEDULER_NULL     9

struct xen_domctl_sched_credit {
	uint16_t weight; /* 256 is normal */
	uint16_t cap;    /* percent of one CPU; 0: none */
};

struct xen_domctl_sched_credit2 {
	uint16_t weight;
	uint16_t cap;
};

#define XEN_DOMCTL_SCHEDRT_extra (1U << 0)

struct xen_domctl_sched_rtds {
	uint32_t period; /* us, both */
	uint32_t budget;
	uint32_t flags; /* XEN_DOMCTL_SCHEDRT_extra */
};

struct xen_domctl_schedparam_vcpu {
	union {
		struct xen_domctl_sched_credit credit;
		struct xen_domctl_sched_credit2 credit2;
		struct xen_domctl_sched_rtds rtds;
	} u;
	uint32_t vcpuid;
};

#define XEN_DOMCTL_SCHEDOP_putinfo     0
#define XEN_DOMCTL_SCHEDOP_getinfo     1
#define XEN_DOMCTL_SCHEDOP_putvcpuinfo 2
#define XEN_DOMCTL_SCHEDOP_getvcpuinfo 3

struct xen_domctl_scheduler_op {
	uint32_t sched_id; /* XEN_SCHEDULER_* */
	uint32_t cmd;      /* XEN_DOMCTL_SCHEDOP_* */
	union {
		struct xen_domctl_sched_credit credit;
		struct xen_domctl_sched_credit2 credit2;
		struct xen_domctl_sched_rtds rtds;
		struct {
			uint64_t vcpus; /* struct xen_domctl_schedparam_vcpu * */
			uint32_t nr_vcpus;
			uint32_t padding;
		} v;
	} u;
};

struct xen_domctl_setdomainhandle {
	xen_domain_handle_t handle;
};

struct xen_domctl_setdebugging {
	uint8_t enable;
};

struct xen_domctl_hypercall_init {
	uint64_t gmfn; /* frame to fill with a hypercall page */
};

struct xen_domctl_settimeoffset {
	int64_t time_offset_seconds;
};

struct xen_domctl_hvmcontext {
	uint32_t size;   /* in: room; out: used, also when there is no buffer */
	uint64_t buffer; /* uint8_t *, records of hvm_save.h */
};

struct xen_domctl_hvmcontext_partial {
	uint32_t type; /* HVM_SAVE_CODE_* */
	uint32_t instance;
	uint64_t bufsz;  /* in: room; out: used */
	uint64_t buffer; /* uint8_t *, one record without its descriptor */
};

struct xen_domctl_address_size {
	uint32_t size; /* 32 or 64 */
};

#define XEN_DOMCTL_SENDTRIGGER_NMI   0
#define XEN_DOMCTL_SENDTRIGGER_RESET 1
#define XEN_DOMCTL_SENDTRIGGER_INIT  2
#define XEN_DOMCTL_SENDTRIGGER_POWER 3
#define XEN_DOMCTL_SENDTRIGGER_SLEEP 4

struct xen_domctl_sendtrigger {
	uint32_t trigger; /* XEN_DOMCTL_SENDTRIGGER_* */
	uint32_t vcpu;
};

struct xen_domctl_set_target {
	domid_t target;
};

#define XEN_CPUID_INPUT_UNUSED 0xFFFFFFFF

struct xen_domctl_cpu_policy {
	uint32_t nr_leaves; /* in: room or number; out: number; the next one too */
	uint32_t nr_msrs;
	uint64_t leaves;   /* struct xen_cpuid_leaf * */
	uint64_t msrs;     /* struct xen_msr_entry * */
	uint32_t err_leaf; /* out, when set fails: what was wrong, else ~0 */
	uint32_t err_subleaf;
	uint32_t err_msr;
};

struct xen_domctl_subscribe {
	uint32_t port;
};

#define XEN_DOMCTL_DEBUG_OP_SINGLE_STEP_OFF 0
#define XEN_DOMCTL_DEBUG_OP_SINGLE_STEP_ON  1

struct xen_domctl_debug_op {
	uint32_t op; /* XEN_DOMCTL_DEBUG_OP_* */
	uint32_t vcpu;
};

struct xen_domctl_tsc_info {
	uint32_t tsc_mode; /* XEN_CPUID_TSC_MODE_*, in cpuid.h */
	uint32_t gtsc_khz;
	uint32_t incarnation; /* number of times that it was restored */
	uint32_t pad;
	uint64_t elapsed_nsec;
};

struct xen_domctl_set_virq_handler {
	uint32_t virq;
};

struct xen_domctl_vcpuextstate {
	uint32_t vcpu;
	uint64_t xfeature_mask;
	uint64_t size;
	uint64_t buffer; /* uint64_t * */
};

struct xen_domctl_set_access_required {
	uint8_t access_required;
};

struct xen_domctl_cacheflush {
	uint64_t start_pfn;
	uint64_t nr_pfns;
};

struct xen_domctl_paging_mempool {
	uint64_t size; /* bytes */
};

/* Socle's: gva is guest-physical, whatever paging the domain has. Xen's are page tables' tops. */
#define SOCLE_GDBSX_PHYSICAL (~0ULL)

/* Copies between the caller's memory and the domain's: gva as vCPU 0 sees it (physical while its
 * paging is off). */
struct xen_domctl_gdbsx_memio {
	uint64_t pgd3val; /* 0, or SOCLE_GDBSX_PHYSICAL */
	uint64_t gva;
	uint64_t uva;
	uint32_t len;
	uint8_t gwr;     /* 1: write to the domain */
	uint32_t remain; /* out: bytes not copied */
};

struct xen_domctl_vcpu_msr {
	uint32_t index;
	uint32_t reserved;
	uint64_t value;
};

struct xen_domctl_vcpu_msrs {
	uint32_t vcpu;
	uint32_t msr_count; /* in: room or number; out: number */
	uint64_t msrs;      /* struct xen_domctl_vcpu_msr * */
};

struct xen_domctl_vnuma {
	uint32_t nr_vnodes;
	uint32_t nr_vmemranges;
	uint32_t nr_vcpus;
	uint32_t pad;
	uint64_t vdistance;      /* unsigned int *, nr_vnodes squared */
	uint64_t vcpu_to_vnode;  /* unsigned int * */
	uint64_t vnode_to_pnode; /* unsigned int * */
	uint64_t vmemrange;      /* struct xen_vmemrange * */
};

struct xen_domctl {
	uint32_t cmd;               /* XEN_DOMCTL_* */
	uint32_t interface_version; /* XEN_DOMCTL_INTERFACE_VERSION */
	domid_t domain;
	uint16_t _pad[3]; /* 0 */
	union {
		struct xen_domctl_createdomain createdomain;
		struct xen_domctl_getdomaininfo getdomaininfo;
		struct xen_domctl_getpageframeinfo3 getpageframeinfo3;
		struct xen_domctl_nodeaffinity nodeaffinity;
		struct xen_domctl_vcpuaffinity vcpuaffinity;
		struct xen_domctl_shadow_op shadow_op;
		struct xen_domctl_max_mem max_mem;
		struct xen_domctl_vcpucontext vcpucontext;
		struct xen_domctl_getvcpuinfo getvcpuinfo;
		struct xen_domctl_max_vcpus max_vcpus;
		struct xen_domctl_scheduler_op scheduler_op;
		struct xen_domctl_setdomainhandle setdomainhandle;
		struct xen_domctl_setdebugging setdebugging;
		struct xen_domctl_irq_permission irq_permission;
		struct xen_domctl_gsi_permission gsi_permission;
		struct xen_domctl_iomem_permission iomem_permission;
		struct xen_domctl_ioport_permission ioport_permission;
		struct xen_domctl_hypercall_init hypercall_init;
		struct xen_domctl_settimeoffset settimeoffset;
		struct xen_domctl_tsc_info tsc_info;
		struct xen_domctl_hvmcontext hvmcontext;
		struct xen_domctl_hvmcontext_partial hvmcontext_partial;
		struct xen_domctl_address_size address_size;
		struct xen_domctl_sendtrigger sendtrigger;
		struct xen_domctl_assign_device assign_device;
		struct xen_domctl_get_device_group get_device_group;
		struct xen_domctl_memory_mapping memory_mapping;
		struct xen_domctl_ioport_mapping ioport_mapping;
		struct xen_domctl_set_target set_target;
		struct xen_domctl_subscribe subscribe;
		struct xen_domctl_debug_op debug_op;
		struct xen_domctl_cpu_policy cpu_policy;
		struct xen_domctl_vcpuextstate vcpuextstate;
		struct xen_domctl_vcpu_msrs vcpu_msrs;
		struct xen_domctl_set_access_required access_required;
		struct xen_domctl_set_virq_handler set_virq_handler;
		struct xen_domctl_gdbsx_memio gdbsx_guest_memio;
		struct xen_domctl_cacheflush cacheflush;
		struct xen_domctl_vnuma vnuma;
		struct xen_domctl_paging_mempool paging_mempool;
		uint8_t pad[128];
	} u;
};

ABI_SIZE(struct xen_domctl_createdomain, 68);
ABI_OFFSET(struct xen_domctl_createdomain, max_vcpus, 28);
ABI_OFFSET(struct xen_domctl_createdomain, grant_opts, 44);
ABI_OFFSET(struct xen_domctl_createdomain, arch, 60);
ABI_SIZE(struct xen_domctl_getdomaininfo, 112);
ABI_OFFSET(struct xen_domctl_getdomaininfo, shr_pages, 32);
ABI_OFFSET(struct xen_domctl_getdomaininfo, ssidref, 72);
ABI_OFFSET(struct xen_domctl_getdomaininfo, arch_config, 104);
ABI_SIZE(struct xen_domctl_getpageframeinfo3, 16);
ABI_OFFSET(struct xen_domctl_getpageframeinfo3, array, 8);
ABI_SIZE(struct xen_domctl_shadow_op_stats, 8);
ABI_OFFSET(struct xen_domctl_shadow_op_stats, dirty_count, 4);
ABI_SIZE(struct xen_domctl_shadow_op, 40);
ABI_OFFSET(struct xen_domctl_shadow_op, stats, 32);
ABI_SIZE(struct xen_domctl_max_mem, 8);
ABI_SIZE(struct xen_domctl_vcpucontext, 16);
ABI_OFFSET(struct xen_domctl_vcpucontext, ctxt, 8);
ABI_SIZE(struct xen_domctl_getvcpuinfo, 24);
ABI_OFFSET(struct xen_domctl_getvcpuinfo, cpu, 16);
ABI_SIZE(struct xen_domctl_nodeaffinity, 16);
ABI_SIZE(struct xen_domctl_vcpuaffinity, 40);
ABI_OFFSET(struct xen_domctl_vcpuaffinity, cpumap_soft, 24);
ABI_SIZE(struct xen_domctl_max_vcpus, 4);
ABI_SIZE(struct xen_domctl_sched_credit, 4);
ABI_OFFSET(struct xen_domctl_sched_credit, cap, 2);
ABI_SIZE(struct xen_domctl_sched_credit2, 4);
ABI_OFFSET(struct xen_domctl_sched_credit2, cap, 2);
ABI_SIZE(struct xen_domctl_sched_rtds, 12);
ABI_OFFSET(struct xen_domctl_sched_rtds, flags, 8);
ABI_SIZE(struct xen_domctl_schedparam_vcpu, 16);
ABI_OFFSET(struct xen_domctl_schedparam_vcpu, vcpuid, 12);
ABI_OFFSET(struct xen_domctl_schedparam_vcpu, u, 0);
ABI_SIZE(struct xen_domctl_scheduler_op, 24);
ABI_OFFSET(struct xen_domctl_scheduler_op, u, 8);
ABI_SIZE(struct xen_domctl_setdomainhandle, 16);
ABI_SIZE(struct xen_domctl_setdebugging, 1);
ABI_SIZE(struct xen_domctl_hypercall_init, 8);
ABI_SIZE(struct xen_domctl_settimeoffset, 8);
ABI_SIZE(struct xen_domctl_hvmcontext, 16);
ABI_OFFSET(struct xen_domctl_hvmcontext, buffer, 8);
ABI_SIZE(struct xen_domctl_hvmcontext_partial, 24);
ABI_OFFSET(struct xen_domctl_hvmcontext_partial, buffer, 16);
ABI_SIZE(struct xen_domctl_address_size, 4);
ABI_SIZE(struct xen_domctl_sendtrigger, 8);
ABI_OFFSET(struct xen_domctl_sendtrigger, vcpu, 4);
ABI_SIZE(struct xen_domctl_set_target, 2);
ABI_SIZE(struct xen_domctl_cpu_policy, 40);
ABI_OFFSET(struct xen_domctl_cpu_policy, err_msr, 32);
ABI_SIZE(struct xen_domctl_subscribe, 4);
ABI_SIZE(struct xen_domctl_debug_op, 8);
ABI_OFFSET(struct xen_domctl_debug_op, vcpu, 4);
ABI_SIZE(struct xen_domctl_tsc_info, 24);
ABI_OFFSET(struct xen_domctl_tsc_info, elapsed_nsec, 16);
ABI_SIZE(struct xen_domctl_set_virq_handler, 4);
ABI_SIZE(struct xen_domctl_vcpuextstate, 32);
ABI_OFFSET(struct xen_domctl_vcpuextstate, buffer, 24);
ABI_SIZE(struct xen_domctl_set_access_required, 1);
ABI_SIZE(struct xen_domctl_cacheflush, 16);
ABI_OFFSET(struct xen_domctl_cacheflush, nr_pfns, 8);
ABI_SIZE(struct xen_domctl_paging_mempool, 8);
ABI_SIZE(struct xen_domctl_gdbsx_memio, 40);
ABI_OFFSET(struct xen_domctl_gdbsx_memio, remain, 32);
ABI_SIZE(struct xen_domctl_vcpu_msr, 16);
ABI_OFFSET(struct xen_domctl_vcpu_msr, value, 8);
ABI_SIZE(struct xen_domctl_vcpu_msrs, 16);
ABI_OFFSET(struct xen_domctl_vcpu_msrs, msrs, 8);
ABI_SIZE(struct xen_domctl_vnuma, 48);
ABI_OFFSET(struct xen_domctl_vnuma, vmemrange, 40);
ABI_SIZE(struct xen_domctl, 144);
ABI_OFFSET(struct xen_domctl, u, 16);

#endif
