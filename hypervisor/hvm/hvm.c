// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hardware-assisted domains, the part that no vendor knows: creation, the state a CPU starts in,
 * what is injected before each entry. State of a vCPU is touched by the CPU it runs on, or while it
 * is paused.
 */
#include "hvm.h"

#include "abi/errno.h"
#include "cpu.h"
#include "cpuid.h"
#include "domain.h"
#include "guest_access.h"
#include "guest_walk.h"
#include "lib.h"
#include "mm.h"
#include "processor.h"

const struct hvm_ops *hvm;

int hvm_domain_init(struct domain *d)
{
	int rc = hvm_maps_create(d);

	rc = rc ? rc : cpuid_domain_init(d);
	if (rc)
		hvm_domain_destroy(d);
	return rc;
}

void hvm_domain_destroy(struct domain *d)
{
	ioreq_domain_destroy(d);
	cpuid_domain_destroy(d);
	hvm_maps_destroy(d);
}

int hvm_vcpu_init(struct vcpu *v)
{
	int rc = vlapic_init(v);

	if (rc)
		return rc;
	v->hvm.xsave = fpu_area_alloc();
	v->hvm.xcr0 = 1;
	v->hvm.vendor = object_alloc(hvm->vcpu_size);
	v->hvm.control = heap_alloc(0);
	if (!v->hvm.xsave || !v->hvm.vendor || !v->hvm.control) {
		hvm_vcpu_destroy(v);
		return -ENOMEM;
	}
	hvm->vcpu_init(v);
	hvm_reset_state(v, 0);
	return 0;
}

void hvm_vcpu_destroy(struct vcpu *v)
{
	vlapic_destroy(v);
	heap_free(v->hvm.control, 0);
	object_free(v->hvm.vendor, hvm->vcpu_size);
	fpu_area_free(v->hvm.xsave);
}

/* SDM vol. 3, table 9-1, with CS as a start-up IPI sets it. */
void hvm_reset_state(struct vcpu *v, uint8_t sipi_vector)
{
	struct hvm_state s = { 0 };
	struct cpu_regs *r = &v->hvm.regs;

	for (unsigned i = 0; i < SEG_COUNT; i++)
		s.seg[i] = (struct hvm_segment){ .attributes = 0x093, .limit = 0xffff };
	s.seg[SEG_CS] = (struct hvm_segment){
		.selector = (uint16_t)(sipi_vector << 8),
		.attributes = 0x09b,
		.limit = 0xffff,
		.base = (uint64_t)sipi_vector << 12,
	};
	s.seg[SEG_LDTR].attributes = 0x082;
	s.seg[SEG_TR].attributes = 0x08b;
	s.cr0 = CR0_ET;
	s.dr6 = 0xffff0ff0;
	s.dr7 = 0x400;
	s.pat = PAT_POWER_ON;
	hvm->set_state(v, &s);
	/* What ran before is not delivered any more, and blocks nothing. */
	v->hvm.event = v->hvm.shadow = 0;
	v->hvm.nmi_pending = false;
	v->hvm.ioreq.again = false;
	memset(r, 0, sizeof(*r));
	r->rdx = 0x600;
	r->rflags = RFLAGS_RESERVED1;
}

unsigned hvm_fetch_instruction(struct vcpu *v, uint8_t bytes[INSN_MAX])
{
	uint64_t base, at;
	unsigned got = 0;
	gpaddr_t gpa;

	hvm->get_mode(v, &base);
	for (at = base + v->hvm.regs.rip; got < INSN_MAX;) {
		unsigned n = (unsigned)MIN(INSN_MAX - got, PAGE_SIZE - (at & ~PAGE_MASK));

		if (!guest_walk(v, at, false, &gpa, NULL) ||
		    guest_phys_read(v->domain, gpa, bytes + got, n))
			break;
		got += n;
		at += n;
	}
	return got;
}

/*
 * The upcall is level-triggered: as long as its flag is up it is delivered at every chance, by the
 * domain's callback vector, past the local APIC (so that the guest needs no EOI, which would exit).
 */
static int upcall_vector(const struct vcpu *v)
{
	if (v->hvm.upcall_vector || !v->domain->hvm.callback_vector || !event_upcall_pending(v))
		return -1;
	return v->domain->hvm.callback_vector;
}

/*
 * The local APIC's interrupt goes first: its EOI exits, which is the chance to offer the upcall,
 * while nothing exits after an upcall. With APICv it needs no offer, and no exit to come later.
 */
void hvm_offer_interrupt(struct vcpu *v)
{
	int vector = vlapic_in_hardware ? -1 : vlapic_pending(v);

	v->hvm.offered_by_vlapic = vector >= 0;
	v->hvm.offered = vector >= 0 ? vector : upcall_vector(v);
}

void hvm_run(struct vcpu *v, struct vmexit *e)
{
	hvm->run(v, e);
	if (v->hvm.offered_by_vlapic && e->took_interrupt)
		vlapic_taken(v, (uint8_t)v->hvm.offered);
}

bool hvm_has_pending(struct vcpu *v)
{
	if (v->hvm.nmi_pending && !(v->hvm.shadow & SHADOW_NMI))
		return true;
	if (!(v->hvm.regs.rflags & RFLAGS_IF))
		return false; /* it would not be delivered, so nothing would come of waking */
	return upcall_vector(v) >= 0 || vlapic_pending(v) >= 0;
}

void hvm_assert_upcall(struct vcpu *v)
{
	if (v->hvm.upcall_vector)
		vlapic_set_irq(v, v->hvm.upcall_vector, false);
	else
		vcpu_kick(v);
}
