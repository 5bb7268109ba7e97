// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD-V with nested paging (APM vol. 2, chapter 15): enabling it, a vCPU's control block, entering
 * the guest. Next-RIP, decode assists, clean bits and flush-by-ASID are used where they are; there
 * is no nested virtualisation, so nothing that is for it (virtual GIF, VMLOAD and VMSAVE). Only as
 * much is intercepted as must be, because each exit is dear.
 */
#include "abi/errno.h"
#include "atomic.h"
#include "cpu.h"
#include "log.h"
#include "machine_check.h"
#include "mm.h"
#include "private.h"
#include "processor.h"
#include "speculation.h"

#define VM_CR_SVMDIS  BIT(4)

#define FEATURE_RDPRU (1u << 4) /* CPUID 80000008 EBX */

uint32_t svm_features = ~0u, svm_asids = ~0u;
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
	if (!(r[3] & SVM_NESTED_PAGING)) {
		log_err("AMD-V lacks nested paging: found CPUID 8000000A EDX %#x, needed bit 0",
			r[3]);
		return -ENODEV;
	}
	svm_features &= r[3];
	svm_asids = MIN(svm_asids, r[1]);
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
	return 0;
}

static void svm_vcpu_init(struct vcpu *v)
{
	struct svm_vcpu *s = svm_of(v);
	struct vmcb *c = v->hvm.control;

	s->vmcb = c;
	s->vmcb_pa = virt_to_paddr(c);
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
}

static void svm_switch_in(struct vcpu *v)
{
	svm_load(v);
	svm_of(v)->loaded = true;
	svm_of(v)->vmcb->clean = 0; /* this CPU may remember it from long ago */
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
	uint64_t vector = (uint64_t)v->hvm.offered, vintr = VINTR_MASKING | vlapic_get_tpr(v) >> 4;
	uint32_t intercept1 = c->intercept1 & ~(INTERCEPT_VINTR | INTERCEPT_IRET);

	if (v->hvm.offered >= 0 && v->hvm.offered_by_vlapic) {
		/* The guest may raise its task priority before it is open. */
		vintr |= VINTR_IRQ | vector << VINTR_VECTOR_SHIFT | VINTR_PRIORITY(vector >> 4);
	} else if (v->hvm.offered >= 0) {
		vintr |= VINTR_IRQ | vector << VINTR_VECTOR_SHIFT | VINTR_IGNORE_TPR;
		if (!(c->rflags & RFLAGS_IF) || c->interrupt_shadow)
			intercept1 |= INTERCEPT_VINTR;
	}
	if (unlikely(v->hvm.shadow & SHADOW_NMI))
		intercept1 |= INTERCEPT_IRET;
	if (c->vintr != vintr)
		c->clean &= ~CLEAN_VINTR;
	if (c->intercept1 != intercept1)
		c->clean &= ~CLEAN_INTERCEPTS;
	c->vintr = vintr;
	c->intercept1 = intercept1;
}

static void nmi_offer(struct hvm_vcpu *h)
{
	if (likely(!h->nmi_pending) || (h->shadow & SHADOW_NMI))
		return;
	if (h->event & EVENT_VALID) {
		apic_send_ipi(this_cpu()->apic_id, VECTOR_KICK); /* out again at once */
		return;
	}
	h->nmi_pending = false;
	h->event = EVENT_VALID | EVENT_NMI | 2;
	h->shadow = SHADOW_NMI;
}

/* Taken too, if the exit cut its delivery short: then it is injected next. */
static bool took_interrupt(const struct vcpu *v, const struct vmcb *c)
{
	if (v->hvm.offered < 0)
		return false;
	return !(c->vintr & VINTR_IRQ) ||
	       v->hvm.event == (EVENT_VALID | EVENT_INTR | (uint32_t)v->hvm.offered);
}

/* An event whose delivery the exit cut short is delivered again, if its instruction will not be. */
static void keep_interrupted_event(struct vcpu *v, const struct vmcb *c)
{
	uint32_t info = (uint32_t)c->exit_int_info;

	v->hvm.event = 0;
	if (likely(!(info & EVENT_VALID)))
		return;
	if ((info & EVENT_TYPE) == EVENT_EXCEPTION && (info & EVENT_VECTOR) > 31)
		info &= EVENT_VALID | EVENT_VECTOR; /* an interrupt, in QEMU 7.2's words */
	v->hvm.event = hvm_interrupted_event(info);
	v->hvm.event_error = (uint32_t)(c->exit_int_info >> 32);
}

/*
 * Delivered after all, one exit at a time. An event in whose delivery it was raised is delivered
 * again first, and raises it again.
 */
static void deliver_intercepted(struct vcpu *v, struct vmcb *c)
{
	uint64_t vector = c->exit_code - SVM_EXIT_EXCEPTION0;

	if (likely(vector > 31) || vector == EXCEPTION_MC)
		return;
	if (vector == EXCEPTION_PF) {
		c->cr2 = c->exit_info2;
		c->clean &= ~CLEAN_CR2;
	}
	hvm_inject(v, (uint8_t)vector, vector != EXCEPTION_DB, (uint32_t)c->exit_info1);
}

/* With what is in the VMCB, and v's other registers. */
static inline void enter(struct vcpu *v, const struct svm_vcpu *s)
{
	struct cpu *cpu = this_cpu();

	/* Seen by whoever takes mappings away before the generation is looked at; see x86/tlb.c. */
	atomic_set(&cpu->in_guest, v);
	svm_tlb_check(v);
	svm_enter(&v->hvm.regs, s->vmcb_pa,
		  (speculation_on & SPEC_IBPB_ENTRY) && !v->domain->is_control);
	cpu->entries++;
	atomic_set(&cpu->in_guest, NULL);
}

static void svm_run(struct vcpu *v, struct vmexit *e)
{
	struct svm_vcpu *s = svm_of(v);
	struct cpu_regs *r = &v->hvm.regs;
	struct vmcb *c = s->vmcb;

	c->rax = r->rax;
	c->rsp = r->rsp;
	c->rip = r->rip;
	c->rflags = r->rflags;
	/* The guest's own choice is not asked: without it a machine check would stop the CPU. */
	if (machine_check_cr4() & ~c->cr4) {
		c->cr4 |= machine_check_cr4();
		c->clean &= ~CLEAN_CR;
	}
	nmi_offer(&v->hvm);
	c->event_injection = v->hvm.event | (uint64_t)v->hvm.event_error << 32;
	c->interrupt_shadow = v->hvm.shadow & (SHADOW_STI | SHADOW_MOV_SS) ? 1 : 0;
	offer_interrupt(v, c);
	enter(v, s);
	c->clean = svm_features & SVM_CLEAN ? CLEAN_ALL : 0;
	if (unlikely(c->exit_code == SVM_EXIT_IRET)) {
		svm_iret_step(c, &s->iret);
		enter(v, s);
		svm_iret_stepped(v, c, &s->iret);
	}
	r->rax = c->rax;
	r->rsp = c->rsp;
	r->rip = c->rip;
	r->rflags = c->rflags;
	if ((c->vintr & VINTR_TPR) != (uint64_t)(vlapic_get_tpr(v) >> 4))
		vlapic_set_tpr(v, (uint8_t)(c->vintr << 4));
	v->hvm.shadow = (v->hvm.shadow & SHADOW_NMI) | (c->interrupt_shadow & SHADOW_STI);
	keep_interrupted_event(v, c);
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

/* Two bits each, reads and writes: the low 8192 MSRs, those from 0xc0000000, from 0xc0010000. */
static void svm_msr_pass(uint8_t *map, uint32_t msr, bool write)
{
	uint32_t base = msr < 0x2000 ? 0 : msr < 0xc0002000u ? 0x800 : 0x1000;

	map[base + (msr & 0x1fff) / 4] &= (uint8_t) ~((write ? 3u : 1u) << (msr & 3) * 2);
}

static void svm_set_tsc_offset(struct vcpu *v, uint64_t offset)
{
	svm_of(v)->vmcb->tsc_offset = offset;
	svm_of(v)->vmcb->clean &= ~CLEAN_INTERCEPTS; /* it is among them */
}

static void svm_log_exit(struct vcpu *v)
{
	const struct vmcb *c = svm_of(v)->vmcb;

	log_err("  exit %#lx, info %#lx %#lx, interrupted event %#lx, to be injected %#x",
		c->exit_code, c->exit_info1, c->exit_info2, c->exit_int_info, v->hvm.event);
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
			[P2M_RAM_CLEAN] = NPT_ACCESS,
		},
	.table = NPT_ACCESS | 2,
	.large = 0x80,
	.has_1g = false, /* 1G leaves gain little over 2M and not every CPU has them */
};

const struct hvm_ops svm_ops = {
	.name = "AMD-V",
	.cpu_enable = svm_cpu_enable,
	.vcpu_size = sizeof(struct svm_vcpu),
	.vcpu_init = svm_vcpu_init,
	.switch_in = svm_switch_in,
	.switch_out = svm_switch_out,
	.run = svm_run,
	.get_state = svm_get_state,
	.set_state = svm_set_state,
	.get_cr3 = svm_get_cr3,
	.get_cpl = svm_get_cpl,
	.get_mode = svm_get_mode,
	.set_tsc_offset = svm_set_tsc_offset,
	.log_exit = svm_log_exit,
	.io_map_order = 2, /* 12 KiB used */
	.msr_map_order = 1,
	.msr_pass = svm_msr_pass,
	.p2m_format = &npt_format,
};
