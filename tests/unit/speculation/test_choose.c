// SPDX-License-Identifier: GPL-2.0-or-later
/* What is done against leaks by speculation, on CPUs as they describe themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib.h"
#include "speculation.h"

#define RTM       (1u << 11)
#define MD_CLEAR  (1u << 10)
#define IBPB_D    (1u << 26)
#define L1D       (1u << 28)
#define SSBD_D    (1u << 31)
#define MICROCODE (MD_CLEAR | IBPB_D | L1D | SSBD_D) /* all that updates brought to old CPUs */
#define IBPB_B    (1u << 12)
#define SSBD_B    (1u << 24)
#define BTC_NO    (1u << 29)
#define AUTO_IBRS (1u << 8)
#define BRTYPE    (1u << 28)
#define SRSO_NO   (1u << 29)
/* Parts of IA32_ARCH_CAPABILITIES, as Cascade Lake and Ice Lake have them. */
#define RDCL_NO     BIT(0)
#define IBRS_ALL    BIT(1)
#define SKIP_L1DFL  BIT(3)
#define MDS_NO      BIT(5)
#define PSCHANGE_NO BIT(6)
#define TAA_NO      BIT(8)
#define MMIO_NO     (7UL << 13)
#define FB_CLEAR    BIT(17)
#define RFDS_NO     BIT(27)
#define RFDS_CLEAR  BIT(28)
#define CASCADE     (RDCL_NO | IBRS_ALL | SKIP_L1DFL | MDS_NO)
#define ICE         (CASCADE | PSCHANGE_NO | TAA_NO)

static const struct {
	const char *name;
	struct speculation_cpu cpu;
	uint64_t on, lacking;
	bool threads_leak;
} cpus[] = {
	{ "Haswell of 2013, its first microcode",
	  { SPEC_INTEL, 6, 0x3c, .says[LEAF_7_B] = RTM },
	  SPEC_SMALL_EXECUTE,
	  SPEC_VERW | SPEC_L1D_FLUSH,
	  true },
	{ "Skylake with today's",
	  { SPEC_INTEL, 6, 0x5e, .says[LEAF_7_B] = RTM, .says[LEAF_7_D] = MICROCODE },
	  SPEC_IBPB | SPEC_VERW | SPEC_L1D_FLUSH | SPEC_SMALL_EXECUTE,
	  0,
	  true },
	{ "Cascade Lake: TSX leaks",
	  { SPEC_INTEL, 6, 0x55, .says[LEAF_7_B] = RTM, .says[LEAF_7_D] = MICROCODE,
	    .says[ARCH_CAPS] = CASCADE },
	  SPEC_IBPB | SPEC_IBRS | SPEC_VERW | SPEC_SMALL_EXECUTE,
	  0,
	  true },
	{ "Cascade Lake without TSX",
	  { SPEC_INTEL, 6, 0x55, .says[LEAF_7_D] = MICROCODE, .says[ARCH_CAPS] = CASCADE },
	  SPEC_IBPB | SPEC_IBRS | SPEC_SMALL_EXECUTE,
	  0,
	  false },
	{ "Ice Lake: fill buffers",
	  { SPEC_INTEL, 6, 0x6a, .says[LEAF_7_D] = MICROCODE, .says[ARCH_CAPS] = ICE | FB_CLEAR },
	  SPEC_IBPB | SPEC_IBRS | SPEC_VERW,
	  0,
	  false },
	{ "Sapphire Rapids: nothing of that",
	  { SPEC_INTEL, 6, 0x8f, .says[LEAF_7_B] = RTM, .says[LEAF_7_D] = MICROCODE,
	    .says[ARCH_CAPS] = ICE | FB_CLEAR | MMIO_NO },
	  SPEC_IBPB | SPEC_IBRS,
	  0,
	  false },
	{ "Gracemont: its registers' buffers",
	  { SPEC_INTEL, 6, 0xbe, .says[LEAF_7_D] = MICROCODE,
	    .says[ARCH_CAPS] = ICE | MMIO_NO | RFDS_CLEAR },
	  SPEC_IBPB | SPEC_IBRS | SPEC_VERW,
	  0,
	  false },
	{ "with the cure, without the disease",
	  { SPEC_INTEL, 6, 0xad, .says[LEAF_7_D] = MICROCODE,
	    .says[ARCH_CAPS] = ICE | MMIO_NO | RFDS_CLEAR | RFDS_NO },
	  SPEC_IBPB | SPEC_IBRS,
	  0,
	  false },
	{ "Silvermont: MDS alone",
	  { SPEC_INTEL, 6, 0x4d, .says[LEAF_7_D] = MICROCODE },
	  SPEC_IBPB | SPEC_VERW,
	  0,
	  true },
	{ "Goldmont: nothing of that",
	  { SPEC_INTEL, 6, 0x5f, .says[LEAF_7_D] = MICROCODE },
	  SPEC_IBPB,
	  0,
	  false },
	{ "Zhaoxin", { SPEC_OTHER, 7, 0x3b, .says[LEAF_7_D] = IBPB_D }, SPEC_IBPB, 0, false },
	{ "QEMU's", { SPEC_AMD, 15, 107, .says[LEAF_7_B] = 0 }, 0, 0, false },
	{ "Zen",
	  { SPEC_AMD, 0x17, 1, .says[LEAF_80000008_B] = IBPB_B },
	  SPEC_IBPB | SPEC_IBPB_ENTRY,
	  0,
	  false },
	{ "Zen 2 without IBPB",
	  { SPEC_AMD, 0x17, 0x31, .says[LEAF_80000008_B] = 0 },
	  0,
	  SPEC_IBPB_ENTRY,
	  false },
	{ "Hygon without BTC",
	  { SPEC_AMD, 0x18, 1, .says[LEAF_80000008_B] = IBPB_B | BTC_NO },
	  SPEC_IBPB,
	  0,
	  false },
	{ "Zen 3, old microcode",
	  { SPEC_AMD, 0x19, 1, .says[LEAF_80000008_B] = IBPB_B | BTC_NO },
	  SPEC_IBPB,
	  SPEC_IBPB_ENTRY,
	  false },
	{ "Zen 4 with today's",
	  { SPEC_AMD, 0x19, 0x11, .says[LEAF_80000008_B] = IBPB_B | BTC_NO | SSBD_B,
	    .says[LEAF_80000021_A] = AUTO_IBRS | BRTYPE },
	  SPEC_IBPB | SPEC_IBRS | SPEC_IBPB_ENTRY,
	  0,
	  false },
	{ "without SRSO",
	  { SPEC_AMD, 0x19, 0xa0, .says[LEAF_80000008_B] = IBPB_B,
	    .says[LEAF_80000021_A] = AUTO_IBRS | BRTYPE | SRSO_NO },
	  SPEC_IBPB | SPEC_IBRS,
	  0,
	  false },
	{ "Zen 5",
	  { SPEC_AMD, 0x1a, 2, .says[LEAF_80000008_B] = IBPB_B | BTC_NO,
	    .says[LEAF_80000021_A] = AUTO_IBRS | BRTYPE },
	  SPEC_IBPB | SPEC_IBRS,
	  0,
	  false },
};

static void test_each_cpu_gets_what_it_needs_and_no_more(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(cpus); i++) {
		struct speculation_choice c = speculation_choose(&cpus[i].cpu, 0, 0);

		if (c.on != cpus[i].on || c.lacking != cpus[i].lacking ||
		    c.threads_leak != cpus[i].threads_leak)
			fail_msg("%s: on %#lx, lacking %#lx, threads %d", cpus[i].name, c.on,
				 c.lacking, c.threads_leak);
	}
}

static void test_the_command_line_has_the_last_word(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(cpus); i++) {
		struct speculation_choice c = speculation_choose(&cpus[i].cpu, 0, SPEC_ALL);

		assert_true(!c.on && !c.lacking);
		c = speculation_choose(&cpus[i].cpu, 0, SPEC_L1D_FLUSH);
		assert_true(c.on == (cpus[i].on & ~SPEC_L1D_FLUSH));
		assert_true(c.lacking == (cpus[i].lacking & ~SPEC_L1D_FLUSH));
	}
}

static void test_what_is_asked_for_needs_a_cpu_that_can(void **state)
{
	const struct speculation_cpu can = { SPEC_INTEL, 6, 0x8f, .says[LEAF_7_D] = MICROCODE,
					     .says[ARCH_CAPS] = ICE | MMIO_NO };
	const struct speculation_cpu cannot = { SPEC_INTEL, 6, 0x8f,
						.says[ARCH_CAPS] = ICE | MMIO_NO };
	struct speculation_choice c = speculation_choose(&can, SPEC_SSBD | SPEC_VERW, 0);

	assert_true(c.on == (SPEC_IBPB | SPEC_IBRS | SPEC_SSBD | SPEC_VERW) && !c.lacking);
	c = speculation_choose(&cannot, SPEC_SSBD, 0);
	assert_true(c.on == SPEC_IBRS && c.lacking == SPEC_SSBD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_cpu_gets_what_it_needs_and_no_more),
		cmocka_unit_test(test_the_command_line_has_the_last_word),
		cmocka_unit_test(test_what_is_asked_for_needs_a_cpu_that_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
