// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the VMCS's exit fields to the neutral record (SDM vol. 3, 28.2 and appendix C). Nothing is
 * acted on here, and no hardware read.
 */
#include "pure.h"

#define KNOWN(r) ((r) + 1) /* so that what is not listed is 0 */

static const uint8_t reasons[VMX_EXIT_LIMIT] = {
	[VMX_EXIT_INTR] = KNOWN(VMEXIT_NOTHING),
	[VMX_EXIT_TRIPLE_FAULT] = KNOWN(VMEXIT_SHUTDOWN),
	[VMX_EXIT_INIT] = KNOWN(VMEXIT_NOTHING),
	[VMX_EXIT_SIPI] = KNOWN(VMEXIT_NOTHING),
	[VMX_EXIT_INTR_WINDOW] = KNOWN(VMEXIT_INTR_WINDOW),
	[VMX_EXIT_NMI_WINDOW] = KNOWN(VMEXIT_INTR_WINDOW),
	[VMX_EXIT_TASK_SWITCH] = KNOWN(VMEXIT_TASK_SWITCH),
	[VMX_EXIT_CPUID] = KNOWN(VMEXIT_CPUID),
	[VMX_EXIT_GETSEC] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_HLT] = KNOWN(VMEXIT_HLT),
	[VMX_EXIT_INVD] = KNOWN(VMEXIT_WBINVD),
	[VMX_EXIT_RDPMC] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_RSM] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_VMCALL] = KNOWN(VMEXIT_HYPERCALL),
	[VMX_EXIT_VMCLEAR... VMX_EXIT_VMXON] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_CR] = KNOWN(VMEXIT_CR),
	[VMX_EXIT_IO] = KNOWN(VMEXIT_IO),
	[VMX_EXIT_RDMSR] = KNOWN(VMEXIT_MSR),
	[VMX_EXIT_WRMSR] = KNOWN(VMEXIT_MSR),
	[VMX_EXIT_MWAIT] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_MONITOR] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_EOI] = KNOWN(VMEXIT_NOTHING),
	[VMX_EXIT_EPT_FAULT] = KNOWN(VMEXIT_NESTED_FAULT),
	[VMX_EXIT_INVEPT] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_PREEMPTION] = KNOWN(VMEXIT_NOTHING),
	[VMX_EXIT_INVVPID] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_WBINVD] = KNOWN(VMEXIT_WBINVD),
	[VMX_EXIT_XSETBV] = KNOWN(VMEXIT_XSETBV),
	[VMX_EXIT_APIC_WRITE] = KNOWN(VMEXIT_NOTHING),
	[VMX_EXIT_VMFUNC] = KNOWN(VMEXIT_UNDEFINED),
	[VMX_EXIT_SEAMCALL... VMX_EXIT_TDCALL] = KNOWN(VMEXIT_UNDEFINED),
};

/* Exceptions that exit, and the machine's own NMIs. */
static enum vmexit_reason exception_reason(uint32_t event)
{
	uint32_t vector = event & EVENT_VECTOR;

	if ((event & EVENT_TYPE) == EVENT_NMI || vector == EXCEPTION_DB || vector == EXCEPTION_AC)
		return VMEXIT_NOTHING;
	return vector == EXCEPTION_MC ? VMEXIT_MACHINE_CHECK : VMEXIT_FAILED;
}

static enum vmexit_reason reason_of(const struct vmx_exit_info *i)
{
	uint32_t reason = i->reason & 0xffff;

	if (i->reason & EXIT_REASON_FAILED)
		return reason == VMX_EXIT_MACHINE_CHECK ? VMEXIT_MACHINE_CHECK : VMEXIT_FAILED;
	if (reason == VMX_EXIT_EXCEPTION)
		return exception_reason(i->event);
	if (reason >= VMX_EXIT_LIMIT || !reasons[reason])
		return VMEXIT_FAILED;
	return (enum vmexit_reason)(reasons[reason] - 1);
}

static void decode_io(uint64_t q, struct vmexit *e)
{
	e->io.port = (uint16_t)(q >> 16);
	e->io.size = (uint8_t)((q & 3) + 1);
	e->io.in = q & 8;
	e->io.string = q & 16;
	e->io.rep = q & 32;
}

static void decode_fault(const struct vmx_exit_info *i, struct vmexit *e)
{
	e->fault.gpa = i->gpa;
	e->fault.write = i->qualification & 2;
	e->fault.fetch = i->qualification & 4;
	e->fault.present = i->qualification & 0x38;
}

void vmx_decode_exit(const struct vmx_exit_info *i, struct vmexit *e)
{
	e->reason = reason_of(i);
	e->code = i->reason;
	e->length = 0;
	switch (e->reason) {
	case VMEXIT_IO: decode_io(i->qualification, e); break;
	case VMEXIT_MSR: e->msr.write = i->reason == VMX_EXIT_WRMSR; break;
	case VMEXIT_NESTED_FAULT: decode_fault(i, e); return;
	case VMEXIT_CPUID:
	case VMEXIT_HLT:
	case VMEXIT_HYPERCALL:
	case VMEXIT_XSETBV:
	case VMEXIT_CR:
	case VMEXIT_WBINVD: break;
	default: return;
	}
	e->length = (uint8_t)i->length; /* always given for instructions, 28.2.5 */
}

bool vmx_iret_faulted(const struct vmx_exit_info *i)
{
	/* In the middle of a delivery, INT n's too, the bit means nothing (28.2.3). */
	if (i->idt_event & EVENT_VALID)
		return false;
	if (i->reason == VMX_EXIT_EXCEPTION)
		return (i->event & EVENT_NMI_UNBLOCKED) &&
		       (i->event & EVENT_VECTOR) != EXCEPTION_DF;
	return i->reason == VMX_EXIT_EPT_FAULT && (i->qualification & EVENT_NMI_UNBLOCKED);
}
