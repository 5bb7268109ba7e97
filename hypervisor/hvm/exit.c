// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is done about each kind of exit, the same for every vendor. The exit counters live here: an
 * exit is what virtualisation costs.
 */
#include "cpuid.h"
#include "domain.h"
#include "hvm.h"
#include "hypercall.h"
#include "machine_check.h"
#include "processor.h"

static void exit_nothing(struct vcpu *v, const struct vmexit *e)
{
}

static void exit_cpuid(struct vcpu *v, const struct vmexit *e)
{
	struct cpu_regs *r = &v->hvm.regs;
	struct cpuid_leaf leaf = hvm_cpuid(v, (uint32_t)r->rax, (uint32_t)r->rcx);

	r->rax = leaf.a;
	r->rbx = leaf.b;
	r->rcx = leaf.c;
	r->rdx = leaf.d;
	hvm_skip(v, e->length);
}

/* With interrupts off nothing but an INIT would end it: that is how a CPU goes offline. */
static void exit_hlt(struct vcpu *v, const struct vmexit *e)
{
	hvm_skip(v, e->length);
	if (v->hvm.event & EVENT_VALID)
		return; /* a single step over it */
	if ((v->hvm.regs.rflags & RFLAGS_IF) || hvm_has_pending(v))
		vcpu_block(v);
	else
		vcpu_halt_forever(v);
}

static void exit_msr(struct vcpu *v, const struct vmexit *e)
{
	struct cpu_regs *r = &v->hvm.regs;
	uint64_t value = r->rdx << 32 | (uint32_t)r->rax;
	bool done;

	if (e->msr.write) {
		done = hvm_msr_write(v, (uint32_t)r->rcx, value);
	} else {
		done = hvm_msr_read(v, (uint32_t)r->rcx, &value);
		if (done) {
			r->rax = (uint32_t)value;
			r->rdx = value >> 32;
		}
	}
	if (done)
		hvm_skip(v, e->length);
	else
		hvm_inject_gp(v);
}

static void exit_hypercall(struct vcpu *v, const struct vmexit *e)
{
	hypercall_dispatch(v);
}

static void exit_xsetbv(struct vcpu *v, const struct vmexit *e)
{
	struct cpu_regs *r = &v->hvm.regs;
	uint64_t value = r->rdx << 32 | (uint32_t)r->rax;

	if (hvm->get_cpl(v) || (uint32_t)r->rcx ||
	    !cpuid_xcr0_allowed(v->domain->hvm.cpuid, value)) {
		hvm_inject_gp(v);
		return;
	}
	v->hvm.xcr0 = value;
	xsetbv(0, value);
	hvm_skip(v, e->length);
}

/*
 * With nested paging a guest's caches are coherent; only domain 0's own WBINVD reaches the
 * hardware.
 */
static void exit_wbinvd(struct vcpu *v, const struct vmexit *e)
{
	if (v->domain->is_control)
		__asm__ volatile("wbinvd" : : : "memory");
	hvm_skip(v, e->length);
}

static void exit_undefined(struct vcpu *v, const struct vmexit *e)
{
	hvm_inject_ud(v);
}

static void exit_machine_check(struct vcpu *v, const struct vmexit *e)
{
	machine_check_in_guest();
}

/*
 * Hardware switches tasks by a task gate, or a jump to a TSS: what no 64-bit system has, and AMD-V
 * does by itself.
 */
static void exit_crash(struct vcpu *v, const struct vmexit *e)
{
	const char *why = e->reason == VMEXIT_SHUTDOWN ? "triple fault"
			  : e->reason == VMEXIT_TASK_SWITCH
				  ? "hardware task switch, not offered"
				  : "no entry, or exit, for an unknown reason";

	domain_crash(v->domain, "vCPU %u: %s: rip %#lx, %s exit %#lx", v->id, why, v->hvm.regs.rip,
		     hvm->name, e->code);
}

typedef void exit_handler(struct vcpu *v, const struct vmexit *e);

static exit_handler *const handlers[VMEXIT_REASONS] = {
	[VMEXIT_NOTHING] = exit_nothing,
	[VMEXIT_CPUID] = exit_cpuid,
	[VMEXIT_HLT] = exit_hlt,
	[VMEXIT_IO] = hvm_handle_io,
	[VMEXIT_MSR] = exit_msr,
	[VMEXIT_HYPERCALL] = exit_hypercall,
	[VMEXIT_NESTED_FAULT] = hvm_handle_nested_fault,
	[VMEXIT_SHUTDOWN] = exit_crash,
	[VMEXIT_INTR_WINDOW] = exit_nothing, /* what waits is offered on the way back */
	[VMEXIT_XSETBV] = exit_xsetbv,
	[VMEXIT_CR] = exit_nothing,
	[VMEXIT_WBINVD] = exit_wbinvd,
	[VMEXIT_UNDEFINED] = exit_undefined,
	[VMEXIT_MACHINE_CHECK] = exit_machine_check,
	[VMEXIT_TASK_SWITCH] = exit_crash,
	[VMEXIT_FAILED] = exit_crash,
};

void hvm_handle_exit(struct vcpu *v, const struct vmexit *e)
{
	v->hvm.exits[e->reason]++;
	v->hvm.ioreq.step = v->hvm.ioreq.answers = 0;
	handlers[e->reason](v, e);
}

void hvm_handle_later(struct vcpu *v, const struct vmexit *e)
{
	if (e != &v->hvm.ioreq.exit)
		v->hvm.ioreq.exit = *e;
	v->hvm.ioreq.again = true;
}

bool hvm_handle_again(struct vcpu *v)
{
	struct ioreq_vcpu *io = &v->hvm.ioreq;

	if (likely(!io->again))
		return false;
	io->again = false;
	io->step = 0;
	handlers[io->exit.reason](v, &io->exit);
	return true;
}
