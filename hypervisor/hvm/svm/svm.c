// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD-V with nested paging (APM vol. 2, chapter 15): enabling it, a vCPU's control block, entering
 * the guest, injecting events. Works without next-RIP, decode assists, clean bits and
 * flush-by-ASID; only as much is intercepted as must be, because each exit is dear.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "machine_check.h"
#include "mm.h"
#include "private.h"
#include "processor.h"
#include "speculation.h"

#define VM_CR_SVMDIS  BIT(4)

#define FEATURE_RDPRU (1u << 4) /* CPUID 80000008 EBX */

bool svm_has_next_rip;
static bool has_rdpru;

static int svm_cpu_enable(void)
{
	uint32_t r[4];
	void *hsave;

	cpuid_count(0x80000001, 0, r);
	if (!(r[2] & (1u << 2))) {
		log_err("this CPU has no AMD-V (SVM): found CPUID 80000001 ECX %#x, needed bit 2",
			r[2]);
		return -ENODEV;
	}
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS) {
		log_err("AMD-V is switched off by the firmware: enable SVM (virtualisation) in its set-up");
		return -ENODEV;
	}
	cpuid_count(0x8000000a, 0, r);
	if (!(r[3] & 1)) {
		log_err("AMD-V lacks nested paging: found CPUID 8000000A EDX %#x, needed bit 0",
			r[3]);
		return -ENODEV;
	}
	svm_has_next_rip = r[3] & 8;
	cpuid_count(0x80000008, 0, r);
	has_rdpru = r[1] & FEATURE_RDPRU;
	hsave = heap_alloc(0);
	if (!hsave)
		return -ENOMEM;
	this_cpu()->vendor_page = hsave;
	/* Branches of guests do not steer the hypervisor's, on CPUs that see to it (Zen 4). */
	wrmsr(MSR_EFER,
	      rdmsr(MSR_EFER) | EFER_SVME | (speculation_on & SPEC_IBRS ? EFER_AUTO_IBRS : 0));
	wrmsr(MSR_VM_HSAVE_PA, virt_to_paddr(hsave));
	svm_asid_init_cpu();
	return 0;
}

static int svm_vcpu_init(struct vcpu *v)
{
	struct svm_vcpu *s = object_alloc(sizeof(*s));
	struct vmcb *c = heap_alloc(0);

	if (!s || !c) {
		object_free(s, sizeof(*s));
		heap_free(c, 0);
		return -ENOMEM;
	}
	v->hvm.vendor = s;
	s->vmcb = c;
	s->vmcb_pa = virt_to_paddr(c);
	s->asid_cpu = MAX_CPUS;
	/*
	 * The delivery of these two can raise them again, without end and without ever letting an
	 * interrupt in: a guest could take the CPU away from us (CVE-2015-5307, CVE-2015-8104).
	 */
	c->intercept_exceptions = 1u << EXCEPTION_DB | 1u << EXCEPTION_AC | 1u << EXCEPTION_MC;
	/*
	 * SMI: the firmware's handler runs under the hypervisor then, not through the guest's
	 * nested tables (QEMU) or with its registers to see.
	 */
	c->intercept1 = INTERCEPT_INTR | INTERCEPT_NMI | INTERCEPT_SMI | INTERCEPT_INIT |
			INTERCEPT_RDPMC | INTERCEPT_CPUID | INTERCEPT_INVD | INTERCEPT_HLT |
			INTERCEPT_INVLPGA | INTERCEPT_IOIO | INTERCEPT_MSR | INTERCEPT_FERR_FREEZE |
			INTERCEPT_SHUTDOWN;
	c->intercept2 = INTERCEPT_VMRUN | INTERCEPT_VMMCALL | INTERCEPT_VMLOAD | INTERCEPT_VMSAVE |
			INTERCEPT_STGI | INTERCEPT_CLGI | INTERCEPT_SKINIT | INTERCEPT_MONITOR |
			INTERCEPT_MWAIT | INTERCEPT_XSETBV;
	if (!v->domain->is_control)
		c->intercept2 |= INTERCEPT_WBINVD; /* caches are everybody's */
	if (has_rdpru)
		c->intercept2 |= INTERCEPT_RDPRU; /* not offered, and it tells of the whole CPU */
	c->iopm_base = virt_to_paddr(v->domain->hvm.io_bitmap);
	c->msrpm_base = virt_to_paddr(v->domain->hvm.msr_bitmap);
	c->nested_control = NESTED_ENABLE;
	c->nested_cr3 = v->domain->p2m.root.n << PAGE_SHIFT;
	return 0;
}

static void svm_vcpu_destroy(struct vcpu *v)
{
	struct svm_vcpu *s = svm_of(v);

	if (s)
		heap_free(s->vmcb, 0);
	object_free(s, sizeof(*s));
	v->hvm.vendor = NULL;
}

static void svm_switch_in(struct vcpu *v)
{
	svm_load(v);
	svm_of(v)->loaded = true;
}

static void svm_switch_out(struct vcpu *v)
{
	svm_sync(v);
	svm_of(v)->loaded = false;
}

/* --- one entry and exit ----------------------------------------------------------------------- */

/*
 * The CPU delivers a virtual interrupt as soon as the guest is open for one, without an exit
 * (15.21.4). Not by event injection: that needs a guest that is open already, and QEMU 7.2 can
 * deliver the interrupt a second time then, into its own handler. An upcall that must wait exits
 * once more, for another look at its flag.
 */
static void offer_interrupt(const struct vcpu *v, struct vmcb *c)
{
	bool open = (c->rflags & RFLAGS_IF) && !(c->interrupt_shadow & 1);

	c->vintr = VINTR_MASKING | vlapic_get_tpr(v) >> 4;
	c->intercept1 &= ~INTERCEPT_VINTR;
	if (v->hvm.offered < 0)
		return;
	c->vintr |= VINTR_IRQ | VINTR_PRIORITY | VINTR_IGNORE_TPR |
		    (uint64_t)v->hvm.offered << VINTR_VECTOR_SHIFT;
	if (!open && !v->hvm.offered_by_vlapic)
		c->intercept1 |= INTERCEPT_VINTR;
}

/* Taken too, if the exit cut its delivery short: then it is injected next. */
static bool took_interrupt(const struct vcpu *v, const struct vmcb *c)
{
	if (v->hvm.offered < 0)
		return false;
	return !(c->vintr & VINTR_IRQ) || ((c->event_injection & EVENT_VALID) &&
					   (c->event_injection & (EVENT_TYPE | 0xff)) ==
						   (EVENT_INTR | (uint64_t)v->hvm.offered));
}

/* An event whose delivery the exit cut short is delivered again, if its instruction will not be. */
static void keep_interrupted_event(struct vmcb *c)
{
	uint64_t i = c->exit_int_info, type = i & EVENT_TYPE, vector = i & 0xff;

	c->event_injection = 0;
	if (!(i & EVENT_VALID) || type == EVENT_SOFT)
		return;
	if (type == EVENT_EXCEPTION && (vector == 3 || vector == 4))
		return; /* INT3 and INTO run again */
	if (type == EVENT_EXCEPTION && vector > 31)
		i = EVENT_VALID | EVENT_INTR | vector; /* as QEMU 7.2 tells of an interrupt */
	c->event_injection = i;
}

/*
 * Delivered after all, one exit at a time. An event in whose delivery it was raised is delivered
 * again first, and raises it again.
 */
static void deliver_intercepted(struct vcpu *v, const struct vmcb *c)
{
	if (c->event_injection & EVENT_VALID)
		return;
	if (c->exit_code == SVM_EXIT_EXCEPTION0 + EXCEPTION_DB)
		hvm->inject_exception(v, EXCEPTION_DB, false, 0);
	else if (c->exit_code == SVM_EXIT_EXCEPTION0 + EXCEPTION_AC)
		hvm->inject_exception(v, EXCEPTION_AC, true, (uint32_t)c->exit_info1);
}

static void svm_run(struct vcpu *v, struct vmexit *e)
{
	struct svm_vcpu *s = svm_of(v);
	struct cpu_regs *r = &v->hvm.regs;
	struct vmcb *c = s->vmcb;
	struct cpu *cpu = this_cpu();

	c->rax = r->rax;
	c->rsp = r->rsp;
	c->rip = r->rip;
	c->rflags = r->rflags;
	/* The guest's own choice is not asked: without it a machine check would stop the CPU. */
	c->cr4 |= machine_check_cr4();
	offer_interrupt(v, c);
	/* Seen by whoever takes mappings away before the generation is looked at; see x86/tlb.c. */
	atomic_set(&cpu->in_guest, v);
	svm_asid_check(v);

	svm_enter(r, s->vmcb_pa, (speculation_on & SPEC_IBPB_ENTRY) && !v->domain->is_control);

	cpu->entries++;
	atomic_set(&cpu->in_guest, NULL);
	r->rax = c->rax;
	r->rsp = c->rsp;
	r->rip = c->rip;
	r->rflags = c->rflags;
	if ((c->vintr & VINTR_TPR) != (uint64_t)(vlapic_get_tpr(v) >> 4))
		vlapic_set_tpr(v, (uint8_t)(c->vintr << 4));
	keep_interrupted_event(c);
	deliver_intercepted(v, c);
	svm_decode_exit(v, e);
	e->took_interrupt = took_interrupt(v, c);
	/* An event that is never delivered goes in first each time: no other exit for them. */
	if (c->exit_code == SVM_EXIT_INTR || (c->exit_int_info & EVENT_VALID))
		interrupts_take();
}

/* --- what the guest is doing ------------------------------------------------------------------ */

static uint64_t svm_get_cr3(struct vcpu *v, uint64_t *cr0, uint64_t *cr4, uint64_t *efer)
{
	const struct vmcb *c = svm_of(v)->vmcb;

	*cr0 = c->cr0;
	*cr4 = c->cr4;
	*efer = c->efer;
	return c->cr3;
}

static unsigned svm_get_cpl(struct vcpu *v)
{
	return svm_of(v)->vmcb->cpl;
}

static enum cpu_mode svm_get_mode(struct vcpu *v, uint64_t *cs_base)
{
	const struct vmcb *c = svm_of(v)->vmcb;

	*cs_base = c->cs.base;
	if ((c->efer & EFER_LMA) && (c->cs.attributes & BIT(9))) {
		*cs_base = 0;
		return CPU_MODE_64;
	}
	return (c->cr0 & CR0_PE) && (c->cs.attributes & BIT(10)) ? CPU_MODE_32 : CPU_MODE_16;
}

/* --- events ----------------------------------------------------------------------------------- */

static bool svm_injecting(struct vcpu *v)
{
	return svm_of(v)->vmcb->event_injection & EVENT_VALID;
}

static void svm_inject_interrupt(struct vcpu *v, uint8_t vector)
{
	svm_of(v)->vmcb->event_injection = EVENT_VALID | EVENT_INTR | vector;
}

static void svm_inject_nmi(struct vcpu *v)
{
	svm_of(v)->vmcb->event_injection = EVENT_VALID | EVENT_NMI | 2;
}

static void svm_inject_exception(struct vcpu *v, uint8_t vector, bool has_error, uint32_t error)
{
	svm_of(v)->vmcb->event_injection = EVENT_VALID | EVENT_EXCEPTION | vector |
					   (has_error ? EVENT_ERROR_VALID : 0) |
					   (uint64_t)error << 32;
}

static void svm_skipped(struct vcpu *v)
{
	svm_of(v)->vmcb->interrupt_shadow = 0;
}

static void svm_set_tsc_offset(struct vcpu *v, uint64_t offset)
{
	svm_of(v)->vmcb->tsc_offset = offset;
}

static void svm_log_exit(struct vcpu *v)
{
	const struct vmcb *c = svm_of(v)->vmcb;

	log_err("  exit %#lx, info %#lx %#lx, interrupted event %#lx, to be injected %#lx",
		c->exit_code, c->exit_info1, c->exit_info2, c->exit_int_info, c->event_injection);
	log_err("  virtual interrupt %#lx, shadow %#lx, ASID %u, nested cr3 %#lx, entries of the CPU %lu",
		c->vintr, c->interrupt_shadow, c->asid, c->nested_cr3, this_cpu()->entries);
}

#define NPT_ACCESS (1UL | 4UL | 0x60UL) /* present, user, accessed, dirty */
#define NPT_NX     BIT(63)

static const struct p2m_format npt_format = {
	.leaf =
		{
			[P2M_RAM_RW] = NPT_ACCESS | 2,
			[P2M_RAM_RO] = NPT_ACCESS,
			[P2M_MMIO_DIRECT] = NPT_ACCESS | 2,
			[P2M_MMIO_RO] = NPT_ACCESS,
			[P2M_FOREIGN] = NPT_ACCESS | 2 | NPT_NX,
			[P2M_GRANT_RW] = NPT_ACCESS | 2 | NPT_NX,
			[P2M_GRANT_RO] = NPT_ACCESS | NPT_NX,
		},
	.table = NPT_ACCESS | 2,
	.large = 0x80,
	.has_1g = false, /* 1G leaves gain little over 2M and not every CPU has them */
};

const struct hvm_ops svm_ops = {
	.name = "AMD-V",
	.cpu_enable = svm_cpu_enable,
	.domain_init = svm_maps_create,
	.domain_destroy = svm_maps_destroy,
	.vcpu_init = svm_vcpu_init,
	.vcpu_destroy = svm_vcpu_destroy,
	.switch_in = svm_switch_in,
	.switch_out = svm_switch_out,
	.run = svm_run,
	.get_state = svm_get_state,
	.set_state = svm_set_state,
	.get_cr3 = svm_get_cr3,
	.get_cpl = svm_get_cpl,
	.get_mode = svm_get_mode,
	.injecting = svm_injecting,
	.inject_interrupt = svm_inject_interrupt,
	.inject_nmi = svm_inject_nmi,
	.inject_exception = svm_inject_exception,
	.msr_read = svm_msr_read,
	.msr_write = svm_msr_write,
	.skipped = svm_skipped,
	.set_tsc_offset = svm_set_tsc_offset,
	.log_exit = svm_log_exit,
	.p2m_format = &npt_format,
};
