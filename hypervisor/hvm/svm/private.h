// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of hvm/svm/ only. */
#ifndef SOCLE_SVM_PRIVATE_H
#define SOCLE_SVM_PRIVATE_H

#include "domain.h"
#include "types.h"
#include "vmcb.h"

struct svm_vcpu {
	struct vmcb *vmcb; /* one heap page */
	paddr_t vmcb_pa;
	bool loaded; /* the VMLOAD half of the state is in the CPU */
	uint64_t dr[4];
	unsigned asid_cpu;        /* where the ASID below is valid, */
	uint64_t asid_generation; /* and until when */
};

static inline struct svm_vcpu *svm_of(const struct vcpu *v)
{
	return v->hvm.vendor;
}

extern bool svm_has_next_rip;

void svm_enter(struct cpu_regs *regs, paddr_t vmcb, bool forget);

/* --- asid.c --- */
void svm_asid_init_cpu(void);
/* Before every entry: an address space number that this CPU's TLB has nothing stale under. */
void svm_asid_check(struct vcpu *v);

/* --- maps.c: which ports and MSRs exit --- */
int svm_maps_create(struct domain *d);
void svm_maps_destroy(struct domain *d);

/* --- state.c --- */
void svm_get_state(struct vcpu *v, struct hvm_state *s);
void svm_set_state(struct vcpu *v, const struct hvm_state *s);
bool svm_msr_read(struct vcpu *v, uint32_t msr, uint64_t *value);
bool svm_msr_write(struct vcpu *v, uint32_t msr, uint64_t value, bool *fault);
/* The CPU's half of the state from where it is kept, and back there if v is loaded here. */
void svm_load(struct vcpu *v);
void svm_sync(struct vcpu *v);

/* --- exit.c --- */
void svm_decode_exit(struct vcpu *v, struct vmexit *e);

#endif
