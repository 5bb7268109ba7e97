// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers that neither an entry nor an exit touches: SYSCALL's, KERNEL_GS_BASE, DR0-3, DR6, CR2.
 * The hypervisor uses none of them, so they stay the guest's until another vCPU comes. A guest sets
 * the MSRs without an exit; values that came from elsewhere and that the CPU refuses are left out.
 */
#include "private.h"
#include "processor.h"

void vmx_registers_load(struct vcpu *v)
{
	const struct vmx_vcpu *s = vmx_of(v);

	wrmsr_safe(MSR_STAR, s->star);
	wrmsr_safe(MSR_LSTAR, s->lstar);
	wrmsr_safe(MSR_CSTAR, s->cstar);
	wrmsr_safe(MSR_SFMASK, s->sfmask);
	wrmsr_safe(MSR_KERNEL_GS_BASE, s->kernel_gs_base);
	__asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3"
			 :
			 : "r"(s->dr[0]), "r"(s->dr[1]), "r"(s->dr[2]), "r"(s->dr[3]));
	__asm__ volatile("mov %0, %%dr6; mov %1, %%cr2"
			 :
			 : "r"((uint64_t)(uint32_t)s->dr6), "r"(s->cr2));
}

void vmx_registers_save(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);

	s->star = rdmsr(MSR_STAR);
	s->lstar = rdmsr(MSR_LSTAR);
	s->cstar = rdmsr(MSR_CSTAR);
	s->sfmask = rdmsr(MSR_SFMASK);
	s->kernel_gs_base = rdmsr(MSR_KERNEL_GS_BASE);
	__asm__ volatile("mov %%dr0, %0; mov %%dr1, %1; mov %%dr2, %2; mov %%dr3, %3"
			 : "=r"(s->dr[0]), "=r"(s->dr[1]), "=r"(s->dr[2]), "=r"(s->dr[3]));
	__asm__ volatile("mov %%dr6, %0; mov %%cr2, %1" : "=r"(s->dr6), "=r"(s->cr2));
}
