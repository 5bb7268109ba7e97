// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's vcpu.h and hvm/hvm_vcpu.h: arguments of vcpu_op: bringing vCPUs up, their timers,
 * and the areas of memory in which the hypervisor keeps their state for them.
 */
#ifndef ABI_VCPU_H
#define ABI_VCPU_H

#include "xen.h"

#define VCPUOP_initialise                     0
#define VCPUOP_up                             1
#define VCPUOP_down                           2
#define VCPUOP_is_up                          3
#define VCPUOP_get_runstate_info              4
#define VCPUOP_register_runstate_memory_area  5
#define VCPUOP_set_periodic_timer             6
#define VCPUOP_stop_periodic_timer            7
#define VCPUOP_set_singleshot_timer           8
#define VCPUOP_stop_singleshot_timer          9
#define VCPUOP_register_vcpu_info             10
#define VCPUOP_send_nmi                       11
#define VCPUOP_get_physid                     12
#define VCPUOP_register_vcpu_time_memory_area 13
#define VCPUOP_register_runstate_phys_area    14
#define VCPUOP_register_vcpu_time_phys_area   15

#define RUNSTATE_running                      0
#define RUNSTATE_runnable                     1
#define RUNSTATE_blocked                      2
#define RUNSTATE_offline                      3

/* in state_entry_time: an update is under way */
#define XEN_RUNSTATE_UPDATE (1ULL << 63)

struct vcpu_runstate_info {
	int32_t state;             /* RUNSTATE_* */
	uint64_t state_entry_time; /* system time, ns */
	uint64_t time[4];          /* ns spent in each state */
};

struct vcpu_register_runstate_memory_area {
	union {
		uint64_t h; /* struct vcpu_runstate_info * */
		uint64_t p; /* guest-physical address, with register_runstate_phys_area */
	} addr;
};

struct vcpu_set_periodic_timer {
	uint64_t period_ns;
};

#define VCPU_SSHOTTMR_future (1U << 0) /* a time in the past is -ETIME */

struct vcpu_set_singleshot_timer {
	uint64_t timeout_abs_ns; /* system time */
	uint32_t flags;          /* VCPU_SSHOTTMR_future */
};

struct vcpu_register_vcpu_info {
	uint64_t mfn;    /* guest frame */
	uint32_t offset; /* in that frame; must not cross its end */
	uint32_t rsvd;
};

struct vcpu_get_physid {
	uint64_t phys_id; /* APIC id, ACPI id in the upper half */
};

struct vcpu_register_time_memory_area {
	union {
		uint64_t h; /* struct vcpu_time_info * */
		uint64_t p; /* guest-physical address, with register_vcpu_time_phys_area */
	} addr;
};

#define VCPU_HVM_MODE_32B 0
#define VCPU_HVM_MODE_64B 1

/*
 * Segment attributes are in the VMCB's compact form: type, S, DPL, P in bits 0-7; AVL, L, D/B, G in
 * 8-11.
 */
struct vcpu_hvm_x86_32 {
	uint32_t eax;
	uint32_t ecx;
	uint32_t edx;
	uint32_t ebx;
	uint32_t esp;
	uint32_t ebp;
	uint32_t esi;
	uint32_t edi;
	uint32_t eip;
	uint32_t eflags;
	uint32_t cr0;
	uint32_t cr3;
	uint32_t cr4;
	uint32_t pad1;
	uint64_t efer;
	uint32_t cs_base;
	uint32_t ds_base;
	uint32_t ss_base;
	uint32_t es_base;
	uint32_t tr_base;
	uint32_t cs_limit;
	uint32_t ds_limit;
	uint32_t ss_limit;
	uint32_t es_limit;
	uint32_t tr_limit;
	uint16_t cs_ar;
	uint16_t ds_ar;
	uint16_t ss_ar;
	uint16_t es_ar;
	uint16_t tr_ar;
	uint16_t pad2[3];
};

struct vcpu_hvm_x86_64 {
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rbx;
	uint64_t rsp;
	uint64_t rbp;
	uint64_t rsi;
	uint64_t rdi;
	uint64_t rip;
	uint64_t rflags;
	uint64_t cr0;
	uint64_t cr3;
	uint64_t cr4;
	uint64_t efer;
};

/* Argument of VCPUOP_initialise for HVM and PVH. */
struct vcpu_hvm_context {
	uint32_t mode; /* VCPU_HVM_MODE_* */
	uint32_t pad;
	union {
		struct vcpu_hvm_x86_32 x86_32;
		struct vcpu_hvm_x86_64 x86_64;
	} cpu_regs;
};

ABI_SIZE(struct vcpu_runstate_info, 48);
ABI_OFFSET(struct vcpu_runstate_info, time, 16);
ABI_SIZE(struct vcpu_register_runstate_memory_area, 8);
ABI_SIZE(struct vcpu_set_periodic_timer, 8);
ABI_SIZE(struct vcpu_set_singleshot_timer, 16);
ABI_OFFSET(struct vcpu_set_singleshot_timer, flags, 8);
ABI_SIZE(struct vcpu_register_vcpu_info, 16);
ABI_OFFSET(struct vcpu_register_vcpu_info, rsvd, 12);
ABI_SIZE(struct vcpu_get_physid, 8);
ABI_SIZE(struct vcpu_register_time_memory_area, 8);
ABI_SIZE(struct vcpu_hvm_x86_32, 120);
ABI_OFFSET(struct vcpu_hvm_x86_32, cr0, 40);
ABI_OFFSET(struct vcpu_hvm_x86_32, cs_limit, 84);
ABI_OFFSET(struct vcpu_hvm_x86_32, pad2, 114);
ABI_SIZE(struct vcpu_hvm_x86_64, 112);
ABI_OFFSET(struct vcpu_hvm_x86_64, rsp, 32);
ABI_OFFSET(struct vcpu_hvm_x86_64, rflags, 72);
ABI_OFFSET(struct vcpu_hvm_x86_64, efer, 104);
ABI_SIZE(struct vcpu_hvm_context, 128);
ABI_OFFSET(struct vcpu_hvm_context, cpu_regs, 8);

#endif
