// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What guests are told by CPUID: that nothing leaks through from the host which we cannot keep,
 * that the leaves agree with each other, and that a toolstack cannot talk a policy into more than
 * there is.
 */
#include "host_model.h"

#include <string.h>

#include "abi/cpuid.h"
#include "abi/errno.h"
#include "abi/xen.h"
#include "hvm.h"
#include "hvm/cpuid_features.h"

#define EXT 0x80000000u

static struct cpuid_leaf ask(struct vcpu *v, uint32_t leaf, uint32_t sub)
{
	return hvm_cpuid(v, leaf, sub);
}

static struct domain *guest_on(enum host_model model, uint64_t xcr0, unsigned vcpus)
{
	host_model = model;
	host_xcr0 = xcr0;
	guest_cr4_value = 0;
	return model_domain(vcpus, false);
}

/* --- masking ---------------------------------------------------------------------------------- */

static void test_a_host_with_everything_shows_only_what_is_listed(void **state)
{
	struct domain *d = guest_on(HOST_ALL_ONES, ~0ul, 4);
	struct vcpu *v = d->vcpu[1];
	struct cpuid_leaf l1 = ask(v, 1, 0), l7 = ask(v, 7, 0), e1 = ask(v, EXT + 1, 0);

	assert_int_equal(l1.c & ~(ALLOW_1C | F_X2APIC | F_HYPERVISOR), 0);
	assert_int_equal(l1.d & ~(ALLOW_1D | F_HTT), 0);
	assert_int_equal(l7.b & ~ALLOW_7B, 0);
	assert_int_equal(l7.c & ~ALLOW_7C, 0);
	assert_int_equal(l7.d & ~ALLOW_7D, 0);
	assert_int_equal(e1.c & ~(ALLOW_E1C | F_CMP_LEGACY), 0);
	assert_int_equal(e1.d & ~ALLOW_E1D, 0);
	/* By name, lest the lists themselves go wrong. */
	assert_false(l1.c & (1u << 3 | 1u << 5 | 1u << 15));  /* MONITOR, VMX, PDCM */
	assert_false(l1.d & (1u << 7 | 1u << 12 | 1u << 14)); /* MCE, MTRR, MCA */
	assert_false(l7.b & (1u << 1 | 1u << 2 | 1u << 4 | 1u << 11 |
			     1u << 14)); /* TSC_ADJUST SGX HLE RTM MPX */
	assert_false(l7.d &
		     (1u << 26 | 1u << 27 | 1u << 29 | 1u << 31)); /* IBRS STIBP ARCH_CAPS SSBD */
	assert_false(l7.c & (1u << 7 | 1u << 16));                 /* CET_SS, LA57 */
	assert_false(e1.c &
		     (1u << 2 | 1u << 22 | 1u << 10 | 1u << 23)); /* SVM TOPOEXT IBS PERFCTR */
	assert_int_equal(ask(v, 0xa, 0).a, 0);
	assert_int_equal(ask(v, 5, 0).a, 0);
	assert_int_equal(ask(v, EXT + 0xa, 0).a, 0);
	assert_int_equal(ask(v, EXT + 0x1f, 0).a, 0);
	assert_int_equal(ask(v, EXT + 7, 0).d, 0);
	assert_int_equal(ask(v, 0xd, 1).a, ALLOW_DA1);
	model_domain_free(d);
}

static void test_emulated_features_are_there_on_a_poor_host(void **state)
{
	struct domain *d = guest_on(HOST_QEMU64, 0, 1);
	struct cpuid_leaf l1 = ask(d->vcpu[0], 1, 0);

	assert_true(l1.c & F_X2APIC);
	assert_true(l1.c & F_HYPERVISOR);
	assert_true(l1.d & F_APIC);
	assert_false(l1.c & F_TSC_DEADLINE);
	assert_false(l1.c & (F_XSAVE | F_OSXSAVE | F_AVX));
	assert_int_equal(ask(d->vcpu[0], 0, 0).a, 0xb);
	assert_int_equal(ask(d->vcpu[0], EXT, 0).a, 0x8000000a);
	assert_false(ask(d->vcpu[0], EXT + 1, 0).c & F_SVM);
	assert_int_equal(ask(d->vcpu[0], EXT + 8, 0).a & 0xff, 40);
	model_domain_free(d);
}

static void test_an_emulated_k8_is_shown_as_one_without_gart(void **state)
{
	struct domain *d = guest_on(HOST_QEMU64, 0, 1);

	assert_int_equal(ask(d->vcpu[0], 1, 0).a, 0x00260fb1); /* family 0x11, model as it was */
	assert_int_equal(ask(d->vcpu[0], EXT + 1, 0).a, 0x00260fb1);
	model_domain_free(d);
	d = guest_on(HOST_ZEN, 7, 1);
	assert_int_equal(ask(d->vcpu[0], 1, 0).a, 0x00a20f12);
	model_domain_free(d);
	d = guest_on(HOST_XEON, 7, 1);
	assert_int_equal(ask(d->vcpu[0], 1, 0).a, 0x00050654);
	model_domain_free(d);
}

static void test_the_copy_of_leaf_1_stays_one(void **state)
{
	struct domain *d = guest_on(HOST_ZEN, 7, 2);
	struct cpuid_leaf l1 = ask(d->vcpu[0], 1, 0), e1 = ask(d->vcpu[0], EXT + 1, 0);

	assert_int_equal(e1.d & F_E1D_COMMON, l1.d & F_E1D_COMMON);
	model_domain_free(d);
	d = guest_on(HOST_XEON, 0xe7, 2);
	assert_int_equal(ask(d->vcpu[0], EXT + 1, 0).d & F_FPU, 0); /* Intel has no copy */
	model_domain_free(d);
}

static void test_avx_goes_with_its_state(void **state)
{
	struct domain *d = guest_on(HOST_ZEN, 3, 1); /* the hypervisor saves SSE only */

	assert_true(ask(d->vcpu[0], 1, 0).c & F_XSAVE);
	assert_false(ask(d->vcpu[0], 1, 0).c & (F_AVX | F_FMA | F_F16C));
	assert_false(ask(d->vcpu[0], 7, 0).b & F_AVX2);
	assert_int_equal(ask(d->vcpu[0], 0xd, 0).a, 3);
	assert_int_equal(ask(d->vcpu[0], 0xd, 2).a, 0);
	assert_int_equal(ask(d->vcpu[0], 0xd, 0).c, 576);
	model_domain_free(d);

	d = guest_on(HOST_XEON, 0x7, 1);
	assert_true(ask(d->vcpu[0], 7, 0).b & F_AVX2);
	assert_false(ask(d->vcpu[0], 7, 0).b & F_7B_AVX512);
	assert_false(ask(d->vcpu[0], 7, 0).c & F_PKU);
	model_domain_free(d);

	/* Two thirds of AVX-512 are none. */
	d = guest_on(HOST_XEON, 0x67, 1);
	assert_int_equal(ask(d->vcpu[0], 0xd, 0).a, 7);
	assert_false(ask(d->vcpu[0], 7, 0).b & F_AVX512F);
	model_domain_free(d);
}

static void test_invariant_tsc_is_for_domain_0(void **state)
{
	struct domain *d = guest_on(HOST_ZEN, 7, 1), *dom0 = model_domain(1, true);

	assert_int_equal(ask(d->vcpu[0], EXT + 7, 0).d, 0);
	assert_int_equal(ask(dom0->vcpu[0], EXT + 7, 0).d, F_ITSC);
	assert_int_equal(ask(dom0->vcpu[0], XEN_CPUID_LEAF(3), 0).a, XEN_CPUID_HOST_TSC_RELIABLE);
	assert_int_equal(ask(d->vcpu[0], XEN_CPUID_LEAF(3), 0).a, 0);
	model_domain_free(d);
	model_domain_free(dom0);
}

/* --- what follows the vCPU -------------------------------------------------------------------- */

static void test_osxsave_follows_cr4(void **state)
{
	struct domain *d = guest_on(HOST_ZEN, 7, 1);

	assert_false(ask(d->vcpu[0], 1, 0).c & F_OSXSAVE);
	guest_cr4_value = CPUID_CR4_OSXSAVE;
	assert_true(ask(d->vcpu[0], 1, 0).c & F_OSXSAVE);
	model_domain_free(d);
	d = guest_on(HOST_QEMU64, 0, 1);
	guest_cr4_value = CPUID_CR4_OSXSAVE;
	assert_false(ask(d->vcpu[0], 1, 0).c & F_OSXSAVE);
	model_domain_free(d);
}

static void test_xsave_sizes_follow_xcr0(void **state)
{
	struct domain *d = guest_on(HOST_XEON, 0xe7, 1);
	struct vcpu *v = d->vcpu[0];

	assert_int_equal(ask(v, 0xd, 0).b, 576);
	assert_int_equal(ask(v, 0xd, 0).c, 0x680 + 0x400);
	v->hvm.xcr0 = 7;
	assert_int_equal(ask(v, 0xd, 0).b, 0x340);
	v->hvm.xcr0 = 0xe7;
	assert_int_equal(ask(v, 0xd, 0).b, 0xa80);
	/* Compacted: no hole between AVX and the masks. */
	assert_int_equal(ask(v, 0xd, 1).b, 576 + 0x100 + 0x40 + 0x200 + 0x400);
	assert_int_equal(ask(v, 0xd, 1).a & 8, 0); /* XSAVES */
	assert_int_equal(ask(v, 0xd, 63).a, 0);
	assert_int_equal(ask(v, 0xd, ~0u).a, 0);
	model_domain_free(d);
}

static void test_apic_bit_goes_when_the_apic_is_off(void **state)
{
	struct domain *d = guest_on(HOST_ZEN, 7, 1);

	d->vcpu[0]->hvm.vlapic.base_msr &= ~BIT(11);
	assert_false(ask(d->vcpu[0], 1, 0).d & F_APIC);
	assert_false(ask(d->vcpu[0], EXT + 1, 0).d & F_APIC);
	model_domain_free(d);
}

/* --- topology --------------------------------------------------------------------------------- */

/* The package that leaf 0xb speaks of must hold every APIC ID, and each core only its own. */
static void check_topology(enum host_model model, unsigned vcpus)
{
	struct domain *d = guest_on(model, 7, vcpus);
	struct cpuid_leaf smt = ask(d->vcpu[0], 0xb, 0), core = ask(d->vcpu[0], 0xb, 1);

	assert_int_equal(smt.c >> 8, 1);
	assert_int_equal(core.c >> 8, 2);
	assert_int_equal(core.b, vcpus);
	for (unsigned i = 0; i < vcpus; i++) {
		struct cpuid_leaf l1 = ask(d->vcpu[i], 1, 0);

		assert_int_equal(ask(d->vcpu[i], 0xb, 0).d, 2 * i);
		assert_int_equal(l1.b >> 24, 2 * i & 0xff);
		assert_int_equal(2 * i >> core.a, 0);
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(2 * i >> smt.a, 2 * j >> smt.a);
		assert_int_equal(!!(l1.d & F_HTT), vcpus > 1);
	}
	assert_int_equal(ask(d->vcpu[0], 0xb, 2).c, 2);
	assert_int_equal(ask(d->vcpu[0], 0xb, 2).b, 0);
	if (cpuid_is_amd(d->hvm.cpuid)) {
		struct cpuid_leaf e8 = ask(d->vcpu[0], EXT + 8, 0);

		assert_int_equal(e8.c >> 12 & 15, core.a);
		assert_int_equal(e8.c & 0xff, vcpus - 1);
		assert_int_equal(!!(ask(d->vcpu[0], EXT + 1, 0).c & F_CMP_LEGACY), vcpus > 1);
	}
	model_domain_free(d);
}

static void test_topology_is_one_story(void **state)
{
	static const unsigned counts[] = { 1, 2, 3, 4, 5, 8, 31, 32, 33, 64, 127, 128 };

	for (unsigned i = 0; i < ARRAY_SIZE(counts); i++) {
		check_topology(HOST_QEMU64, counts[i]);
		check_topology(HOST_ZEN, counts[i]);
		check_topology(HOST_XEON, counts[i]);
	}
}

static void test_intel_caches_are_shared_as_the_topology_says(void **state)
{
	struct domain *d = guest_on(HOST_XEON, 7, 4);
	struct cpuid_leaf l1 = ask(d->vcpu[0], 4, 0), l3 = ask(d->vcpu[0], 4, 3);

	assert_int_equal((l1.a >> 14 & 0xfff) + 1, 2); /* IDs that a core spans */
	assert_int_equal((l3.a >> 14 & 0xfff) + 1, 8); /* all of the package */
	assert_int_equal((l3.a >> 26) + 1, 4);
	assert_int_equal(ask(d->vcpu[0], 4, 17).a, 0);
	model_domain_free(d);
	d = guest_on(HOST_QEMU64, 0, 4);
	assert_int_equal(ask(d->vcpu[0], 4, 0).a, 0);
	model_domain_free(d);
}

/* --- Xen's leaves, limits --------------------------------------------------------------------- */

static void test_xen_leaves(void **state)
{
	struct domain *d = guest_on(HOST_QEMU64, 0, 3);
	struct vcpu *v = d->vcpu[2];
	struct cpuid_leaf r = ask(v, 0x40000000, 0);

	assert_int_equal(r.a, 0x40000004);
	assert_int_equal(r.b, XEN_CPUID_SIGNATURE_EBX);
	assert_int_equal(r.c, XEN_CPUID_SIGNATURE_ECX);
	assert_int_equal(r.d, XEN_CPUID_SIGNATURE_EDX);
	assert_int_equal(ask(v, 0x40000001, 0).a, 0x40014);
	assert_int_equal(ask(v, 0x40000002, 0).a, 1);
	assert_int_equal(ask(v, 0x40000002, 0).b, 0x40000000);
	assert_int_equal(ask(v, 0x40000003, 2).a, 2500000);
	r = ask(v, 0x40000004, 0);
	assert_true(r.a & XEN_HVM_CPUID_VCPU_ID_PRESENT);
	assert_true(r.a & XEN_HVM_CPUID_DOMID_PRESENT);
	assert_false(r.a & XEN_HVM_CPUID_UPCALL_VECTOR);
	assert_int_equal(r.b, 2);
	assert_int_equal(r.c, 7);
	assert_int_equal(ask(v, 0x40000005, 0).a, 0);
	assert_int_equal(ask(v, 0x40000100, 0).a, 0);
	model_domain_free(d);
}

static void test_leaves_beyond_the_limits_are_zero(void **state)
{
	static const uint32_t beyond[] = { 0xc,        0xe,        0x10,
					   0x16,       0x3fffffff, 0x7fffffff,
					   0x80000022, 0x8fffffff, 0xffffffff };
	struct domain *d = guest_on(HOST_ALL_ONES, ~0ul, 1);

	for (unsigned i = 0; i < ARRAY_SIZE(beyond); i++) {
		struct cpuid_leaf r = ask(d->vcpu[0], beyond[i], 0);

		assert_int_equal(r.a | r.b | r.c | r.d, 0);
	}
	model_domain_free(d);
}

static void test_what_may_be_turned_on(void **state)
{
	struct domain *d = guest_on(HOST_QEMU64, 0, 1);
	const struct cpuid_policy *p = d->hvm.cpuid;

	assert_true(cpuid_cr4_allowed(p) & CPUID_CR4_PAE);
	assert_false(cpuid_cr4_allowed(p) & (CPUID_CR4_OSXSAVE | CPUID_CR4_SMEP | CPUID_CR4_PKE));
	assert_false(cpuid_efer_allowed(p) & BIT(12)); /* SVME */
	assert_true(cpuid_efer_allowed(p) & BIT(8));
	assert_false(cpuid_xcr0_allowed(p, 1));
	model_domain_free(d);

	d = guest_on(HOST_XEON, 0xe7, 1);
	p = d->hvm.cpuid;
	assert_true(cpuid_xcr0_allowed(p, 1));
	assert_true(cpuid_xcr0_allowed(p, 7));
	assert_true(cpuid_xcr0_allowed(p, 0xe7));
	assert_false(cpuid_xcr0_allowed(p, 0));
	assert_false(cpuid_xcr0_allowed(p, 6));
	assert_false(cpuid_xcr0_allowed(p, 5));
	assert_false(cpuid_xcr0_allowed(p, 0x67));
	assert_false(cpuid_xcr0_allowed(p, 0xe3));
	assert_false(cpuid_xcr0_allowed(p, 0x207));
	model_domain_free(d);
}

/* --- the toolstack's view --------------------------------------------------------------------- */

struct leaves {
	struct xen_cpuid_leaf leaf[256];
	unsigned nr, room;
};

static int take(void *ctx, unsigned index, const struct xen_cpuid_leaf *leaf)
{
	struct leaves *l = ctx;

	assert_int_equal(index, l->nr);
	if (index >= l->room)
		return -ENOBUFS;
	l->leaf[l->nr++] = *leaf;
	return 0;
}

static void test_leaves_go_out_and_come_back(void **state)
{
	static const enum host_model models[] = { HOST_QEMU64, HOST_ZEN, HOST_XEON };

	for (unsigned m = 0; m < ARRAY_SIZE(models); m++) {
		struct domain *d = guest_on(models[m], 0xe7, 4);
		struct cpuid_policy back = { 0 }, max;
		struct leaves l = { .room = 256 };
		uint32_t leaf, sub;
		unsigned nr;

		assert_int_equal(cpuid_policy_serialise(d->hvm.cpuid, take, &l, &nr), 0);
		assert_int_equal(nr, l.nr);
		for (unsigned i = 0; i < nr; i++)
			assert_int_equal(cpuid_policy_set_leaf(&back, &l.leaf[i]), 0);
		assert_memory_equal(back.basic, d->hvm.cpuid->basic, 4 * sizeof(back.basic[0]));
		assert_memory_equal(back.xstate, d->hvm.cpuid->xstate,
				    d->hvm.cpuid->basic[0].a >= 0xd ? sizeof(back.xstate) : 0);
		cpuid_policy_fill(&max, CPUID_MAX);
		assert_int_equal(cpuid_policy_check(&back, &max, &leaf, &sub), 0);
		/* Too little room ends it with that error. */
		l = (struct leaves){ .room = nr - 1 };
		assert_int_equal(cpuid_policy_serialise(d->hvm.cpuid, take, &l, &nr), -ENOBUFS);
		model_domain_free(d);
	}
}

static void test_unknown_leaves_are_refused(void **state)
{
	static const struct xen_cpuid_leaf bad[] = {
		{ .leaf = 0xe, .subleaf = XEN_CPUID_NO_SUBLEAF },
		{ .leaf = 7, .subleaf = 3 },
		{ .leaf = 7, .subleaf = XEN_CPUID_NO_SUBLEAF },
		{ .leaf = 0xd, .subleaf = 63 },
		{ .leaf = 4, .subleaf = 6 },
		{ .leaf = 1, .subleaf = 0 },
		{ .leaf = 0x80000022, .subleaf = ~0u },
		{ .leaf = 0x7fffffff, .subleaf = ~0u },
		{ .leaf = 0xffffffff, .subleaf = ~0u },
		{ .leaf = 0xb, .subleaf = 2 },
		{ .leaf = 0x40000200, .subleaf = ~0u },
	};
	const struct xen_cpuid_leaf ours = { .leaf = 0x40000001, .subleaf = ~0u, .a = 99 };
	/* Xen's tools say how far each of two ranges goes. */
	const struct xen_cpuid_leaf second = { .leaf = 0x40000100, .subleaf = ~0u };
	struct cpuid_policy p, before;

	host_model = HOST_ZEN;
	cpuid_policy_fill(&p, CPUID_DEFAULT);
	before = p;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(cpuid_policy_set_leaf(&p, &bad[i]), -ERANGE);
	assert_int_equal(cpuid_policy_set_leaf(&p, &ours), 0);
	assert_int_equal(cpuid_policy_set_leaf(&p, &second), 0);
	assert_memory_equal(&p, &before, sizeof(p));
}

/* One change to a default policy that must be refused, and where. */
static void refused(struct xen_cpuid_leaf change, uint32_t at_leaf, uint32_t at_sub)
{
	struct cpuid_policy p, max;
	uint32_t leaf = 0, sub = 0;

	cpuid_policy_fill(&p, CPUID_DEFAULT);
	cpuid_policy_fill(&max, CPUID_MAX);
	assert_int_equal(cpuid_policy_set_leaf(&p, &change), 0);
	assert_int_equal(cpuid_policy_check(&p, &max, &leaf, &sub), -EINVAL);
	assert_int_equal(leaf, at_leaf);
	assert_int_equal(sub, at_sub);
}

static void test_a_policy_cannot_grow_beyond_the_host(void **state)
{
	struct cpuid_policy p;
	const struct cpuid_leaf *l;

	host_model = HOST_ZEN;
	host_xcr0 = 7;
	cpuid_policy_fill(&p, CPUID_DEFAULT);
	l = &p.basic[1];
	refused((struct xen_cpuid_leaf){ 1, ~0u, l->a, l->b, l->c | 1u << 5, l->d }, 1, ~0u);
	refused((struct xen_cpuid_leaf){ 1, ~0u, l->a, l->b, l->c, l->d | 1u << 12 }, 1, ~0u);
	l = &p.feat[0];
	refused((struct xen_cpuid_leaf){ 7, 0, l->a, l->b | 1u << 11, l->c, l->d }, 7, 0);
	refused((struct xen_cpuid_leaf){ 7, 0, l->a, l->b, l->c, l->d | 1u << 26 }, 7, 0);
	refused((struct xen_cpuid_leaf){ 7, 1, 0, 0, 0, 1 }, 7, 1);
	refused((struct xen_cpuid_leaf){ 0xd, 0, 0x207, 0, 0, 0 }, 0xd, 0);
	refused((struct xen_cpuid_leaf){ 0xd, 1, 8, 0, 0, 0 }, 0xd, 1);
	refused((struct xen_cpuid_leaf){ 0xd, 2, 0x1000, 0x240, 0, 0 }, 0xd, 2);
	refused((struct xen_cpuid_leaf){ 0xd, 9, 8, 0x980, 0, 0 }, 0xd, 9);
	refused((struct xen_cpuid_leaf){ 0, ~0u, 0x10, p.basic[0].b, p.basic[0].c, p.basic[0].d },
		0, ~0u);
	refused((struct xen_cpuid_leaf){ 0, ~0u, 0xd, 1, 2, 3 }, 0, ~0u);
	l = &p.ext[1];
	refused((struct xen_cpuid_leaf){ EXT + 1, ~0u, l->a, l->b, l->c | F_SVM, l->d }, EXT + 1,
		~0u);
	l = &p.ext[8];
	refused((struct xen_cpuid_leaf){ EXT + 8, ~0u, 0x3040, l->b, l->c, l->d }, EXT + 8, ~0u);
	refused((struct xen_cpuid_leaf){ EXT + 8, ~0u, l->a, l->b | 1u << 12, l->c, l->d }, EXT + 8,
		~0u);
	refused((struct xen_cpuid_leaf){ EXT, ~0u, 0x80000030, 0, 0, 0 }, EXT, ~0u);
}

static void test_a_policy_may_shrink_and_choose_its_topology(void **state)
{
	struct cpuid_policy p, max;
	uint32_t leaf, sub;

	host_model = HOST_ZEN;
	host_xcr0 = 7;
	cpuid_policy_fill(&max, CPUID_MAX);
	cpuid_policy_fill(&p, CPUID_DEFAULT);
	p.basic[1].c &= ~F_AVX;
	p.basic[1].b |= 0x10 << 16;
	p.basic[1].d |= F_HTT;
	p.ext[1].c |= F_CMP_LEGACY;
	p.ext[8].c = 0x3007;
	p.topo[1].b = 8;
	p.ext[7].d |= F_ITSC;
	p.xstate[0].a = 3;
	p.xstate[0].c = 0x7fffffff;
	assert_int_equal(cpuid_policy_check(&p, &max, &leaf, &sub), 0);
	/* What is loaded into an XSAVE area goes by this. */
	assert_int_equal(p.xstate[0].c, 576);
}

static void test_feature_words_are_in_the_tools_order(void **state)
{
	uint32_t w[CPUID_FEATURE_WORDS];
	struct cpuid_policy p;

	host_model = HOST_ZEN;
	cpuid_policy_fill(&p, CPUID_HOST);
	cpuid_feature_words(&p, w);
	assert_int_equal(w[0], 0x178bfbff);
	assert_int_equal(w[1], 0x7ef8320b);
	assert_int_equal(w[3], 0x75c237ff);
	assert_int_equal(w[4], 0xf);
	assert_int_equal(w[5], 0x219c97a9);
	assert_int_equal(w[7], 0x6799);
	assert_int_equal(w[8], 0x111ef657);
}

static void test_nothing_is_leaked(void **state)
{
	struct domain *d = guest_on(HOST_ZEN, 7, 2);

	assert_int_equal(objects_alive, 1);
	model_domain_free(d);
	assert_int_equal(objects_alive, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_host_with_everything_shows_only_what_is_listed),
		cmocka_unit_test(test_emulated_features_are_there_on_a_poor_host),
		cmocka_unit_test(test_an_emulated_k8_is_shown_as_one_without_gart),
		cmocka_unit_test(test_the_copy_of_leaf_1_stays_one),
		cmocka_unit_test(test_avx_goes_with_its_state),
		cmocka_unit_test(test_invariant_tsc_is_for_domain_0),
		cmocka_unit_test(test_osxsave_follows_cr4),
		cmocka_unit_test(test_xsave_sizes_follow_xcr0),
		cmocka_unit_test(test_apic_bit_goes_when_the_apic_is_off),
		cmocka_unit_test(test_topology_is_one_story),
		cmocka_unit_test(test_intel_caches_are_shared_as_the_topology_says),
		cmocka_unit_test(test_xen_leaves),
		cmocka_unit_test(test_leaves_beyond_the_limits_are_zero),
		cmocka_unit_test(test_what_may_be_turned_on),
		cmocka_unit_test(test_leaves_go_out_and_come_back),
		cmocka_unit_test(test_unknown_leaves_are_refused),
		cmocka_unit_test(test_a_policy_cannot_grow_beyond_the_host),
		cmocka_unit_test(test_a_policy_may_shrink_and_choose_its_topology),
		cmocka_unit_test(test_feature_words_are_in_the_tools_order),
		cmocka_unit_test(test_nothing_is_leaked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
