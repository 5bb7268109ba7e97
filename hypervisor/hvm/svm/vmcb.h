// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual machine control block and what goes into it (APM vol. 2, chapter 15 and appendices B
 * and C). Layout and bits only.
 */
#ifndef SOCLE_VMCB_H
#define SOCLE_VMCB_H

#include "types.h"

struct vmcb_segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

struct vmcb {
	/* control area */
	uint32_t intercept_cr;         /* 000: reads low half, writes high half */
	uint32_t intercept_dr;         /* 004 */
	uint32_t intercept_exceptions; /* 008 */
	uint32_t intercept1;           /* 00c */
	uint32_t intercept2;           /* 010 */
	uint32_t intercept3;           /* 014 */
	uint8_t reserved_018[0x03c - 0x018];
	uint16_t pause_filter_threshold; /* 03c */
	uint16_t pause_filter_count;     /* 03e */
	uint64_t iopm_base;              /* 040 */
	uint64_t msrpm_base;             /* 048 */
	uint64_t tsc_offset;             /* 050 */
	uint32_t asid;                   /* 058 */
	uint8_t tlb_control;             /* 05c */
	uint8_t reserved_05d[3];
	uint64_t vintr;            /* 060 */
	uint64_t interrupt_shadow; /* 068 */
	uint64_t exit_code;        /* 070 */
	uint64_t exit_info1;       /* 078 */
	uint64_t exit_info2;       /* 080 */
	uint64_t exit_int_info;    /* 088 */
	uint64_t nested_control;   /* 090 */
	uint8_t reserved_098[0x0a8 - 0x098];
	uint64_t event_injection; /* 0a8 */
	uint64_t nested_cr3;      /* 0b0 */
	uint64_t lbr_control;     /* 0b8 */
	uint32_t clean;           /* 0c0 */
	uint32_t reserved_0c4;
	uint64_t next_rip;      /* 0c8 */
	uint8_t fetched;        /* 0d0 */
	uint8_t insn_bytes[15]; /* 0d1 */
	uint8_t reserved_0e0[0x400 - 0x0e0];
	/* state save area */
	struct vmcb_segment es, cs, ss, ds, fs, gs, gdtr, ldtr, idtr, tr; /* 400 */
	uint8_t reserved_4a0[0x4cb - 0x4a0];
	uint8_t cpl; /* 4cb */
	uint32_t reserved_4cc;
	uint64_t efer; /* 4d0 */
	uint8_t reserved_4d8[0x548 - 0x4d8];
	uint64_t cr4, cr3, cr0, dr7, dr6, rflags, rip; /* 548 */
	uint8_t reserved_580[0x5d8 - 0x580];
	uint64_t rsp; /* 5d8 */
	uint8_t reserved_5e0[0x5f8 - 0x5e0];
	uint64_t rax;                                          /* 5f8 */
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;   /* 600 */
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip, cr2; /* 628 */
	uint8_t reserved_648[0x668 - 0x648];
	uint64_t g_pat;    /* 668 */
	uint64_t debugctl; /* 670 */
	uint8_t reserved_678[0x1000 - 0x678];
};

_Static_assert(sizeof(struct vmcb) == 4096, "one page");
_Static_assert(offsetof(struct vmcb, event_injection) == 0x0a8, "APM appendix B");
_Static_assert(offsetof(struct vmcb, next_rip) == 0x0c8, "APM appendix B");
_Static_assert(offsetof(struct vmcb, cpl) == 0x4cb, "APM appendix B");
_Static_assert(offsetof(struct vmcb, efer) == 0x4d0, "APM appendix B");
_Static_assert(offsetof(struct vmcb, cr4) == 0x548, "APM appendix B");
_Static_assert(offsetof(struct vmcb, rip) == 0x578, "APM appendix B");
_Static_assert(offsetof(struct vmcb, rsp) == 0x5d8, "APM appendix B");
_Static_assert(offsetof(struct vmcb, rax) == 0x5f8, "APM appendix B");
_Static_assert(offsetof(struct vmcb, cr2) == 0x640, "APM appendix B");
_Static_assert(offsetof(struct vmcb, g_pat) == 0x668, "APM appendix B");

/* intercept1 */
#define INTERCEPT_INTR        (1u << 0)
#define INTERCEPT_NMI         (1u << 1)
#define INTERCEPT_SMI         (1u << 2)
#define INTERCEPT_INIT        (1u << 3)
#define INTERCEPT_VINTR       (1u << 4)
#define INTERCEPT_RDPMC       (1u << 15)
#define INTERCEPT_CPUID       (1u << 18)
#define INTERCEPT_IRET        (1u << 20)
#define INTERCEPT_INVD        (1u << 22)
#define INTERCEPT_HLT         (1u << 24)
#define INTERCEPT_INVLPGA     (1u << 26)
#define INTERCEPT_IOIO        (1u << 27)
#define INTERCEPT_MSR         (1u << 28)
#define INTERCEPT_TASK_SWITCH (1u << 29)
#define INTERCEPT_FERR_FREEZE (1u << 30)
#define INTERCEPT_SHUTDOWN    (1u << 31)
/* intercept2 */
#define INTERCEPT_VMRUN   (1u << 0)
#define INTERCEPT_VMMCALL (1u << 1)
#define INTERCEPT_VMLOAD  (1u << 2)
#define INTERCEPT_VMSAVE  (1u << 3)
#define INTERCEPT_STGI    (1u << 4)
#define INTERCEPT_CLGI    (1u << 5)
#define INTERCEPT_SKINIT  (1u << 6)
#define INTERCEPT_WBINVD  (1u << 9)
#define INTERCEPT_MONITOR (1u << 10)
#define INTERCEPT_MWAIT   (1u << 11)
#define INTERCEPT_XSETBV  (1u << 13)
#define INTERCEPT_RDPRU   (1u << 14)

/* vintr */
#define VINTR_TPR          0xffUL
#define VINTR_IRQ          BIT(8)
#define VINTR_PRIORITY(p)  ((uint64_t)(p) << 16)
#define VINTR_IGNORE_TPR   BIT(20)
#define VINTR_MASKING      BIT(24)
#define VINTR_VECTOR_SHIFT 32

#define TLB_FLUSH_ALL      1u
#define TLB_FLUSH_GUEST    3u
#define NESTED_ENABLE      1u

/* clean: what has not changed since the last VMRUN of this VMCB on this CPU */
#define CLEAN_INTERCEPTS (1u << 0)
#define CLEAN_ASID       (1u << 2)
#define CLEAN_VINTR      (1u << 3)
#define CLEAN_CR         (1u << 5)
#define CLEAN_CR2        (1u << 9)
#define CLEAN_ALL        0xfffu

/* CPUID 8000000A EDX */
#define SVM_NESTED_PAGING  (1u << 0)
#define SVM_NEXT_RIP       (1u << 3)
#define SVM_CLEAN          (1u << 5)
#define SVM_FLUSH_ASID     (1u << 6)
#define SVM_DECODE_ASSISTS (1u << 7)

enum svm_exit {
	SVM_EXIT_EXCEPTION0 = 0x40,
	SVM_EXIT_INTR = 0x60,
	SVM_EXIT_NMI = 0x61,
	SVM_EXIT_SMI = 0x62,
	SVM_EXIT_INIT = 0x63,
	SVM_EXIT_VINTR = 0x64,
	SVM_EXIT_RDPMC = 0x6f,
	SVM_EXIT_CPUID = 0x72,
	SVM_EXIT_IRET = 0x74,
	SVM_EXIT_INVD = 0x76,
	SVM_EXIT_HLT = 0x78,
	SVM_EXIT_INVLPGA = 0x7a,
	SVM_EXIT_IOIO = 0x7b,
	SVM_EXIT_MSR = 0x7c,
	SVM_EXIT_TASK_SWITCH = 0x7d,
	SVM_EXIT_FERR_FREEZE = 0x7e,
	SVM_EXIT_SHUTDOWN = 0x7f,
	SVM_EXIT_VMRUN = 0x80,
	SVM_EXIT_VMMCALL = 0x81,
	SVM_EXIT_VMLOAD = 0x82,
	SVM_EXIT_VMSAVE = 0x83,
	SVM_EXIT_STGI = 0x84,
	SVM_EXIT_CLGI = 0x85,
	SVM_EXIT_SKINIT = 0x86,
	SVM_EXIT_WBINVD = 0x89,
	SVM_EXIT_MONITOR = 0x8a,
	SVM_EXIT_MWAIT = 0x8b,
	SVM_EXIT_XSETBV = 0x8d,
	SVM_EXIT_RDPRU = 0x8e,
	SVM_EXIT_NPF = 0x400,
};

#endif
