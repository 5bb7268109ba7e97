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

#define EXT       0x80000000u
#define XEN_FIRST 0x40000000u
#define XEN_LAST  0x400000ffu

typedef int emit_fn(void *ctx, unsigned index, const struct xen_cpuid_leaf *leaf);

struct stream {
	emit_fn *emit;
	void *ctx;
	unsigned nr;
};

static int put(struct stream *s, uint32_t leaf, uint32_t subleaf, const struct cpuid_leaf *l)
{
	struct xen_cpuid_leaf out = { leaf, subleaf, l->a, l->b, l->c, l->d };
	int rc = s->emit(s->ctx, s->nr, &out);

	if (!rc)
		s->nr++;
	return rc;
}

static int put_all(struct stream *s, uint32_t leaf, const struct cpuid_leaf *l, unsigned nr)
{
	int rc = 0;

	for (unsigned i = 0; i < nr && !rc; i++)
		rc = put(s, leaf, i, &l[i]);
	return rc;
}

static int put_basic(struct stream *s, const struct cpuid_policy *p, unsigned leaf)
{
	switch (leaf) {
	case 4: return put_all(s, leaf, p->cache, CPUID_NR_CACHE);
	case 7: return put_all(s, leaf, p->feat, MIN(p->feat[0].a + 1, CPUID_NR_FEAT));
	case 0xb: return put_all(s, leaf, p->topo, CPUID_NR_TOPO);
	case 0xd: return put_all(s, leaf, p->xstate, CPUID_NR_XSTATE - 1);
	default: return put(s, leaf, XEN_CPUID_NO_SUBLEAF, &p->basic[leaf]);
	}
}

int cpuid_policy_serialise(const struct cpuid_policy *p, emit_fn *emit, void *ctx, unsigned *nr)
{
	struct stream s = { .emit = emit, .ctx = ctx };
	int rc = 0;

	for (unsigned i = 0; i < CPUID_NR_BASIC && i <= p->basic[0].a && !rc; i++)
		rc = put_basic(&s, p, i);
	for (unsigned i = 0; i < CPUID_NR_EXT && EXT + i <= p->ext[0].a && !rc; i++)
		rc = put(&s, EXT + i, XEN_CPUID_NO_SUBLEAF, &p->ext[i]);
	*nr = s.nr;
	return rc;
}

static struct cpuid_leaf *sub(struct cpuid_leaf *l, unsigned nr, uint32_t subleaf)
{
	return subleaf < nr ? &l[subleaf] : NULL;
}

/* Where a leaf lives in the policy; NULL when it has no place there. */
static struct cpuid_leaf *leaf_slot(struct cpuid_policy *p, uint32_t leaf, uint32_t subleaf)
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

int cpuid_policy_set_leaf(struct cpuid_policy *p, const struct xen_cpuid_leaf *leaf)
{
	struct cpuid_leaf *slot = leaf_slot(p, leaf->leaf, leaf->subleaf);

	/* The hypervisor's own leaves are made when they are asked for. */
	if (leaf->leaf >= XEN_FIRST && leaf->leaf <= XEN_LAST)
		return 0;
	if (!slot)
		return -ERANGE;
	*slot = (struct cpuid_leaf){ leaf->a, leaf->b, leaf->c, leaf->d };
	return 0;
}

/* --- check ------------------------------------------------------------------------------------ */

/* Feature words: bits of p that max does not have. Topology bits are the toolstack's to choose. */
static bool features_beyond(const struct cpuid_policy *p, const struct cpuid_policy *max,
			    uint32_t *leaf, uint32_t *subleaf)
{
	const struct {
		uint32_t leaf, subleaf, bits;
	} beyond[] = {
		{ 1, XEN_CPUID_NO_SUBLEAF, p->basic[1].c & ~(max->basic[1].c | F_OSXSAVE) },
		{ 1, XEN_CPUID_NO_SUBLEAF, p->basic[1].d & ~(max->basic[1].d | F_HTT) },
		{ 7, 0, p->feat[0].b & ~max->feat[0].b },
		{ 7, 0, p->feat[0].c & ~(max->feat[0].c | F_OSPKE) },
		{ 7, 0, p->feat[0].d & ~max->feat[0].d },
		{ 7, 1, p->feat[1].a & ~max->feat[1].a },
		{ 7, 1, p->feat[1].b | p->feat[1].c | p->feat[1].d },
		{ 7, 2, p->feat[2].a | p->feat[2].b | p->feat[2].c | p->feat[2].d },
		{ 0xd, 0, p->xstate[0].a & ~max->xstate[0].a },
		{ 0xd, 0, p->xstate[0].d & ~max->xstate[0].d },
		{ 0xd, 1, p->xstate[1].a & ~max->xstate[1].a },
		{ EXT + 1, XEN_CPUID_NO_SUBLEAF, p->ext[1].c & ~(max->ext[1].c | F_CMP_LEGACY) },
		{ EXT + 1, XEN_CPUID_NO_SUBLEAF, p->ext[1].d & ~max->ext[1].d },
		{ EXT + 7, XEN_CPUID_NO_SUBLEAF, p->ext[7].d & ~max->ext[7].d },
		{ EXT + 8, XEN_CPUID_NO_SUBLEAF, p->ext[8].b & ~max->ext[8].b },
		{ EXT + 0x21, XEN_CPUID_NO_SUBLEAF, p->ext[0x21].a & ~max->ext[0x21].a },
	};

	for (unsigned i = 0; i < ARRAY_SIZE(beyond); i++)
		if (beyond[i].bits) {
			*leaf = beyond[i].leaf;
			*subleaf = beyond[i].subleaf;
			return true;
		}
	return false;
}

int cpuid_policy_check(const struct cpuid_policy *p, const struct cpuid_policy *max,
		       uint32_t *err_leaf, uint32_t *err_subleaf)
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
	return features_beyond(p, max, err_leaf, err_subleaf) ? -EINVAL : 0;
}
