// SPDX-License-Identifier: MIT
/*
 * Mirrors Xen's hvm/save.h and arch-x86/hvm/save.h: the records of an HVM or PVH domain's state, as
 * get/sethvmcontext and a migration stream carry them. A stream is: descriptor, record, descriptor,
 * record ...; HEADER first, END last. Xen hides each record's code in a type; here it is
 * HVM_SAVE_CODE_<name>.
 */
#ifndef ABI_HVM_SAVE_H
#define ABI_HVM_SAVE_H

#include "xen.h"

struct hvm_save_descriptor {
	uint16_t typecode; /* HVM_SAVE_CODE_* */
	uint16_t instance; /* vCPU, or number of the device */
	uint32_t length;   /* of the record that follows */
};

#define HVM_SAVE_CODE_END             0
#define HVM_SAVE_CODE_HEADER          1
#define HVM_SAVE_CODE_CPU             2
#define HVM_SAVE_CODE_PIC             3
#define HVM_SAVE_CODE_IOAPIC          4
#define HVM_SAVE_CODE_LAPIC           5
#define HVM_SAVE_CODE_LAPIC_REGS      6
#define HVM_SAVE_CODE_PCI_IRQ         7
#define HVM_SAVE_CODE_ISA_IRQ         8
#define HVM_SAVE_CODE_PCI_LINK        9
#define HVM_SAVE_CODE_PIT             10
#define HVM_SAVE_CODE_RTC             11
#define HVM_SAVE_CODE_HPET            12
#define HVM_SAVE_CODE_PMTIMER         13
#define HVM_SAVE_CODE_MTRR            14
#define HVM_SAVE_CODE_VIRIDIAN_DOMAIN 15
#define HVM_SAVE_CODE_VIRIDIAN_VCPU   17
#define HVM_SAVE_CODE_VMCE_VCPU       18
#define HVM_SAVE_CODE_TSC_ADJUST      19
#define CPU_XSAVE_CODE                16
#define CPU_MSR_CODE                  20
#define HVM_SAVE_CODE_MAX             20

#define HVM_FILE_MAGIC                0x54381286
#define HVM_FILE_VERSION              0x00000001

struct hvm_save_header {
	uint32_t magic;   /* HVM_FILE_MAGIC */
	uint32_t version; /* HVM_FILE_VERSION */
	uint64_t changeset;
	uint32_t cpuid; /* CPUID 1.eax of the machine that saved */
	uint32_t gtsc_khz;
};

#define XEN_X86_FPU_INITIALISED (1U << 0)

struct hvm_hw_cpu {
	uint8_t fpu_regs[512];
	uint64_t rax;
	uint64_t rbx;
	uint64_t rcx;
	uint64_t rdx;
	uint64_t rbp;
	uint64_t rsi;
	uint64_t rdi;
	uint64_t rsp;
	uint64_t r8;
	uint64_t r9;
	uint64_t r10;
	uint64_t r11;
	uint64_t r12;
	uint64_t r13;
	uint64_t r14;
	uint64_t r15;
	uint64_t rip;
	uint64_t rflags;
	uint64_t cr0;
	uint64_t cr2;
	uint64_t cr3;
	uint64_t cr4;
	uint64_t dr0;
	uint64_t dr1;
	uint64_t dr2;
	uint64_t dr3;
	uint64_t dr6;
	uint64_t dr7;
	uint32_t cs_sel;
	uint32_t ds_sel;
	uint32_t es_sel;
	uint32_t fs_sel;
	uint32_t gs_sel;
	uint32_t ss_sel;
	uint32_t tr_sel;
	uint32_t ldtr_sel;
	uint32_t cs_limit;
	uint32_t ds_limit;
	uint32_t es_limit;
	uint32_t fs_limit;
	uint32_t gs_limit;
	uint32_t ss_limit;
	uint32_t tr_limit;
	uint32_t ldtr_limit;
	uint32_t idtr_limit;
	uint32_t gdtr_limit;
	uint64_t cs_base;
	uint64_t ds_base;
	uint64_t es_base;
	uint64_t fs_base;
	uint64_t gs_base;
	uint64_t ss_base;
	uint64_t tr_base;
	uint64_t ldtr_base;
	uint64_t idtr_base;
	uint64_t gdtr_base;
	uint32_t
		cs_arbytes; /* attributes as in the VMCS: L, D/B, G in bits 13-15, unusable in 16 */
	uint32_t ds_arbytes;
	uint32_t es_arbytes;
	uint32_t fs_arbytes;
	uint32_t gs_arbytes;
	uint32_t ss_arbytes;
	uint32_t tr_arbytes;
	uint32_t ldtr_arbytes;
	uint64_t sysenter_cs;
	uint64_t sysenter_esp;
	uint64_t sysenter_eip;
	uint64_t shadow_gs;
	uint64_t msr_flags; /* 0 */
	uint64_t msr_lstar;
	uint64_t msr_star;
	uint64_t msr_cstar;
	uint64_t msr_syscall_mask;
	uint64_t msr_efer;
	uint64_t msr_tsc_aux;
	uint64_t tsc;
	/* as the VMCB's EVENTINJ: vector 0-7, type 8-10, error code valid 11, valid 31 */
	uint32_t pending_event;
	uint32_t error_code;
	uint32_t flags; /* XEN_X86_FPU_INITIALISED */
	uint32_t pad0;
};

union vioapic_redir_entry {
	uint64_t bits; /* the hardware's layout */
};

#define VIOAPIC_NUM_PINS 48

struct hvm_hw_vioapic {
	uint64_t base_address;
	uint32_t ioregsel;
	uint32_t id;
	union vioapic_redir_entry redirtbl[VIOAPIC_NUM_PINS];
};

struct hvm_hw_lapic {
	uint64_t apic_base_msr;
	uint32_t disabled; /* bits: 0 hardware, 1 software */
	uint32_t timer_divisor;
	uint64_t tdt_msr;
	uint32_t pending_esr;
	uint32_t pad; /* 0; named, so that nothing else stands there when it is copied out */
};

struct hvm_hw_lapic_regs {
	uint8_t data[1024]; /* the first quarter of the register page */
};

struct hvm_hw_pmtimer {
	uint32_t tmr_val;
	uint16_t pm1a_sts;
	uint16_t pm1a_en;
};

#define RTC_CMOS_SIZE 14

struct hvm_hw_rtc {
	uint8_t cmos_data[RTC_CMOS_SIZE];
	uint8_t cmos_index;
	uint8_t pad0;
	int64_t rtc_offset;
};

#define MTRR_VCNT     8
#define NUM_FIXED_MSR 11

struct hvm_hw_mtrr {
	uint64_t msr_pat_cr;
	uint64_t msr_mtrr_var[MTRR_VCNT * 2];
	uint64_t msr_mtrr_fixed[NUM_FIXED_MSR];
	uint64_t msr_mtrr_cap;
	uint64_t msr_mtrr_def_type;
};

struct hvm_hw_cpu_xsave_hdr {
	uint64_t xstate_bv;
	uint64_t xcomp_bv;
	uint64_t reserved[6];
};

/* The rest of the XSAVE area follows, as long as the descriptor says. */
struct hvm_hw_cpu_xsave {
	uint64_t xfeature_mask;
	uint64_t xcr0;
	uint64_t xcr0_accum;
	struct {
		struct {
			char x[512];
		} fpu_sse;
		struct hvm_hw_cpu_xsave_hdr xsave_hdr;
	} save_area;
};

struct hvm_vmce_vcpu {
	uint64_t caps;
	uint64_t mci_ctl2_bank0;
	uint64_t mci_ctl2_bank1;
	uint64_t mcg_ext_ctl;
};

struct hvm_tsc_adjust {
	uint64_t tsc_adjust;
};

struct hvm_one_msr {
	uint32_t index;
	uint32_t _rsvd;
	uint64_t val;
};

struct hvm_msr {
	uint32_t count;
	struct hvm_one_msr msr[];
};

ABI_SIZE(struct hvm_save_descriptor, 8);
ABI_OFFSET(struct hvm_save_descriptor, length, 4);
ABI_SIZE(struct hvm_save_header, 24);
ABI_OFFSET(struct hvm_save_header, gtsc_khz, 20);
ABI_SIZE(struct hvm_hw_cpu, 1032);
ABI_OFFSET(struct hvm_hw_cpu, dr6, 720);
ABI_OFFSET(struct hvm_hw_cpu, ldtr_base, 864);
ABI_OFFSET(struct hvm_hw_cpu, pad0, 1028);
ABI_SIZE(union vioapic_redir_entry, 8);
ABI_SIZE(struct hvm_hw_vioapic, 400);
ABI_OFFSET(struct hvm_hw_vioapic, redirtbl, 16);
ABI_SIZE(struct hvm_hw_lapic, 32);
ABI_OFFSET(struct hvm_hw_lapic, pending_esr, 24);
ABI_SIZE(struct hvm_hw_lapic_regs, 1024);
ABI_SIZE(struct hvm_hw_pmtimer, 8);
ABI_OFFSET(struct hvm_hw_pmtimer, pm1a_en, 6);
ABI_SIZE(struct hvm_hw_rtc, 24);
ABI_OFFSET(struct hvm_hw_rtc, rtc_offset, 16);
ABI_SIZE(struct hvm_hw_mtrr, 240);
ABI_OFFSET(struct hvm_hw_mtrr, msr_mtrr_def_type, 232);
ABI_SIZE(struct hvm_hw_cpu_xsave_hdr, 64);
ABI_OFFSET(struct hvm_hw_cpu_xsave_hdr, reserved, 16);
ABI_SIZE(struct hvm_hw_cpu_xsave, 600);
ABI_OFFSET(struct hvm_hw_cpu_xsave, save_area, 24);
ABI_SIZE(struct hvm_vmce_vcpu, 32);
ABI_OFFSET(struct hvm_vmce_vcpu, mcg_ext_ctl, 24);
ABI_SIZE(struct hvm_tsc_adjust, 8);
ABI_SIZE(struct hvm_one_msr, 16);
ABI_OFFSET(struct hvm_one_msr, val, 8);
ABI_SIZE(struct hvm_msr, 8);
ABI_OFFSET(struct hvm_msr, msr, 8);

#endif
