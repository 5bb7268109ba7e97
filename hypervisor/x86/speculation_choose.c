// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which measures a CPU needs and which it can take: Intel's by IA32_ARCH_CAPABILITIES, whose bits
 * mostly say what a CPU does not suffer from, and by model for those that were made before it;
 * AMD's by family and CPUID 80000008 and 80000021. Pure.
 */
#include "lib.h"
#include "speculation.h"

#define FEATURE_RTM        (1u << 11) /* CPUID 7 EBX */
#define FEATURE_MD_CLEAR   (1u << 10) /* CPUID 7 EDX */
#define FEATURE_IBPB       (1u << 26)
#define FEATURE_L1D_FLUSH  (1u << 28)
#define FEATURE_SSBD       (1u << 31)
#define EXTENDED_IBPB      (1u << 12) /* CPUID 80000008 EBX */
#define EXTENDED_SSBD      (1u << 24)
#define EXTENDED_BTC_NO    (1u << 29)
#define EXTENDED_AUTO_IBRS (1u << 8) /* CPUID 80000021 EAX */
#define EXTENDED_BRTYPE    (1u << 28)
#define EXTENDED_SRSO_NO   (1u << 29)

#define ARCH_RDCL_NO       BIT(0)
#define ARCH_IBRS_ALL      BIT(1)
#define ARCH_SKIP_L1DFL    BIT(3)
#define ARCH_MDS_NO        BIT(5)
#define ARCH_PSCHANGE_NO   BIT(6)
#define ARCH_TAA_NO        BIT(8)
#define ARCH_MMIO_NO       (BIT(13) | BIT(14) | BIT(15)) /* SBDR_SSDP, FBSDP, PSDP */
#define ARCH_FB_CLEAR      BIT(17)
#define ARCH_RFDS_NO       BIT(27)
#define ARCH_RFDS_CLEAR    BIT(28)

/*
 * Atoms and Xeon Phis of before IA32_ARCH_CAPABILITIES: no L1TF, no iTLB multihit; the first ones
 * but with MDS.
 */
static const uint8_t atoms_with_mds[] = {
	0x37, 0x4a, 0x4d, 0x5a, 0x5d, /* Silvermont */
	0x4c, 0x75,                   /* Airmont */
	0x57, 0x85,                   /* Knights Landing, Mill */
};
static const uint8_t atoms[] = {
	0x1c, 0x26, 0x27, 0x35, 0x36, /* Bonnell */
	0x5c, 0x5f, 0x7a,             /* Goldmont */
	0x86, 0x96, 0x9c,             /* Tremont */
};

static bool is_one_of(const struct speculation_cpu *c, const uint8_t *models, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (c->family == 6 && c->model == models[i])
			return true;
	return false;
}

/* Zen 1 and 2, and Hygon's. */
static bool is_zen2(const struct speculation_cpu *c)
{
	return c->vendor == SPEC_AMD && (c->family == 0x17 || c->family == 0x18);
}

/* Which measures there are: bits that mean the same whoever offers them. */
static uint64_t possible_on(const struct speculation_cpu *c)
{
	const uint64_t has = c->capabilities;
	uint64_t possible = c->vendor == SPEC_INTEL ? SPEC_SMALL_EXECUTE : 0;

	if ((c->feature_d & FEATURE_IBPB) || (c->extended_b & EXTENDED_IBPB))
		possible |= SPEC_IBPB;
	/* Only there an IBPB forgets of which kind a branch was, too. */
	if ((c->extended_b & EXTENDED_IBPB) && (is_zen2(c) || (c->extended_a & EXTENDED_BRTYPE)))
		possible |= SPEC_IBPB_ENTRY;
	if ((has & ARCH_IBRS_ALL) || (c->extended_a & EXTENDED_AUTO_IBRS))
		possible |= SPEC_IBRS;
	if ((c->feature_d & FEATURE_SSBD) || (c->extended_b & EXTENDED_SSBD))
		possible |= SPEC_SSBD;
	if ((c->feature_d & FEATURE_MD_CLEAR) || (has & (ARCH_FB_CLEAR | ARCH_RFDS_CLEAR)))
		possible |= SPEC_VERW;
	if (c->feature_d & FEATURE_L1D_FLUSH)
		possible |= SPEC_L1D_FLUSH;
	return possible;
}

static uint64_t needed_by_intel(const struct speculation_cpu *c, bool *threads_leak)
{
	bool mds_atom = is_one_of(c, atoms_with_mds, ARRAY_SIZE(atoms_with_mds));
	bool atom = mds_atom || is_one_of(c, atoms, ARRAY_SIZE(atoms));
	const uint64_t has = c->capabilities;
	bool l1tf = !atom && !(has & ARCH_RDCL_NO);
	bool mds = (!atom || mds_atom) && !(has & ARCH_MDS_NO);
	bool taa = (c->feature_b & FEATURE_RTM) && !(has & ARCH_TAA_NO);
	/* Of these two only a CPU that has the cure tells. */
	bool mmio = (has & ARCH_FB_CLEAR) && (has & ARCH_MMIO_NO) != ARCH_MMIO_NO;
	bool rfds = (has & (ARCH_RFDS_CLEAR | ARCH_RFDS_NO)) == ARCH_RFDS_CLEAR;

	*threads_leak = l1tf || mds || taa;
	return (l1tf && !(has & ARCH_SKIP_L1DFL) ? SPEC_L1D_FLUSH : 0) |
	       (mds || taa || mmio || rfds ? SPEC_VERW : 0) |
	       (!atom && !(has & ARCH_PSCHANGE_NO) ? SPEC_SMALL_EXECUTE : 0);
}

static uint64_t needed_by_amd(const struct speculation_cpu *c)
{
	bool btc = is_zen2(c) && !(c->extended_b & EXTENDED_BTC_NO);
	bool srso = c->family == 0x19 && !(c->extended_a & EXTENDED_SRSO_NO);

	return btc || srso ? SPEC_IBPB_ENTRY : 0;
}

struct speculation_choice speculation_choose(const struct speculation_cpu *c, uint64_t forced,
					     uint64_t forbidden)
{
	struct speculation_choice choice = { 0 };
	uint64_t possible = possible_on(c), needed = forced;

	if (c->vendor == SPEC_INTEL)
		needed |= needed_by_intel(c, &choice.threads_leak);
	else if (c->vendor == SPEC_AMD)
		needed |= needed_by_amd(c);
	choice.lacking = needed & ~possible & ~forbidden;
	choice.on = (needed | SPEC_IBPB | SPEC_IBRS) & possible & ~forbidden;
	return choice;
}
