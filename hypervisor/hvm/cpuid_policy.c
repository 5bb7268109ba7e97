// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making a CPUID policy: from the host's CPUID, leaf by leaf, to the most that a domain may have
 * and to what it gets. Answering an exit from it: cpuid.c. No locks: a policy under construction
 * has one owner.
 *
 * Topology: each vCPU is a core with one thread, all in one package; APIC ID = 2 * vCPU id, as
 * firmware tables made by toolstacks expect. All leaves that speak of it say the same.
 */
#include "cpuid.h"

#include "abi/errno.h"
#include "cpu.h"
#include "cpuid_features.h"
#include "domain.h"
#include "host.h"
#include "lib.h"
#include "mm.h"

#define MAX_BASIC        (CPUID_NR_BASIC - 1)
#define MAX_EXT_AMD      (EXT + CPUID_NR_EXT - 1)
#define MAX_EXT_INTEL    (EXT + 8)

#define VENDOR_AMD_EBX   0x68747541u /* "Auth" */
#define VENDOR_HYGON_EBX 0x6f677948u /* "Hygo" */

bool cpuid_is_amd(const struct cpuid_policy *p)
{
	return p->basic[0].b == VENDOR_AMD_EBX || p->basic[0].b == VENDOR_HYGON_EBX;
}

/* --- the host as it is ------------------------------------------------------------------------ */

static struct cpuid_leaf host_leaf(uint32_t leaf, uint32_t subleaf)
{
	uint32_t r[4];

	cpuid_host(leaf, subleaf, r);
	return (struct cpuid_leaf){ r[0], r[1], r[2], r[3] };
}

static void host_fill(struct cpuid_policy *p)
{
	uint32_t max = host_leaf(0, 0).a, max_ext = host_leaf(EXT, 0).a;

	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i <= MIN(max, MAX_BASIC); i++)
		if (i != 4 && i != 7 && i != 0xb && i != 0xd)
			p->basic[i] = host_leaf(i, 0);
	for (unsigned i = 0; max >= 4 && i < CPUID_NR_CACHE; i++)
		p->cache[i] = host_leaf(4, i);
	for (unsigned i = 0; max >= 7 && i < CPUID_NR_FEAT; i++)
		if (i == 0 || i <= p->feat[0].a)
			p->feat[i] = host_leaf(7, i);
	for (unsigned i = 0; max >= 0xb && i < CPUID_NR_TOPO; i++)
		p->topo[i] = host_leaf(0xb, i);
	for (unsigned i = 0; max >= 0xd && i < CPUID_NR_XSTATE; i++)
		p->xstate[i] = host_leaf(0xd, i);
	if (max_ext >= EXT && max_ext < EXT + 0x10000)
		for (unsigned i = 0; i <= MIN(max_ext, MAX_EXT_AMD) - EXT; i++)
			p->ext[i] = host_leaf(EXT + i, 0);
}

/* --- what a domain may have ------------------------------------------------------------------- */

static uint64_t xcr0_supported(const struct cpuid_policy *p)
{
	uint64_t host = p->xstate[0].a | (uint64_t)p->xstate[0].d << 32;
	uint64_t ours = host & fpu_xcr0_supported();

	ours &= XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512 | XCR0_PKRU;
	/* The three parts of AVX-512 come together, on top of AVX. */
	if ((ours & XCR0_AVX512) != XCR0_AVX512 || !(ours & XCR0_AVX))
		ours &= ~(uint64_t)XCR0_AVX512;
	return ours;
}

/* Takes away what does not work without the state that it lives in. */
static void features_depend(struct cpuid_policy *p, uint64_t xcr0)
{
	if (!(p->basic[1].c & F_XSAVE) || (xcr0 & (XCR0_X87 | XCR0_SSE)) != (XCR0_X87 | XCR0_SSE)) {
		p->basic[1].c &= ~F_XSAVE;
		xcr0 = 0;
	}
	if (!(xcr0 & XCR0_AVX)) {
		p->basic[1].c &= ~(F_AVX | F_FMA | F_F16C);
		p->feat[0].b &= ~F_AVX2;
		p->feat[0].c &= ~(F_VAES | F_VPCLMULQDQ);
		p->feat[1].a &= ~F_AVXVNNI;
		p->ext[1].c &= ~(F_XOP | F_FMA4);
	}
	if (!(xcr0 & XCR0_AVX512)) {
		p->feat[0].b &= ~F_7B_AVX512;
		p->feat[0].c &= ~F_7C_AVX512;
		p->feat[0].d &= ~F_7D_AVX512;
		p->feat[1].a &= ~F_AVX512BF16;
	}
	if (!(xcr0 & XCR0_PKRU))
		p->feat[0].c &= ~F_PKU;
}

static void features_mask(struct cpuid_policy *p)
{
	cpuid_features_allow(p);
	p->feat[0].a = p->feat[1].a ? 1 : 0;
	p->xstate[1] = (struct cpuid_leaf){ .a = p->xstate[1].a };
	p->ext[1].b = 0;
	p->ext[7] = (struct cpuid_leaf){ .d = p->ext[7].d };
	/* Emulated by us, whatever the host has. */
	p->basic[1].c |= F_X2APIC | F_HYPERVISOR;
	p->basic[1].d |= F_APIC;
	/* A copy of the low half of leaf 1, which must stay one. */
	if (cpuid_is_amd(p))
		p->ext[1].d = (p->ext[1].d & ~F_E1D_COMMON) | (p->basic[1].d & F_E1D_COMMON);
}

/*
 * Leaf 0xd from the components allowed; sizes that depend on XCR0 are worked out when it is asked.
 */
static void xstate_fill(struct cpuid_policy *p, uint64_t xcr0)
{
	if (!(p->basic[1].c & F_XSAVE)) {
		memset(p->xstate, 0, sizeof(p->xstate));
		return;
	}
	p->xstate[0] = (struct cpuid_leaf){ .a = (uint32_t)xcr0, .d = (uint32_t)(xcr0 >> 32) };
	for (unsigned i = 2; i < CPUID_NR_XSTATE; i++) {
		if (!(xcr0 & BIT(i)))
			p->xstate[i] = (struct cpuid_leaf){ 0 };
		p->xstate[i].d = 0;
	}
	p->xstate[0].c = cpuid_xsave_size(p, xcr0, false);
}

/* Leaves that describe things which no domain has or that are none of its business. */
static void leaves_hide(struct cpuid_policy *p)
{
	static const uint8_t basic[] = { 3, 5, 6, 8, 9, 0xa, 0xc };
	struct cpuid_leaf zero = { 0 };

	for (unsigned i = 0; i < ARRAY_SIZE(basic); i++)
		p->basic[basic[i]] = zero;
	/* The APIC timer never stops: ours are timers of the hypervisor. */
	p->basic[6].a = F(2);
	for (unsigned i = 9; i < CPUID_NR_EXT; i++)
		if (i != 0x19 && i != 0x1a && i != 0x21) /* TLBs, vector unit width, features 2 */
			p->ext[i] = zero;
	if (cpuid_is_amd(p)) {
		p->basic[2] = zero;
		memset(p->cache, 0, sizeof(p->cache));
		p->ext[0x21] = (struct cpuid_leaf){ .a = p->ext[0x21].a };
	}
}

#define SIGNATURE_FAMILY     0x0ff00f00u /* extended and base family */
#define SIGNATURE_FAMILY_0FH 0x00000f00u
#define SIGNATURE_FAMILY_11H 0x00200f00u

/*
 * Kernels look for the GART in the northbridge of family 0xf: on 256 buses, twice, 33000 accesses
 * that exit. But no processor of that family has nested paging, so this is an emulated one, without
 * a GART. Family 0x11 is its sibling that never had one.
 */
static void family_choose(struct cpuid_policy *p)
{
	if (!cpuid_is_amd(p) || (p->basic[1].a & SIGNATURE_FAMILY) != SIGNATURE_FAMILY_0FH)
		return;
	p->basic[1].a = (p->basic[1].a & ~SIGNATURE_FAMILY) | SIGNATURE_FAMILY_11H;
	p->ext[1].a = p->basic[1].a;
}

static void limits_set(struct cpuid_policy *p)
{
	uint32_t max_ext = cpuid_is_amd(p) ? MAX_EXT_AMD : MAX_EXT_INTEL;

	/* Leaf 0xb goes with the x2APIC that we emulate, also where the CPU itself ends earlier. */
	p->basic[0].a = p->basic[1].c & F_XSAVE ? 0xd : 0xb;
	p->ext[0].a = MIN(p->ext[0].a, max_ext);
	/* Guests' tables have four levels: 48 bits of linear address. */
	p->ext[8].a = MIN(p->ext[8].a & 0xff, 52u) | 48u << 8;
	p->ext[8].c = p->ext[8].d = 0;
}

/* --- topology --------------------------------------------------------------------------------- */

static unsigned bits_for(unsigned n) /* smallest b with 2^b >= n */
{
	return n > 1 ? bit_highest(n - 1) + 1 : 0;
}

void cpuid_policy_topology(struct cpuid_policy *p, unsigned nr_vcpus)
{
	unsigned ids = 2 * nr_vcpus, id_bits = bits_for(ids);

	/* Subleaf 0: threads of a core share all but bit 0. Subleaf 1: cores of the package. */
	p->topo[0] = (struct cpuid_leaf){ .a = 1, .b = 1, .c = 0 | 1 << 8 };
	p->topo[1] = (struct cpuid_leaf){ .a = id_bits, .b = nr_vcpus, .c = 1 | 2 << 8 };
	/* APIC IDs per package, so far as eight bits can tell. */
	p->basic[1].b = (p->basic[1].b & 0xff00) | MIN(1u << id_bits, 255u) << 16;
	p->basic[1].d &= ~F_HTT;
	p->ext[1].c &= ~F_CMP_LEGACY;
	if (nr_vcpus > 1)
		p->basic[1].d |= F_HTT;
	if (cpuid_is_amd(p)) {
		/* What HTT announces are cores, not threads. */
		if (nr_vcpus > 1)
			p->ext[1].c |= F_CMP_LEGACY;
		p->ext[8].c = id_bits << 12 | MIN(nr_vcpus - 1, 255u);
	}
	for (unsigned i = 0; i < CPUID_NR_CACHE; i++) {
		if (!(p->cache[i].a & 0x1f))
			continue;
		/* The last level is the package's, the others each core's own. */
		unsigned sharing = (p->cache[i].a >> 5 & 7) >= 3 ? MIN(1u << id_bits, 4096u) : 2;

		p->cache[i].a = (p->cache[i].a & 0x3fff) | (sharing - 1) << 14 |
				MIN((1u << (id_bits - 1)) - 1, 63u) << 26;
	}
}

/* --- the four kinds --------------------------------------------------------------------------- */

void cpuid_policy_fill(struct cpuid_policy *p, enum cpuid_policy_kind kind)
{
	uint64_t xcr0;

	host_fill(p);
	if (kind == CPUID_RAW || kind == CPUID_HOST)
		return;
	xcr0 = xcr0_supported(p);
	features_mask(p);
	features_depend(p, xcr0);
	xstate_fill(p, xcr0);
	leaves_hide(p);
	family_choose(p);
	limits_set(p);
	cpuid_policy_topology(p, 1);
	/*
	 * A domain that knows an invariant TSC cannot be moved to where it runs at another speed.
	 */
	if (kind == CPUID_DEFAULT)
		p->ext[7].d &= ~F_ITSC;
}

int cpuid_domain_init(struct domain *d)
{
	struct cpuid_policy *p = object_alloc(sizeof(*p));

	if (!p)
		return -ENOMEM;
	cpuid_policy_fill(p, d->is_control ? CPUID_MAX : CPUID_DEFAULT);
	cpuid_policy_topology(p, d->max_vcpus);
	d->hvm.cpuid = p;
	return 0;
}

void cpuid_domain_destroy(struct domain *d)
{
	object_free(d->hvm.cpuid, sizeof(*d->hvm.cpuid));
}
