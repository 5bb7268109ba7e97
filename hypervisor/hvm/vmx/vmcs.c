// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vCPU's VMCS: made active on the CPU that runs it, looked at by others while it is inactive (SDM
 * vol. 3, chapters 25 and 31). A paused vCPU has been switched out, so its VMCS is active nowhere.
 */
#include "cpu.h"
#include "log.h"
#include "private.h"
#include "processor.h"

/* --- instructions ----------------------------------------------------------------------------- */

uint64_t vmread(enum vmcs_field field)
{
	uint64_t value;
	bool failed;

	__asm__ volatile("vmread %2, %1; setna %0"
			 : "=q"(failed), "=r"(value)
			 : "r"((uint64_t)field)
			 : "cc", "memory");
	if (unlikely(failed))
		panic("VMREAD of field %#x failed", field);
	return value;
}

void vmwrite(enum vmcs_field field, uint64_t value)
{
	bool failed;

	__asm__ volatile("vmwrite %1, %2; setna %0"
			 : "=q"(failed)
			 : "r"(value), "r"((uint64_t)field)
			 : "cc", "memory");
	if (unlikely(failed))
		panic("VMWRITE of %#lx to field %#x failed", value, field);
}

static void vmptrld(paddr_t pa)
{
	bool failed;

	__asm__ volatile("vmptrld %1; setna %0" : "=q"(failed) : "m"(pa) : "cc", "memory");
	if (unlikely(failed))
		panic("VMPTRLD of %#lx failed", pa);
}

void vmclear(paddr_t pa)
{
	bool failed;

	__asm__ volatile("vmclear %1; setna %0" : "=q"(failed) : "m"(pa) : "cc", "memory");
	if (unlikely(failed))
		panic("VMCLEAR of %#lx failed", pa);
}

/* --- whose is loaded -------------------------------------------------------------------------- */

void vmx_open(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);

	if (this_cpu()->vmcs_loaded == v)
		return;
	spin_lock(&s->lock);
	vmptrld(s->vmcs_pa);
}

void vmx_close(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	struct vcpu *own = this_cpu()->vmcs_loaded;

	if (own == v)
		return;
	vmclear(s->vmcs_pa);
	spin_unlock(&s->lock);
	if (own)
		vmptrld(vmx_of(own)->vmcs_pa);
}

/* What an exit comes back to; the tables are each CPU's own. */
static void host_state_write(void)
{
	struct table_pointer gdtr, idtr;
	const uint64_t *tss;

	__asm__ volatile("sgdt %0; sidt %1" : "=m"(gdtr), "=m"(idtr));
	tss = (const uint64_t *)(gdtr.base + SELECTOR_TSS);
	vmwrite(VMCS_HOST_CR0, read_cr0());
	vmwrite(VMCS_HOST_CR3, read_cr3());
	vmwrite(VMCS_HOST_CR4, read_cr4());
	vmwrite(VMCS_HOST_GDTR_BASE, gdtr.base);
	vmwrite(VMCS_HOST_IDTR_BASE, idtr.base);
	vmwrite(VMCS_HOST_TR_BASE, (tss[0] >> 16 & 0xffffff) | (tss[0] >> 56) << 24 | tss[1] << 32);
	vmwrite(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmwrite(VMCS_HOST_PAT, rdmsr(MSR_PAT));
}

void vmx_switch_in(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	struct cpu *c = this_cpu();

	vmptrld(s->vmcs_pa);
	c->vmcs_loaded = v;
	s->launched = false;
	if (s->host_cpu != c->id) {
		s->host_cpu = c->id;
		host_state_write();
		/* CPUID may have changed since the vCPU was made, but not once it has run. */
		vmwrite(VMCS_CR4_MASK, vmx_cr4_mask(v->domain));
	}
	vmx_registers_load(v);
}

void vmx_switch_out(struct vcpu *v)
{
	vmx_registers_save(v);
	vmclear(vmx_of(v)->vmcs_pa);
	this_cpu()->vmcs_loaded = NULL;
}
