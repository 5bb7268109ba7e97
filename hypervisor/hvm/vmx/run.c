// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One entry and exit, and the events that go in with it (SDM vol. 3, 27.6, 28.2 and 33.3). One
 * event is delivered per entry; what the guest is not open for makes it exit as soon as it is.
 */
#include "atomic.h"
#include "cpu.h"
#include "private.h"
#include "processor.h"
#include "speculation.h"

#define DR6_CAUSES   0x600fUL /* what the exit qualification of #DB has of DR6 */
#define DR7_GD       BIT(13)
#define ENTRY_FAILED 0xffffffffu

/* --- before ----------------------------------------------------------------------------------- */

/* An NMI goes in as soon as the one before is over. True: it needs an exit for that. */
static bool nmi_offer(struct hvm_vcpu *h)
{
	if (!h->nmi_pending)
		return false;
	if ((h->event & EVENT_VALID) || (h->shadow & (SHADOW_NMI | SHADOW_MOV_SS)))
		return true;
	h->nmi_pending = false;
	h->shadow &= ~SHADOW_STI;
	h->event = EVENT_VALID | EVENT_NMI | 2;
	return false;
}

/* Delivered on this entry: true. */
static bool interrupt_offer(struct hvm_vcpu *h)
{
	if (h->offered < 0 || (h->event & EVENT_VALID) || !(h->regs.rflags & RFLAGS_IF) ||
	    (h->shadow & (SHADOW_STI | SHADOW_MOV_SS)))
		return false;
	h->event = EVENT_VALID | EVENT_INTR | (uint32_t)h->offered;
	return true;
}

/*
 * An entry wants a single step over the instruction whose shadow this is to be pending, and no
 * other (27.3.1.5).
 */
static void single_step_tidy(const struct vcpu *v)
{
	uint64_t pending;

	if (likely(!(v->hvm.shadow & (SHADOW_STI | SHADOW_MOV_SS))))
		return;
	pending = vmread(VMCS_GUEST_PENDING_DEBUG) & ~PENDING_DEBUG_STEP;
	if (v->hvm.regs.rflags & RFLAGS_TF)
		pending |= PENDING_DEBUG_STEP;
	vmwrite(VMCS_GUEST_PENDING_DEBUG, pending);
}

/*
 * An interrupt of the machine's ends the guest's run whatever its IF. Bochs 2.7 forgets that where
 * IF is 0 at the entry and stays so: such a guest would have the CPU for itself. So it gets a
 * millisecond.
 */
static void preemption_set(const struct vcpu *v, struct vmx_vcpu *s)
{
	bool closed = !(v->hvm.regs.rflags & RFLAGS_IF);
	uint32_t pin = vmx_config.pin | (closed ? PIN_PREEMPTION : 0);

	if (likely(!vmx_config.preemption))
		return;
	if (pin & PIN_PREEMPTION)
		vmwrite(VMCS_PREEMPTION_TIMER, vmx_config.preemption);
	if (pin != s->pin)
		vmwrite(VMCS_PIN_CONTROLS, pin);
	s->pin = pin;
}

/* True: the interrupt offered goes in. */
static bool entry_prepare(struct vcpu *v, struct vmx_vcpu *s)
{
	uint32_t controls = vmx_config.cpu;
	struct hvm_vcpu *h = &v->hvm;
	bool taken;

	if (vlapic_in_hardware)
		vmx_apicv_enter(v);
	if (nmi_offer(h))
		controls |= CPU_NMI_WINDOW;
	taken = interrupt_offer(h);
	if (h->offered >= 0 && !taken)
		controls |= CPU_INTR_WINDOW;
	if (controls != s->controls)
		vmwrite(VMCS_CPU_CONTROLS, controls);
	s->controls = controls;
	preemption_set(v, s);
	if (h->event & EVENT_VALID) {
		vmwrite(VMCS_ENTRY_EVENT, h->event);
		if (h->event & EVENT_ERROR_VALID)
			vmwrite(VMCS_ENTRY_ERROR, h->event_error);
	}
	vmwrite(VMCS_GUEST_SHADOW, h->shadow);
	single_step_tidy(v);
	vmwrite(VMCS_GUEST_RSP, h->regs.rsp);
	vmwrite(VMCS_GUEST_RIP, h->regs.rip);
	vmwrite(VMCS_GUEST_RFLAGS, h->regs.rflags);
	return taken;
}

/* --- after ------------------------------------------------------------------------------------ */

/* An event whose delivery the exit cut short is delivered again, if its instruction will not be. */
static void keep_interrupted_event(struct hvm_vcpu *h, const struct vmx_exit_info *i)
{
	h->event = hvm_interrupted_event(i->idt_event);
	if (h->event & EVENT_ERROR_VALID)
		h->event_error = (uint32_t)vmread(VMCS_IDT_ERROR);
	if (h->event && (h->event & EVENT_TYPE) == EVENT_NMI)
		h->shadow &= ~SHADOW_NMI;
	if (vmx_iret_faulted(i))
		h->shadow |= SHADOW_NMI;
}

/* The exit has kept its causes from DR6, and GD in DR7. */
static void debug_registers_update(uint64_t causes)
{
	uint64_t dr6, dr7 = vmread(VMCS_GUEST_DR7);

	__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
	dr6 |= causes & DR6_CAUSES;
	__asm__ volatile("mov %0, %%dr6" : : "r"(dr6));
	if (dr7 & DR7_GD)
		vmwrite(VMCS_GUEST_DR7, dr7 & ~DR7_GD);
}

/*
 * Delivered after all, one exit at a time. An event in whose delivery it was raised is delivered
 * again first, and raises it again.
 */
static void deliver_intercepted(struct vcpu *v, const struct vmx_exit_info *i)
{
	uint32_t vector = i->event & EVENT_VECTOR;

	if (i->reason != VMX_EXIT_EXCEPTION)
		return;
	if ((i->event & EVENT_TYPE) == EVENT_NMI) {
		__asm__ volatile("int $2" : : : "memory"); /* ours; IRET lets the next one come */
		return;
	}
	if (v->hvm.event & EVENT_VALID)
		return;
	if (vector == EXCEPTION_DB) {
		/* INT1 is done when it traps; the exit came before. */
		if ((i->event & EVENT_TYPE) == EVENT_SOFT_PRIVILEGE)
			hvm_skip(v, i->length);
		debug_registers_update(i->qualification);
		hvm_inject(v, EXCEPTION_DB, false, 0);
	} else if (vector == EXCEPTION_AC) {
		hvm_inject(v, EXCEPTION_AC, true, (uint32_t)vmread(VMCS_EXIT_ERROR));
	}
}

static void exit_info_read(struct vmx_exit_info *i)
{
	i->reason = (uint32_t)vmread(VMCS_EXIT_REASON);
	i->event = i->reason == VMX_EXIT_EXCEPTION ? (uint32_t)vmread(VMCS_EXIT_EVENT) : 0;
	i->idt_event = (uint32_t)vmread(VMCS_IDT_EVENT);
	i->length = (uint32_t)vmread(VMCS_EXIT_LENGTH);
	i->qualification = vmread(VMCS_QUALIFICATION);
	i->gpa = i->reason == VMX_EXIT_EPT_FAULT ? vmread(VMCS_GUEST_PHYSICAL) : 0;
}

static void exit_collect(struct vcpu *v, struct vmx_vcpu *s, struct vmexit *e)
{
	struct vmx_exit_info i;

	exit_info_read(&i);
	vmx_decode_exit(&i, e);
	if (i.reason & EXIT_REASON_FAILED)
		return;
	s->launched = true;
	v->hvm.regs.rsp = vmread(VMCS_GUEST_RSP);
	v->hvm.regs.rip = vmread(VMCS_GUEST_RIP);
	v->hvm.regs.rflags = vmread(VMCS_GUEST_RFLAGS);
	v->hvm.shadow = (uint32_t)vmread(VMCS_GUEST_SHADOW);
	if (vlapic_in_hardware)
		vmx_apicv_exit(v, &i);
	keep_interrupted_event(&v->hvm, &i);
	deliver_intercepted(v, &i);
	if (i.reason == VMX_EXIT_CR)
		vmx_handle_cr(v, i.qualification, e->length);
	else if (i.reason == VMX_EXIT_INTR || i.reason == VMX_EXIT_PREEMPTION ||
		 (i.idt_event & EVENT_VALID))
		/* An event that is never delivered goes in first, and is the only exit. */
		interrupts_take();
}

void vmx_run(struct vcpu *v, struct vmexit *e)
{
	struct vmx_vcpu *s = vmx_of(v);
	struct cpu *cpu = this_cpu();
	bool taken = entry_prepare(v, s), entered;

	/* Seen by whoever takes mappings away before the generation is looked at; see x86/tlb.c. */
	atomic_set(&cpu->in_guest, v);
	vmx_tlb_check(v);

	if (speculation_on & SPEC_L1D_FLUSH)
		wrmsr(MSR_FLUSH_CMD, FLUSH_CMD_L1D);
	entered = vmx_enter(&v->hvm.regs, s->launched);

	cpu->entries++;
	atomic_set(&cpu->in_guest, NULL);
	*e = (struct vmexit){ .reason = VMEXIT_FAILED, .code = ENTRY_FAILED };
	if (likely(entered))
		exit_collect(v, s, e);
	if (unlikely(e->code & EXIT_REASON_FAILED)) {
		/* Nothing went in: an interrupt is offered again, what must go in still must. */
		if (taken)
			v->hvm.event = 0;
		taken = false;
	}
	e->took_interrupt = taken;
}
