// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of hvm/svm/ only. */
#ifndef SOCLE_SVM_PRIVATE_H
#define SOCLE_SVM_PRIVATE_H

#include "domain.h"
#include "types.h"
#include "vmcb.h"

/* What the guest gets back after the step over its IRET. */
struct svm_iret {
	uint64_t rip, tf, vintr, dr6;
};

struct svm_vcpu {
	struct vmcb *vmcb;
	paddr_t vmcb_pa;
	bool loaded; /* the VMLOAD half of the state is in the CPU */
	uint64_t dr[4];
	struct svm_iret iret;
};

static inline struct svm_vcpu *svm_of(const struct vcpu *v)
{
	return v->hvm.vendor;
}

/* SVM_*, those that every CPU has; how many ASIDs there are. */
extern uint32_t svm_features, svm_asids;

void svm_enter(struct cpu_regs *regs, paddr_t vmcb, bool forget);

/* --- tlb.c --- */
/* Before every entry: an address space number that this CPU's TLB has nothing stale under. */
void svm_tlb_check(struct vcpu *v);

/* --- state.c --- */
void svm_get_state(struct vcpu *v, struct hvm_state *s);
void svm_set_state(struct vcpu *v, const struct hvm_state *s);
/* The CPU's half of the state from where it is kept, and back there if v is loaded here. */
void svm_load(struct vcpu *v);
void svm_sync(struct vcpu *v);

/* --- iret.c --- */
/* After the exit: the next entry executes the IRET. After that entry's exit: as if by itself. */
void svm_iret_step(struct vmcb *c, struct svm_iret *i);
void svm_iret_stepped(struct vcpu *v, struct vmcb *c, const struct svm_iret *i);

/* --- exit.c --- */
void svm_decode_exit(struct vcpu *v, struct vmexit *e);

#endif
