// SPDX-License-Identifier: GPL-2.0-or-later
/* Between context.c and context_records.c: a record of a stream, and what is known of each kind. */
#ifndef SOCLE_CONTEXT_PRIVATE_H
#define SOCLE_CONTEXT_PRIVATE_H

#include "abi/hvm_save.h"
#include "types.h"

struct domain;
struct vcpu;

struct record {
	struct hvm_save_descriptor head;
	struct domain *d;
	struct vcpu *v; /* NULL for the domain's own */
	union {         /* the part of the body that the kind always has */
		struct hvm_save_header header;
		struct hvm_hw_cpu cpu;
		struct hvm_hw_cpu_xsave xsave;
		struct hvm_hw_lapic lapic;
		struct hvm_hw_lapic_regs lapic_regs;
		struct hvm_hw_mtrr mtrr;
		struct hvm_vmce_vcpu vmce;
		struct hvm_tsc_adjust tsc_adjust;
		struct hvm_msr msrs;
	};
	const uint8_t *rest; /* what follows it, as long as the head says; not aligned */
};

struct record_kind {
	bool per_vcpu;
	uint16_t fixed, most; /* length of the part above, and of the whole body */
	/* 0, or complains and returns an error; only if apply is set it takes effect. */
	int (*load)(const struct record *r, bool apply);
	/* Fills the body; false: there is no such record now. NULL: there never is. */
	bool (*save)(struct record *r);
};

/* By their codes; those that are not known have no load. */
extern const struct record_kind record_kinds[HVM_SAVE_CODE_MAX + 1];

/* -EINVAL, and a line in the log. */
int record_refuse(const struct record *r, const char *why);

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

#endif
