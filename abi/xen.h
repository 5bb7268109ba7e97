// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's xen.h, arch-x86/xen.h and arch-x86/xen-x86_64.h: hypercall numbers, domain ids,
 * virtual interrupts, the shared info page and the PV clock. What a PV guest alone needs
 * (page-table updates, its start info) is left out.
 *
 * Guest handles (Xen's XEN_GUEST_HANDLE) are pointers in the caller's address space. Here each is a
 * uint64_t, with the type that it points to in its comment.
 */
#ifndef ABI_XEN_H
#define ABI_XEN_H

#include "assert.h"

typedef uint16_t domid_t;
typedef uint8_t xen_domain_handle_t[16]; /* a UUID; opaque to the hypervisor */

/* Hypercall numbers: in RAX, and the index of the 32-byte entry in the hypercall page. */
#define __HYPERVISOR_set_trap_table                0
#define __HYPERVISOR_mmu_update                    1
#define __HYPERVISOR_set_gdt                       2
#define __HYPERVISOR_stack_switch                  3
#define __HYPERVISOR_set_callbacks                 4
#define __HYPERVISOR_fpu_taskswitch                5
#define __HYPERVISOR_sched_op_compat               6
#define __HYPERVISOR_platform_op                   7
#define __HYPERVISOR_set_debugreg                  8
#define __HYPERVISOR_get_debugreg                  9
#define __HYPERVISOR_update_descriptor             10
#define __HYPERVISOR_memory_op                     12
#define __HYPERVISOR_multicall                     13
#define __HYPERVISOR_update_va_mapping             14
#define __HYPERVISOR_set_timer_op                  15
#define __HYPERVISOR_event_channel_op_compat       16
#define __HYPERVISOR_xen_version                   17
#define __HYPERVISOR_console_io                    18
#define __HYPERVISOR_physdev_op_compat             19
#define __HYPERVISOR_grant_table_op                20
#define __HYPERVISOR_vm_assist                     21
#define __HYPERVISOR_update_va_mapping_otherdomain 22
#define __HYPERVISOR_iret                          23
#define __HYPERVISOR_vcpu_op                       24
#define __HYPERVISOR_set_segment_base              25
#define __HYPERVISOR_mmuext_op                     26
#define __HYPERVISOR_xsm_op                        27
#define __HYPERVISOR_nmi_op                        28
#define __HYPERVISOR_sched_op                      29
#define __HYPERVISOR_callback_op                   30
#define __HYPERVISOR_xenoprof_op                   31
#define __HYPERVISOR_event_channel_op              32
#define __HYPERVISOR_physdev_op                    33
#define __HYPERVISOR_hvm_op                        34
#define __HYPERVISOR_sysctl                        35
#define __HYPERVISOR_domctl                        36
#define __HYPERVISOR_kexec_op                      37
#define __HYPERVISOR_tmem_op                       38
#define __HYPERVISOR_argo_op                       39
#define __HYPERVISOR_xenpmu_op                     40
#define __HYPERVISOR_dm_op                         41
#define __HYPERVISOR_hypfs_op                      42
#define __HYPERVISOR_arch_0                        48 /* machine-check operations on x86 */
#define __HYPERVISOR_arch_1                        49

/* Virtual interrupts that a domain binds to event channels. */
#define VIRQ_TIMER                       0 /* per vCPU: the one-shot or periodic timer */
#define VIRQ_DEBUG                       1 /* per vCPU */
#define VIRQ_CONSOLE                     2 /* input on the emergency console */
#define VIRQ_DOM_EXC                     3 /* a domain shut down or died */
#define VIRQ_TBUF                        4
#define VIRQ_DEBUGGER                    6
#define VIRQ_XENOPROF                    7
#define VIRQ_CON_RING                    8 /* the log ring has new bytes */
#define VIRQ_PCPU_STATE                  9
#define VIRQ_MEM_EVENT                   10
#define VIRQ_ARGO                        11
#define VIRQ_ENOMEM                      12 /* the hypervisor is short of memory */
#define VIRQ_XENPMU                      13
#define VIRQ_ARCH_0                      16 /* machine check */
#define NR_VIRQS                         24

#define CONSOLEIO_write                  0
#define CONSOLEIO_read                   1

#define VMASST_CMD_enable                0
#define VMASST_CMD_disable               1
#define VMASST_TYPE_runstate_update_flag 5

/* Domain ids from here on name no domain of their own. */
#define DOMID_FIRST_RESERVED 0x7FF0U
#define DOMID_SELF           0x7FF0U
#define DOMID_IO             0x7FF1U
#define DOMID_XEN            0x7FF2U
#define DOMID_COW            0x7FF3U
#define DOMID_INVALID        0x7FF4U
#define DOMID_IDLE           0x7FFFU
#define DOMID_MASK           0x7FFFU

/* vcpu_info slots in the shared info page; further vCPUs register their own. */
#define XEN_LEGACY_MAX_VCPUS 32

struct multicall_entry {
	uint64_t op;
	uint64_t result;
	uint64_t args[6];
};

/* PV clock of one vCPU. The version is odd while the hypervisor writes. */
struct vcpu_time_info {
	uint32_t version;
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;       /* ns since the hypervisor started, at tsc_timestamp */
	uint32_t tsc_to_system_mul; /* ns = ((tsc << tsc_shift) * mul) >> 32 */
	int8_t tsc_shift;
	uint8_t flags; /* XEN_PVCLOCK_* */
	uint8_t pad1[2];
};

#define XEN_PVCLOCK_TSC_STABLE_BIT (1 << 0)
#define XEN_PVCLOCK_GUEST_STOPPED  (1 << 1)

struct arch_vcpu_info {
	uint64_t cr2; /* PV guests only */
	uint64_t pad;
};

struct vcpu_info {
	uint8_t evtchn_upcall_pending;
	uint8_t evtchn_upcall_mask; /* PV guests only */
	uint64_t evtchn_pending_sel;
	struct arch_vcpu_info arch;
	struct vcpu_time_info time;
};

struct arch_shared_info {
	uint64_t max_pfn;
	uint64_t pfn_to_mfn_frame_list_list;
	uint64_t nmi_reason;
	uint64_t p2m_cr3;
	uint64_t p2m_vaddr;
	uint64_t p2m_generation;
};

/*
 * One page per domain. Wall clock: time of day at system_time 0; wc_version is odd while it is
 * written.
 */
struct shared_info {
	struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
	uint64_t evtchn_pending[64];
	uint64_t evtchn_mask[64];
	uint32_t wc_version;
	uint32_t wc_sec;
	uint32_t wc_nsec;
	uint32_t wc_sec_hi;
	struct arch_shared_info arch;
};

/* Flags in hvm_start_info.flags. */
#define SIF_PRIVILEGED          (1 << 0)
#define SIF_INITDOMAIN          (1 << 1)
#define SIF_MULTIBOOT_MOD       (1 << 2)
#define SIF_MOD_START_PFN       (1 << 3)
#define SIF_VIRT_P2M_4TOOLS     (1 << 4)
#define SIF_PM_MASK             (0xFF << 8)

#define XEN_VGATYPE_TEXT_MODE_3 0x03
#define XEN_VGATYPE_VESA_LFB    0x23
#define XEN_VGATYPE_EFI_LFB     0x70

/* Answer to XENPF_get_dom0_console: the screen as the boot loader left it. */
struct dom0_vga_console_info {
	uint8_t video_type; /* XEN_VGATYPE_* */
	union {
		struct {
			uint16_t font_height;
			uint16_t cursor_x;
			uint16_t cursor_y;
			uint16_t rows;
			uint16_t columns;
		} text_mode_3;
		struct {
			uint16_t width;
			uint16_t height;
			uint16_t bytes_per_line;
			uint16_t bits_per_pixel;
			uint32_t lfb_base;
			uint32_t lfb_size;
			uint8_t red_pos;
			uint8_t red_size;
			uint8_t green_pos;
			uint8_t green_size;
			uint8_t blue_pos;
			uint8_t blue_size;
			uint8_t rsvd_pos;
			uint8_t rsvd_size;
			uint32_t gbl_caps;
			uint16_t mode_attrs;
			uint16_t pad;
			uint32_t ext_lfb_base;
		} vesa_lfb;
	} u;
};

struct xenctl_bitmap {
	uint64_t bitmap; /* uint8_t *, bit n of the map is bit n % 8 of byte n / 8 */
	uint32_t nr_bits;
};

/* Registers of a vCPU, in the order in which Xen saves them. */
struct cpu_user_regs {
	uint64_t r15;
	uint64_t r14;
	uint64_t r13;
	uint64_t r12;
	uint64_t rbp;
	uint64_t rbx;
	uint64_t r11;
	uint64_t r10;
	uint64_t r9;
	uint64_t r8;
	uint64_t rax;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rsi;
	uint64_t rdi;
	uint32_t error_code;
	uint32_t entry_vector;
	uint64_t rip;
	uint16_t cs;
	uint16_t _pad0[1];
	uint8_t saved_upcall_mask;
	uint8_t _pad1[3];
	uint64_t rflags;
	uint64_t rsp;
	uint16_t ss;
	uint16_t _pad2[3];
	uint16_t es;
	uint16_t _pad3[3];
	uint16_t ds;
	uint16_t _pad4[3];
	uint16_t fs;
	uint16_t _pad5[3];
	uint16_t gs;
	uint16_t _pad6[3];
};

struct trap_info {
	uint8_t vector;
	uint8_t flags;
	uint16_t cs;
	uint64_t address;
};

#define VGCF_i387_valid               (1 << 0)
#define VGCF_in_kernel                (1 << 2)
#define VGCF_failsafe_disables_events (1 << 3)
#define VGCF_syscall_disables_events  (1 << 4)
#define VGCF_online                   (1 << 5)

/*
 * A vCPU as domctl's get/setvcpucontext see it. For HVM and PVH only the registers, the control
 * registers and VGCF_online have a meaning.
 */
struct vcpu_guest_context {
	struct {
		char x[512];
	} fpu_ctxt;     /* FXSAVE image */
	uint64_t flags; /* VGCF_* */
	struct cpu_user_regs user_regs;
	struct trap_info trap_ctxt[256];
	uint64_t ldt_base;
	uint64_t ldt_ents;
	uint64_t gdt_frames[16];
	uint64_t gdt_ents;
	uint64_t kernel_ss;
	uint64_t kernel_sp;
	uint64_t ctrlreg[8];  /* CR0-CR7 */
	uint64_t debugreg[8]; /* DR0-DR7 */
	uint64_t event_callback_eip;
	uint64_t failsafe_callback_eip;
	uint64_t syscall_callback_eip;
	uint64_t vm_assist;
	uint64_t fs_base;
	uint64_t gs_base_kernel;
	uint64_t gs_base_user;
};

#define XEN_X86_EMU_LAPIC      (1U << 0)
#define XEN_X86_EMU_HPET       (1U << 1)
#define XEN_X86_EMU_PM         (1U << 2)
#define XEN_X86_EMU_RTC        (1U << 3)
#define XEN_X86_EMU_IOAPIC     (1U << 4)
#define XEN_X86_EMU_PIC        (1U << 5)
#define XEN_X86_EMU_VGA        (1U << 6)
#define XEN_X86_EMU_IOMMU      (1U << 7)
#define XEN_X86_EMU_PIT        (1U << 8)
#define XEN_X86_EMU_USE_PIRQ   (1U << 9)
#define XEN_X86_EMU_VPCI       (1U << 10)
#define XEN_X86_EMU_ALL        0x7FFU

#define XEN_X86_MSR_RELAXED    (1U << 0)
#define XEN_X86_MISC_FLAGS_MAX XEN_X86_MSR_RELAXED

struct xen_arch_domainconfig {
	uint32_t emulation_flags; /* XEN_X86_EMU_* */
	uint32_t misc_flags;      /* XEN_X86_MSR_RELAXED */
};

#define XEN_CPUID_NO_SUBLEAF 0xffffffffU

struct xen_cpuid_leaf {
	uint32_t leaf;
	uint32_t subleaf;
	uint32_t a;
	uint32_t b;
	uint32_t c;
	uint32_t d;
};

struct xen_msr_entry {
	uint32_t idx;
	uint32_t flags; /* 0 */
	uint64_t val;
};

/* What an HVM guest writes to this port goes to the log. */
#define XEN_HVM_DEBUGCONS_IOPORT 0xe9

ABI_SIZE(struct multicall_entry, 64);
ABI_OFFSET(struct multicall_entry, args, 16);
ABI_SIZE(struct vcpu_time_info, 32);
ABI_OFFSET(struct vcpu_time_info, pad1, 30);
ABI_SIZE(struct arch_vcpu_info, 16);
ABI_OFFSET(struct arch_vcpu_info, pad, 8);
ABI_SIZE(struct vcpu_info, 64);
ABI_OFFSET(struct vcpu_info, time, 32);
ABI_SIZE(struct arch_shared_info, 48);
ABI_OFFSET(struct arch_shared_info, p2m_generation, 40);
ABI_SIZE(struct shared_info, 3136);
ABI_OFFSET(struct shared_info, arch, 3088);
ABI_SIZE(struct dom0_vga_console_info, 40);
ABI_OFFSET(struct dom0_vga_console_info, u, 4);
ABI_SIZE(struct xenctl_bitmap, 16);
ABI_OFFSET(struct xenctl_bitmap, nr_bits, 8);
ABI_SIZE(struct cpu_user_regs, 200);
ABI_OFFSET(struct cpu_user_regs, rcx, 88);
ABI_OFFSET(struct cpu_user_regs, rflags, 144);
ABI_OFFSET(struct cpu_user_regs, _pad6, 194);
ABI_SIZE(struct trap_info, 16);
ABI_OFFSET(struct trap_info, address, 8);
ABI_SIZE(struct vcpu_guest_context, 5168);
ABI_OFFSET(struct vcpu_guest_context, gdt_frames, 4832);
ABI_OFFSET(struct vcpu_guest_context, event_callback_eip, 5112);
ABI_OFFSET(struct vcpu_guest_context, gs_base_user, 5160);
ABI_SIZE(struct xen_arch_domainconfig, 8);
ABI_OFFSET(struct xen_arch_domainconfig, misc_flags, 4);
ABI_SIZE(struct xen_cpuid_leaf, 24);
ABI_OFFSET(struct xen_cpuid_leaf, d, 20);
ABI_SIZE(struct xen_msr_entry, 16);
ABI_OFFSET(struct xen_msr_entry, val, 8);

#endif
