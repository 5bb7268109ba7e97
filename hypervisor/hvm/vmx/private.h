// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the files of hvm/vmx/ only. */
#ifndef SOCLE_VMX_PRIVATE_H
#define SOCLE_VMX_PRIVATE_H

#include "domain.h"
#include "pure.h"
#include "spinlock.h"
#include "types.h"
#include "vmcs.h"

/* What is the same for all CPUs and was found when the first one was enabled. */
struct vmx_config {
	uint32_t revision, pin, cpu, cpu2, exit, entry;
	uint32_t preemption;           /* VMCS_PREEMPTION_TIMER; 0: there is none */
	uint64_t cr0_fixed, cr4_fixed; /* bits that are 1 while a guest runs, PE and PG aside */
	uint64_t ept_vpid;             /* MSR_VMX_EPT_VPID_CAP */
};
extern struct vmx_config vmx_config;

/*
 * A vCPU's VMCS is active on the CPU that runs it, from switch_in to switch_out, and on no other;
 * in between whoever wants to see it takes it for a moment (vmx_open). What an entry takes and an
 * exit gives each time is kept here meanwhile.
 */
struct vmx_vcpu {
	paddr_t vmcs_pa;
	struct spinlock lock; /* who has a paused vCPU's VMCS open */
	bool launched;
	uint32_t controls, pin;     /* VMCS_CPU_CONTROLS, VMCS_PIN_CONTROLS as last written */
	uint32_t controls2;         /* VMCS_CPU_CONTROLS2 but for CPU2_X2APIC */
	struct vlapic_summary apic; /* as last written */
	/* the CPU has these while it is switched in */
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t dr[4], dr6, cr2;
	unsigned host_cpu; /* whose state the host fields have */
	unsigned ept_cpu;  /* where nothing stale is under the EPT pointer */
};

static inline struct vmx_vcpu *vmx_of(const struct vcpu *v)
{
	return v->hvm.vendor;
}

#define RIGHTS_LONG BIT(13)

/* --- vcpu.c --- */
void vmx_vcpu_init(struct vcpu *v);

/* --- vmcs.c: instructions, and whose VMCS is loaded --- */
uint64_t vmread(enum vmcs_field field);
void vmwrite(enum vmcs_field field, uint64_t value);
void vmclear(paddr_t pa);
void vmx_switch_in(struct vcpu *v);
void vmx_switch_out(struct vcpu *v);
/* vmread and vmwrite are about v, the current vCPU or a paused one, until vmx_close. */
void vmx_open(struct vcpu *v);
void vmx_close(struct vcpu *v);

/* --- registers.c: those that the CPU keeps outside the VMCS --- */
void vmx_registers_load(struct vcpu *v);
void vmx_registers_save(struct vcpu *v);

/* --- tlb.c --- */
/* Before every entry: nothing stale is under v's VPID and EPT pointer on this CPU. */
void vmx_tlb_check(struct vcpu *v);

/* --- state.c --- */
void vmx_get_state(struct vcpu *v, struct hvm_state *s);
void vmx_set_state(struct vcpu *v, const struct hvm_state *s);

/* --- cr.c; the VMCS is open --- */
uint64_t vmx_cr0_get(void);
uint64_t vmx_cr4_get(void);
void vmx_cr0_put(uint64_t value);
void vmx_cr4_put(uint64_t value);
/* The bits of CR4 that a guest does not change by itself. */
uint64_t vmx_cr4_mask(const struct domain *d);
/* EFER.LMA and the entry in long mode go together. */
void vmx_efer_put(uint64_t value);
/* With PAE paging the processor has its four top entries in the VMCS. False: not valid. */
bool vmx_pdptes_load(struct vcpu *v, uint64_t cr0, uint64_t cr3, uint64_t cr4, uint64_t efer);
/* An access to a control register exited: carried out, or a fault injected. */
void vmx_handle_cr(struct vcpu *v, uint64_t qualification, unsigned length);

/* --- apicv.c; the VMCS is open --- */
void vmx_apicv_init(struct vcpu *v);
/* Only with vlapic_in_hardware: before each entry, after each exit. */
void vmx_apicv_enter(struct vcpu *v);
void vmx_apicv_exit(struct vcpu *v, const struct vmx_exit_info *i);

/* --- run.c --- */
void vmx_run(struct vcpu *v, struct vmexit *e);

/* --- enter.S --- */
/* False: the processor did not take the VMCS. */
bool vmx_enter(struct cpu_regs *regs, bool launched);
extern const char vmx_exited[];

#endif
