// SPDX-License-Identifier: GPL-2.0-or-later
/* A vCPU's VMCS is made, with all that stays as it is while the vCPU lives. */
#include "cpu.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

static void controls_write(struct vmx_vcpu *s, const struct domain *d)
{
	paddr_t io = virt_to_paddr(d->hvm.io_bitmap);

	s->controls2 = vmx_config.cpu2;
	if (d->is_control) /* caches are everybody's */
		s->controls2 &= ~CPU2_WBINVD_EXITING;
	s->controls = vmx_config.cpu;
	s->pin = vmx_config.pin;
	vmwrite(VMCS_PIN_CONTROLS, s->pin);
	vmwrite(VMCS_CPU_CONTROLS, s->controls);
	vmwrite(VMCS_CPU_CONTROLS2, s->controls2);
	vmwrite(VMCS_EXIT_CONTROLS, vmx_config.exit);
	vmwrite(VMCS_ENTRY_CONTROLS, vmx_config.entry);
	/*
	 * The delivery of #DB and #AC can raise them again, without end and without ever letting an
	 * interrupt in: a guest could take the CPU away from us (CVE-2015-5307, CVE-2015-8104).
	 */
	vmwrite(VMCS_EXCEPTION_BITMAP,
		1u << EXCEPTION_DB | 1u << EXCEPTION_AC | 1u << EXCEPTION_MC);
	vmwrite(VMCS_IO_BITMAP_A, io);
	vmwrite(VMCS_IO_BITMAP_B, io + PAGE_SIZE);
	vmwrite(VMCS_MSR_BITMAP, virt_to_paddr(d->hvm.msr_bitmap));
	vmwrite(VMCS_EPT_POINTER, ept_pointer(d->p2m.root));
	vmwrite(VMCS_CR0_MASK, vmx_config.cr0_fixed | CR0_CD | CR0_NW);
	vmwrite(VMCS_CR4_MASK, vmx_cr4_mask(d));
}

/* Controls, then of the guest's state what the neutral one has not, then the host's. */
static const enum vmcs_field zero_at_first[] = { VMCS_PF_ERROR_MASK,     VMCS_PF_ERROR_MATCH,
						 VMCS_CR3_TARGETS,       VMCS_EXIT_MSR_STORES,
						 VMCS_EXIT_MSR_LOADS,    VMCS_ENTRY_MSR_LOADS,
						 VMCS_TSC_OFFSET,        VMCS_GUEST_DEBUGCTL,
						 VMCS_GUEST_ACTIVITY,    VMCS_GUEST_PENDING_DEBUG,
						 VMCS_HOST_ES,           VMCS_HOST_SS,
						 VMCS_HOST_DS,           VMCS_HOST_FS,
						 VMCS_HOST_GS,           VMCS_HOST_FS_BASE,
						 VMCS_HOST_GS_BASE,      VMCS_HOST_SYSENTER_CS,
						 VMCS_HOST_SYSENTER_ESP, VMCS_HOST_SYSENTER_EIP };

static void fixed_state_write(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(zero_at_first); i++)
		vmwrite(zero_at_first[i], 0);
	vmwrite(VMCS_LINK_POINTER, ~0UL);
	vmwrite(VMCS_HOST_CS, SELECTOR_CODE);
	vmwrite(VMCS_HOST_TR, SELECTOR_TSS);
	vmwrite(VMCS_HOST_RIP, (uint64_t)vmx_exited);
}

void vmx_vcpu_init(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);

	*(uint32_t *)v->hvm.control = vmx_config.revision;
	s->vmcs_pa = virt_to_paddr(v->hvm.control);
	s->host_cpu = s->ept_cpu = MAX_CPUS;
	vmclear(s->vmcs_pa);
	vmx_open(v);
	controls_write(s, v->domain);
	fixed_state_write();
	vmx_apicv_init(v);
	vmx_close(v);
}
