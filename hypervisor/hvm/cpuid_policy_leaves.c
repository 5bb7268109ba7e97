// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A CPUID policy as the array of leaves that toolstacks read and write (domctl and sysctl), and the
 * check of what they wrote. Works on copies; no locks.
 */
#include "cpuid.h"

#include "abi/errno.h"
#include "abi/xen.h"
#include "cpuid_features.h"
#include "lib.h"

#define XEN_FIRST 0x40000000u
#define XEN_LAST  0x400001ffu /* Xen's tools know a second range */

static const struct cpuid_leaf *sub(const struct cpuid_leaf *l, unsigned nr, uint32_t subleaf)
{
	return subleaf < nr ? &l[subleaf] : NULL;
}

/* Where a leaf lives in the policy; NULL when it has no place there. */
static const struct cpuid_leaf *leaf_slot(const struct cpuid_policy *p, uint32_t leaf,
					  uint32_t subleaf)
{
	switch (leaf) {
	case 4: return sub(p->cache, CPUID_NR_CACHE, subleaf);
	case 7: return sub(p->feat, CPUID_NR_FEAT, subleaf);
	case 0xb: return sub(p->topo, CPUID_NR_TOPO, subleaf);
	case 0xd: return sub(p->xstate, CPUID_NR_XSTATE - 1, subleaf);
	}
	if (subleaf != XEN_CPUID_NO_SUBLEAF)
		return NULL;
	if (leaf < CPUID_NR_BASIC)
		return &p->basic[leaf];
	return leaf >= EXT && leaf - EXT < CPUID_NR_EXT ? &p->ext[leaf - EXT] : NULL;
}

typedef int emit_fn(void *ctx, unsigned index, const struct xen_cpuid_leaf *leaf);

/* These have subleaves; the others are one leaf, whatever ecx is. */
static bool is_indexed(uint32_t leaf)
{
	return leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd;
}

struct cpuid_leaf cpuid_policy_leaf(const struct cpuid_policy *p, uint32_t leaf, uint32_t subleaf)
{
	const struct cpuid_leaf *l = leaf_slot(p, leaf,
					       is_indexed(leaf) ? subleaf : XEN_CPUID_NO_SUBLEAF);

	return l ? *l : (struct cpuid_leaf){ 0 };
}

static int put(const struct cpuid_policy *p, uint32_t leaf, uint32_t last, emit_fn *emit, void *ctx,
	       unsigned *nr)
{
	for (; leaf <= last; leaf++) {
		bool indexed = is_indexed(leaf);
		uint32_t subleaf = indexed ? 0 : XEN_CPUID_NO_SUBLEAF;
		const struct cpuid_leaf *l = leaf_slot(p, leaf, subleaf);

		for (; l; l = indexed ? leaf_slot(p, leaf, ++subleaf) : NULL) {
			struct xen_cpuid_leaf out = { leaf, subleaf, l->a, l->b, l->c, l->d };
			int rc = emit(ctx, *nr, &out);

			if (rc)
				return rc;
			++*nr;
		}
	}
	return 0;
}

int cpuid_policy_serialise(const struct cpuid_policy *p, emit_fn *emit, void *ctx, unsigned *nr)
{
	int rc;

	*nr = 0;
	rc = put(p, 0, MIN(p->basic[0].a, CPUID_NR_BASIC - 1), emit, ctx, nr);
	return rc ? rc : put(p, EXT, MIN(p->ext[0].a, EXT + CPUID_NR_EXT - 1), emit, ctx, nr);
}

int cpuid_policy_set_leaf(struct cpuid_policy *p, const struct xen_cpuid_leaf *leaf)
{
	struct cpuid_leaf *slot = (struct cpuid_leaf *)leaf_slot(p, leaf->leaf, leaf->subleaf);

	/* The hypervisor's own leaves are made when they are asked for. */
	if (leaf->leaf >= XEN_FIRST && leaf->leaf <= XEN_LAST)
		return 0;
	if (!slot)
		return -ERANGE;
	*slot = (struct cpuid_leaf){ leaf->a, leaf->b, leaf->c, leaf->d };
	return 0;
}

/* --- feature words ---------------------------------------------------------------------------- */

#define AT(field) offsetof(struct cpuid_policy, field)
#define PLAIN     XEN_CPUID_NO_SUBLEAF

/* In the order of Xen's tools; the last ones are not among their words. */
static const struct feature_word {
	uint32_t leaf, subleaf, at;
	uint32_t allowed; /* what a domain may have, if the host has it */
	uint32_t free;    /* what a toolstack may say beyond that: topology, copies of CR4 */
} feature_words[] = {
	{ 1, PLAIN, AT(basic[1].d), ALLOW_1D, F_HTT },
	{ 1, PLAIN, AT(basic[1].c), ALLOW_1C, F_OSXSAVE },
	{ EXT + 1, PLAIN, AT(ext[1].d), ALLOW_E1D, 0 },
	{ EXT + 1, PLAIN, AT(ext[1].c), ALLOW_E1C, F_CMP_LEGACY },
	{ 0xd, 1, AT(xstate[1].a), ALLOW_DA1, 0 },
	{ 7, 0, AT(feat[0].b), ALLOW_7B, 0 },
	{ 7, 0, AT(feat[0].c), ALLOW_7C, F_OSPKE },
	{ EXT + 7, PLAIN, AT(ext[7].d), F_ITSC, 0 },
	{ EXT + 8, PLAIN, AT(ext[8].b), ALLOW_E8B, 0 },
	{ 7, 0, AT(feat[0].d), ALLOW_7D, 0 },
	{ 7, 1, AT(feat[1].a), ALLOW_7A1, 0 },
	{ EXT + 0x21, PLAIN, AT(ext[0x21].a), ALLOW_E21A, 0 },
	{ 7, 1, AT(feat[1].b), 0, 0 },
	{ 7, 2, AT(feat[2].d), 0, 0 },
	{ 7, 1, AT(feat[1].c), 0, 0 },
	{ 7, 1, AT(feat[1].d), 0, 0 },
#define NR_XEN_WORDS 16u
	{ 7, 2, AT(feat[2].a), 0, 0 },
	{ 7, 2, AT(feat[2].b), 0, 0 },
	{ 7, 2, AT(feat[2].c), 0, 0 },
	{ 0xd, 0, AT(xstate[0].a), ~0u, 0 },
	{ 0xd, 0, AT(xstate[0].d), ~0u, 0 },
};

static uint32_t *word_of(const struct cpuid_policy *p, const struct feature_word *w)
{
	return (uint32_t *)((char *)p + w->at);
}

void cpuid_feature_words(const struct cpuid_policy *p, uint32_t words[CPUID_FEATURE_WORDS])
{
	memset(words, 0, CPUID_FEATURE_WORDS * sizeof(words[0]));
	for (unsigned i = 0; i < NR_XEN_WORDS; i++)
		words[i] = *word_of(p, &feature_words[i]);
	words[2] &= ~(uint32_t)F_E1D_COMMON;
}

void cpuid_features_allow(struct cpuid_policy *p)
{
	for (unsigned i = 0; i < ARRAY_SIZE(feature_words); i++)
		*word_of(p, &feature_words[i]) &= feature_words[i].allowed;
}

/* --- check ------------------------------------------------------------------------------------ */

int cpuid_policy_check(struct cpuid_policy *p, const struct cpuid_policy *max, uint32_t *err_leaf,
		       uint32_t *err_subleaf)
{
	*err_subleaf = XEN_CPUID_NO_SUBLEAF;
	*err_leaf = 0;
	if (p->basic[0].a > max->basic[0].a || p->basic[0].b != max->basic[0].b ||
	    p->basic[0].c != max->basic[0].c || p->basic[0].d != max->basic[0].d)
		return -EINVAL;
	*err_leaf = EXT;
	if (p->ext[0].a > max->ext[0].a)
		return -EINVAL;
	*err_leaf = EXT + 8;
	if ((p->ext[8].a & 0xff) > (max->ext[8].a & 0xff))
		return -EINVAL;
	/* Offsets and sizes of state components are the hardware's: XSAVE goes by them. */
	*err_leaf = 0xd;
	for (unsigned i = 2; i < CPUID_NR_XSTATE - 1; i++) {
		*err_subleaf = i;
		if ((p->xstate[i].a | p->xstate[i].b | p->xstate[i].c | p->xstate[i].d) &&
		    memcmp(&p->xstate[i], &max->xstate[i], sizeof(p->xstate[i])))
			return -EINVAL;
	}
	for (const struct feature_word *w = feature_words;
	     w < feature_words + ARRAY_SIZE(feature_words); w++) {
		*err_leaf = w->leaf;
		*err_subleaf = w->subleaf;
		if (*word_of(p, w) & ~(*word_of(max, w) | w->free))
			return -EINVAL;
	}
	p->xstate[0].c = cpuid_xsave_size(p, p->xstate[0].a | (uint64_t)p->xstate[0].d << 32,
					  false);
	return 0;
}
