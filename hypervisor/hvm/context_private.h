// SPDX-License-Identifier: GPL-2.0-or-later
/* Between context.c and context_save.c: the same record, read and written. */
#ifndef SOCLE_CONTEXT_PRIVATE_H
#define SOCLE_CONTEXT_PRIVATE_H

#include "abi/hvm_save.h"

/* Which segment register stands where in struct hvm_hw_cpu. GDTR and IDTR have no selector. */
#define FOR_EACH_SAVED_SEGMENT(X) \
	X(SEG_CS, cs);            \
	X(SEG_DS, ds);            \
	X(SEG_ES, es);            \
	X(SEG_FS, fs);            \
	X(SEG_GS, gs);            \
	X(SEG_SS, ss);            \
	X(SEG_TR, tr);            \
	X(SEG_LDTR, ldtr)

/* Which register of struct hvm_hw_cpu is which of struct hvm_state, where they are the same. */
#define FOR_EACH_SAVED_STATE(X)             \
	X(cr0, cr0);                        \
	X(cr2, cr2);                        \
	X(cr3, cr3);                        \
	X(cr4, cr4);                        \
	X(msr_efer, efer);                  \
	X(dr0, dr[0]);                      \
	X(dr1, dr[1]);                      \
	X(dr2, dr[2]);                      \
	X(dr3, dr[3]);                      \
	X(dr6, dr6);                        \
	X(dr7, dr7);                        \
	X(msr_star, star);                  \
	X(msr_lstar, lstar);                \
	X(msr_cstar, cstar);                \
	X(msr_syscall_mask, sfmask);        \
	X(shadow_gs, kernel_gs_base);       \
	X(sysenter_cs, sysenter_cs);        \
	X(sysenter_esp, sysenter_esp);      \
	X(sysenter_eip, sysenter_eip);      \
	X(gdtr_base, seg[SEG_GDTR].base);   \
	X(gdtr_limit, seg[SEG_GDTR].limit); \
	X(idtr_base, seg[SEG_IDTR].base);   \
	X(idtr_limit, seg[SEG_IDTR].limit)

/*
 * In the flags of struct hvm_hw_cpu, besides XEN_X86_FPU_INITIALISED: what Xen loses. They are
 * there in rare moments only, and Xen refuses the record then.
 */
#define SAVED_SHADOW      (1u << 1) /* after STI or MOV SS */
#define SAVED_NMI_BLOCKED (1u << 2)
#define SAVED_NMI_PENDING (1u << 3)
#define SAVED_EXTRA       (SAVED_SHADOW | SAVED_NMI_BLOCKED | SAVED_NMI_PENDING)

#define FXSAVE_MXCSR      24u
#define FXSAVE_SIZE       512u
#define XSAVE_HEADER      512u /* after the legacy part: xstate_bv, xcomp_bv, reserved */

#define LAPIC_REG_ID      0x02u
#define LAPIC_REG_VERSION 0x03u

#define MSR_TSC_AUX       0xc0000103u
#define MSR_TSC_DEADLINE  0x6e0u

#endif
