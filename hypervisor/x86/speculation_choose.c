// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which measures a CPU needs and which it can take: Intel's by IA32_ARCH_CAPABILITIES, whose bits
 * mostly say what a CPU does not suffer from, and by model for those that were made before it;
 * AMD's by family and CPUID 80000008 and 80000021. Pure.
 */
#include "speculation.h"

#define LEAF_7_B_RTM     BIT(11)
#define ARCH_RDCL_NO     BIT(0)
#define ARCH_SKIP_L1DFL  BIT(3)
#define ARCH_MDS_NO      BIT(5)
#define ARCH_PSCHANGE_NO BIT(6)
#define ARCH_TAA_NO      BIT(8)
#define ARCH_MMIO_NO     (BIT(13) | BIT(14) | BIT(15)) /* SBDR_SSDP, FBSDP, PSDP */
#define ARCH_FB_CLEAR    BIT(17)
#define ARCH_RFDS_NO     BIT(27)
#define ARCH_RFDS_CLEAR  BIT(28)
#define BTC_NO           BIT(29) /* CPUID 80000008 EBX */
#define SRSO_NO          BIT(29) /* CPUID 80000021 EAX */

static const struct {
	uint8_t source, bit;
	uint64_t gives;
} means[] = {
	{ LEAF_7_D, 10, SPEC_VERW }, /* MD_CLEAR */
	{ LEAF_7_D, 26, SPEC_IBPB },
	{ LEAF_7_D, 28, SPEC_L1D_FLUSH },
	{ LEAF_7_D, 31, SPEC_SSBD },
	{ LEAF_80000008_B, 12, SPEC_IBPB },
	{ LEAF_80000008_B, 24, SPEC_SSBD },
	{ LEAF_80000021_A, 8, SPEC_IBRS },        /* automatic: EFER, see hvm/svm */
	{ LEAF_80000021_A, 28, SPEC_IBPB_ENTRY }, /* IBPB drops of which kind a branch was, too */
	{ ARCH_CAPS, 1, SPEC_IBRS },              /* enhanced */
	{ ARCH_CAPS, 17, SPEC_VERW },             /* FB_CLEAR */
	{ ARCH_CAPS, 28, SPEC_VERW },             /* RFDS_CLEAR */
};

/*
 * Atoms and Xeon Phis of before IA32_ARCH_CAPABILITIES, which have no L1TF and no iTLB multihit;
 * Silvermont, Airmont and Knights, the first ones here, have MDS.
 */
#define ATOMS_WITH_MDS 9u
static const uint8_t atoms[] = {
	0x37, 0x4a, 0x4d, 0x5a, 0x5d, 0x4c, 0x75, 0x57, 0x85, 0x1c,
	0x26, 0x27, 0x35, 0x36, 0x5c, 0x5f, 0x7a, 0x86, 0x96, 0x9c,
};

/* Zen 1 and 2, and Hygon's: IBPB has always dropped all there. */
static bool is_zen2(const struct speculation_cpu *c)
{
	return c->vendor == SPEC_AMD && (c->family == 0x17 || c->family == 0x18);
}

static uint64_t possible_on(const struct speculation_cpu *c)
{
	uint64_t possible = c->vendor == SPEC_INTEL ? SPEC_SMALL_EXECUTE : 0;

	for (unsigned i = 0; i < ARRAY_SIZE(means); i++)
		if (c->says[means[i].source] & BIT(means[i].bit))
			possible |= means[i].gives;
	if (is_zen2(c) && (possible & SPEC_IBPB))
		possible |= SPEC_IBPB_ENTRY;
	return possible;
}

static uint64_t needed_by_intel(const struct speculation_cpu *c, bool *threads_leak)
{
	const uint64_t has = c->says[ARCH_CAPS];
	unsigned i = 0;
	bool atom, l1tf, mds, taa, mmio, rfds;

	while (i < ARRAY_SIZE(atoms) && atoms[i] != c->model)
		i++;
	atom = c->family == 6 && i < ARRAY_SIZE(atoms);
	l1tf = !atom && !(has & ARCH_RDCL_NO);
	mds = (!atom || i < ATOMS_WITH_MDS) && !(has & ARCH_MDS_NO);
	taa = (c->says[LEAF_7_B] & LEAF_7_B_RTM) && !(has & ARCH_TAA_NO);
	/* Of these two only a CPU that has the cure tells. */
	mmio = (has & ARCH_FB_CLEAR) && (has & ARCH_MMIO_NO) != ARCH_MMIO_NO;
	rfds = (has & (ARCH_RFDS_CLEAR | ARCH_RFDS_NO)) == ARCH_RFDS_CLEAR;
	*threads_leak = l1tf || mds || taa;
	return (l1tf && !(has & ARCH_SKIP_L1DFL) ? SPEC_L1D_FLUSH : 0) |
	       (mds || taa || mmio || rfds ? SPEC_VERW : 0) |
	       (!atom && !(has & ARCH_PSCHANGE_NO) ? SPEC_SMALL_EXECUTE : 0);
}

static uint64_t needed_by_amd(const struct speculation_cpu *c)
{
	bool btc = is_zen2(c) && !(c->says[LEAF_80000008_B] & BTC_NO);
	bool srso = c->family == 0x19 && !(c->says[LEAF_80000021_A] & SRSO_NO);

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
