// SPDX-License-Identifier: GPL-2.0-or-later
/* A vCPU's VMCS is made, with all that stays as it is while the vCPU lives. */
#include "abi/errno.h"
#include "cpu.h"
#include "lib.h"
#include "mm.h"
#include "private.h"
#include "processor.h"

static void controls_write(struct vmx_vcpu *s, const struct domain *d)
{
	uint32_t cpu2 = vmx_config.cpu2;
	paddr_t io = virt_to_paddr(d->hvm.io_bitmap);

	if (d->is_control) /* caches are everybody's */
		cpu2 &= ~CPU2_WBINVD_EXITING;
	s->controls = vmx_config.cpu;
	s->pin = vmx_config.pin;
	vmwrite(VMCS_PIN_CONTROLS, s->pin);
	vmwrite(VMCS_CPU_CONTROLS, s->controls);
	vmwrite(VMCS_CPU_CONTROLS2, cpu2);
	vmwrite(VMCS_EXIT_CONTROLS, vmx_config.exit);
	vmwrite(VMCS_ENTRY_CONTROLS, vmx_config.entry);
	/*
	 * The delivery of #DB and #AC can raise them again, without end and without ever letting an
	 * interrupt in: a guest could take the CPU away from us (CVE-2015-5307, CVE-2015-8104).
	 */
	vmwrite(VMCS_EXCEPTION_BITMAP,
		1u << EXCEPTION_DB | 1u << EXCEPTION_AC | 1u << EXCEPTION_MC);
	vmwrite(VMCS_PF_ERROR_MASK, 0);
	vmwrite(VMCS_PF_ERROR_MATCH, 0);
	vmwrite(VMCS_CR3_TARGETS, 0);
	vmwrite(VMCS_EXIT_MSR_STORES, 0);
	vmwrite(VMCS_EXIT_MSR_LOADS, 0);
	vmwrite(VMCS_ENTRY_MSR_LOADS, 0);
	vmwrite(VMCS_IO_BITMAP_A, io);
	vmwrite(VMCS_IO_BITMAP_B, io + PAGE_SIZE);
	vmwrite(VMCS_MSR_BITMAP, virt_to_paddr(d->hvm.msr_bitmap));
	vmwrite(VMCS_EPT_POINTER, ept_pointer(d->p2m.root));
	vmwrite(VMCS_CR0_MASK, vmx_config.cr0_fixed | CR0_CD | CR0_NW);
	vmwrite(VMCS_CR4_MASK, vmx_cr4_mask(d));
	vmwrite(VMCS_TSC_OFFSET, 0);
}

static void fixed_state_write(void)
{
	/* The guest's: nothing of it is in the neutral state. */
	vmwrite(VMCS_LINK_POINTER, ~0UL);
	vmwrite(VMCS_GUEST_DEBUGCTL, 0);
	vmwrite(VMCS_GUEST_ACTIVITY, 0);
	vmwrite(VMCS_GUEST_PENDING_DEBUG, 0);
	/* The host's, the same on all CPUs. */
	vmwrite(VMCS_HOST_CS, SELECTOR_CODE);
	vmwrite(VMCS_HOST_TR, SELECTOR_TSS);
	for (uint32_t f = VMCS_HOST_SS; f <= VMCS_HOST_GS; f += 2)
		vmwrite((enum vmcs_field)f, 0);
	vmwrite(VMCS_HOST_ES, 0);
	vmwrite(VMCS_HOST_FS_BASE, 0);
	vmwrite(VMCS_HOST_GS_BASE, 0);
	vmwrite(VMCS_HOST_SYSENTER_CS, 0);
	vmwrite(VMCS_HOST_SYSENTER_ESP, 0);
	vmwrite(VMCS_HOST_SYSENTER_EIP, 0);
	vmwrite(VMCS_HOST_RIP, (uint64_t)vmx_exited);
}

int vmx_vcpu_init(struct vcpu *v)
{
	struct vmx_vcpu *s = object_alloc(sizeof(*s));
	uint32_t *vmcs = heap_alloc(0);

	if (!s || !vmcs) {
		object_free(s, sizeof(*s));
		heap_free(vmcs, 0);
		return -ENOMEM;
	}
	v->hvm.vendor = s;
	vmcs[0] = vmx_config.revision;
	s->vmcs = vmcs;
	s->vmcs_pa = virt_to_paddr(vmcs);
	s->host_cpu = s->ept_cpu = MAX_CPUS;
	vmclear(s->vmcs_pa);
	vmx_open(v);
	controls_write(s, v->domain);
	fixed_state_write();
	vmx_close(v);
	return 0;
}

void vmx_vcpu_destroy(struct vcpu *v)
{
	struct vmx_vcpu *s = vmx_of(v);

	if (s)
		heap_free(s->vmcs, 0);
	object_free(s, sizeof(*s));
	v->hvm.vendor = NULL;
}
