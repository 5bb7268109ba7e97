// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answering CPUID for a vCPU: the domain's policy, with what depends on the vCPU, its control
 * registers or the time put in; and what a policy allows a guest to turn on. Read only; no locks.
 */
#include "cpuid.h"

#include "abi/cpuid.h"
#include "abi/hvm_op.h"
#include "cpuid_features.h"
#include "domain.h"
#include "host.h"
#include "hvm.h"
#include "processor.h"

#define XEN_VERSION (4u << 16 | 20u)
#define XEN_LEAVES  4u /* the fifth is for PV guests */

static uint32_t apic_id_of(const struct vcpu *v)
{
	return 2 * v->id;
}

/* --- XSAVE sizes ------------------------------------------------------------------------------ */

/*
 * Bytes of an XSAVE area with these components (SDM vol. 1, 13.4): legacy part, header, the rest.
 */
uint32_t cpuid_xsave_size(const struct cpuid_policy *p, uint64_t xcr0, bool compact)
{
	uint32_t size = 512 + 64;

	for (unsigned i = 2; i < CPUID_NR_XSTATE - 1; i++) {
		const struct cpuid_leaf *x = &p->xstate[i]; /* a size, b offset, c bit 1 align */

		if (!(xcr0 & BIT(i)))
			continue;
		if (!compact)
			size = MAX(size, x->b + x->a);
		else
			size = (x->c & 2 ? ROUND_UP(size, 64u) : size) + x->a;
	}
	return size;
}

/* --- leaves that depend on the vCPU ----------------------------------------------------------- */

static uint64_t guest_cr4(struct vcpu *v)
{
	uint64_t cr0, cr4, efer;

	hvm->get_cr3(v, &cr0, &cr4, &efer);
	return cr4;
}

static struct cpuid_leaf machine_leaf(struct vcpu *v, const struct cpuid_policy *p, uint32_t leaf,
				      uint32_t sub)
{
	struct cpuid_leaf r = { 0 };

	if (leaf > p->basic[0].a && (leaf < EXT || leaf > p->ext[0].a))
		return r;
	r = cpuid_policy_leaf(p, leaf, sub);
	if (leaf == 1) {
		r.b = (r.b & 0x00ffffff) | (apic_id_of(v) & 0xff) << 24;
		if ((r.c & F_XSAVE) && (guest_cr4(v) & CPUID_CR4_OSXSAVE))
			r.c |= F_OSXSAVE;
	} else if (leaf == 7 && sub == 0) {
		if ((r.c & F_PKU) && (guest_cr4(v) & CPUID_CR4_PKE))
			r.c |= F_OSPKE;
	} else if (leaf == 0xb) {
		r.d = apic_id_of(v);
		if (sub >= CPUID_NR_TOPO) /* type 0, but still the subleaf and the ID */
			r.c = sub & 0xff;
	} else if (leaf == 0xd && !(p->basic[1].c & F_XSAVE)) {
		r = (struct cpuid_leaf){ 0 };
	} else if (leaf == 0xd && (sub == 0 || (sub == 1 && (r.a & F_XSAVEC)))) {
		r.b = cpuid_xsave_size(p, v->hvm.xcr0, sub);
	}
	/* Gone while the guest has turned its local APIC off; AMD has a copy. */
	if ((leaf == 1 || leaf == EXT + 1) && !(v->hvm.vlapic.base_msr & APIC_BASE_ENABLE))
		r.d &= ~F_APIC;
	return r;
}

/* --- Xen's leaves ----------------------------------------------------------------------------- */

static struct cpuid_leaf time_leaf(const struct vcpu *v, uint32_t sub)
{
	const struct vcpu_time_info *t = &v->time;
	uint64_t offset;

	switch (sub) {
	case 0:
		return (struct cpuid_leaf){
			.a = v->domain->hvm.cpuid->ext[7].d & F_ITSC ? XEN_CPUID_HOST_TSC_RELIABLE
								     : 0,
			.b = XEN_CPUID_TSC_MODE_NEVER_EMULATE,
			.c = host_tsc_khz(),
		};
	case 1:
		/* Guest TSC minus system time's zero, as PV clock users want it: ns and scale. */
		offset = v->hvm.tsc_offset;
		return (struct cpuid_leaf){ (uint32_t)offset, (uint32_t)(offset >> 32),
					    t->tsc_to_system_mul, (uint32_t)(int32_t)t->tsc_shift };
	case 2: return (struct cpuid_leaf){ .a = host_tsc_khz() };
	default: return (struct cpuid_leaf){ 0 };
	}
}

/*
 * XEN_HVM_CPUID_UPCALL_VECTOR is not set: Linux would then have each upcall go through its local
 * APIC, and every EOI would be an exit. APIC_ACCESS_VIRT and X2APIC_VIRT tell of hardware that SVM
 * may lack.
 */
static struct cpuid_leaf xen_leaf(const struct vcpu *v, uint32_t leaf, uint32_t sub)
{
	switch (leaf - XEN_CPUID_FIRST_LEAF) {
	case 0:
		return (struct cpuid_leaf){ XEN_CPUID_LEAF(XEN_LEAVES), XEN_CPUID_SIGNATURE_EBX,
					    XEN_CPUID_SIGNATURE_ECX, XEN_CPUID_SIGNATURE_EDX };
	case 1: return (struct cpuid_leaf){ .a = XEN_VERSION };
	case 2: return (struct cpuid_leaf){ .a = 1, .b = MSR_HYPERCALL_PAGE };
	case 3: return time_leaf(v, sub);
	case 4:
		return sub ? (struct cpuid_leaf){ 0 }
			   : (struct cpuid_leaf){
				     .a = XEN_HVM_CPUID_VCPU_ID_PRESENT |
					  XEN_HVM_CPUID_DOMID_PRESENT,
				     .b = v->id,
				     .c = v->domain->id,
			     };
	default: return (struct cpuid_leaf){ 0 };
	}
}

struct cpuid_leaf hvm_cpuid(struct vcpu *v, uint32_t leaf, uint32_t subleaf)
{
	if (leaf >= XEN_CPUID_FIRST_LEAF && leaf <= XEN_CPUID_LEAF(XEN_LEAVES))
		return xen_leaf(v, leaf, subleaf);
	return machine_leaf(v, v->domain->hvm.cpuid, leaf, subleaf);
}

/* --- what may be turned on -------------------------------------------------------------------- */

uint64_t cpuid_cr4_allowed(const struct cpuid_policy *p)
{
	uint32_t c1 = p->basic[1].c, d1 = p->basic[1].d, b7 = p->feat[0].b, c7 = p->feat[0].c;
	/* MCE and PCE are accepted from systems that set them without asking. */
	uint64_t cr4 = CPUID_CR4_TSD | CPUID_CR4_MCE | CPUID_CR4_PCE;

	cr4 |= d1 & F_VME ? CPUID_CR4_VME | CPUID_CR4_PVI : 0;
	cr4 |= d1 & F_DE ? CPUID_CR4_DE : 0;
	cr4 |= d1 & F_PSE ? CPUID_CR4_PSE : 0;
	cr4 |= d1 & F_PAE ? CPUID_CR4_PAE : 0;
	cr4 |= d1 & F_PGE ? CPUID_CR4_PGE : 0;
	cr4 |= d1 & F_FXSR ? CPUID_CR4_OSFXSR : 0;
	cr4 |= d1 & F_SSE ? CPUID_CR4_OSXMMEXCPT : 0;
	cr4 |= c1 & F_PCID ? CPUID_CR4_PCIDE : 0;
	cr4 |= c1 & F_XSAVE ? CPUID_CR4_OSXSAVE : 0;
	cr4 |= b7 & F_FSGSBASE ? CPUID_CR4_FSGSBASE : 0;
	cr4 |= b7 & F_SMEP ? CPUID_CR4_SMEP : 0;
	cr4 |= b7 & F_SMAP ? CPUID_CR4_SMAP : 0;
	cr4 |= c7 & F_UMIP ? CPUID_CR4_UMIP : 0;
	cr4 |= c7 & F_PKU ? CPUID_CR4_PKE : 0;
	return cr4;
}

uint64_t cpuid_efer_allowed(const struct cpuid_policy *p)
{
	uint32_t d = p->ext[1].d;
	uint64_t efer = 0;

	efer |= d & F_SYSCALL ? BIT(0) : 0;
	efer |= d & F_LM ? BIT(8) | BIT(10) : 0;
	efer |= d & F_NX ? BIT(11) : 0;
	efer |= d & F_FFXSR ? BIT(14) : 0;
	return efer;
}

bool cpuid_xcr0_allowed(const struct cpuid_policy *p, uint64_t xcr0)
{
	uint64_t max = p->xstate[0].a | (uint64_t)p->xstate[0].d << 32;
	uint64_t avx512 = xcr0 & XCR0_AVX512;

	if (!(p->basic[1].c & F_XSAVE) || (xcr0 & ~max) || !(xcr0 & XCR0_X87))
		return false;
	if ((xcr0 & XCR0_AVX) && !(xcr0 & XCR0_SSE))
		return false;
	return !avx512 || (avx512 == XCR0_AVX512 && (xcr0 & XCR0_AVX));
}

unsigned cpuid_physical_bits(const struct cpuid_policy *p)
{
	return p->ext[0].a >= EXT + 8 ? p->ext[8].a & 0xff : 36;
}
