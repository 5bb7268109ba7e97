// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a CPU has all of APICv, the local APIC's registers are its virtual-APIC page (SDM vol. 3,
 * chapter 30): it delivers what waits in IRR as soon as the guest is open for it, without an exit.
 * In x2APIC mode most reads need none either, nor do writes of TPR, EOI and SELF IPI, but for the
 * EOI of a level-triggered interrupt. The page of an xAPIC is emulated as ever.
 */
#include "lib.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

#define X2APIC_WRITES (BIT(0x08) | BIT(0x0b) | BIT(0x3f)) /* TPR, EOI, SELF IPI */
#define MSR_MAP_WRITE 0x800u                              /* bytes to the bits of writes */
#define EOI_EXIT(i)   ((enum vmcs_field)(VMCS_EOI_EXIT + 2 * (i)))

/* The domain's second map lets through what the virtual-APIC page answers, not the machine. */
static void *x2apic_map(const struct domain *d)
{
	return (uint8_t *)d->hvm.msr_bitmap + PAGE_SIZE;
}

void vmx_apicv_init(struct vcpu *v)
{
	uint64_t *reads = x2apic_map(v->domain), *writes;

	if (!vlapic_in_hardware)
		return;
	memcpy(reads, v->domain->hvm.msr_bitmap, PAGE_SIZE);
	reads += MSR_X2APIC / 64; /* VLAPIC_REGISTERS bits */
	writes = reads + MSR_MAP_WRITE / sizeof(*writes);
	*reads &= ~vlapic_plain_registers;
	*writes &= ~X2APIC_WRITES;
	vmwrite(VMCS_VIRTUAL_APIC, virt_to_paddr(v->hvm.vlapic.regs));
	for (unsigned i = 0; i < 4; i++)
		vmwrite(EOI_EXIT(i), 0);
}

void vmx_apicv_enter(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);
	struct vlapic_summary now;

	if (!vlapic_summarise(v, &now))
		return;
	vmwrite(VMCS_INTR_STATUS, (uint32_t)now.in_service << 8 | now.requested);
	for (unsigned i = 0; i < 4; i++)
		if (now.level[i] != s->apic.level[i])
			vmwrite(EOI_EXIT(i), now.level[i]);
	if (now.x2apic != s->apic.x2apic) {
		/* Together, or the guest would have the machine's own registers. */
		vmwrite(VMCS_CPU_CONTROLS2, s->controls2 | (now.x2apic ? CPU2_X2APIC : 0));
		vmwrite(VMCS_MSR_BITMAP, virt_to_paddr(now.x2apic ? x2apic_map(v->domain)
								  : v->domain->hvm.msr_bitmap));
	}
	s->apic = now;
}

void vmx_apicv_exit(struct vcpu *v, const struct vmx_exit_info *i)
{
	uint32_t reg = (uint32_t)i->qualification / 16 % VLAPIC_REGISTERS;

	vlapic_ran(v);
	if (i->reason == VMX_EXIT_EOI)
		vioapic_eoi(v->domain, (uint8_t)i->qualification);
	else if (i->reason == VMX_EXIT_APIC_WRITE) /* a SELF IPI that is refused */
		vlapic_msr_write(v, MSR_X2APIC + reg, v->hvm.vlapic.regs[reg].value);
}
