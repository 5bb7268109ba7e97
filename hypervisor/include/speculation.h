// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a CPU gives away by guessing ahead, and what is done about it. Which measures is decided
 * from what the CPU says of itself (x86/speculation_choose.c), without touching it; they are taken
 * in x86/speculation.c and around each entry into a guest.
 */
#ifndef SOCLE_SPECULATION_H
#define SOCLE_SPECULATION_H

#include "types.h"

#define SPEC_IBPB          BIT(0) /* predictions are dropped between two domains */
#define SPEC_IBPB_ENTRY    BIT(1) /* and when a guest is left: AMD's BTC and SRSO */
#define SPEC_IBRS          BIT(2) /* a guest's predictions are not the hypervisor's */
#define SPEC_SSBD          BIT(3) /* no load before the addresses of older stores are known */
#define SPEC_VERW          BIT(4) /* buffers are cleared before a guest: MDS, TAA, MMIO, RFDS */
#define SPEC_L1D_FLUSH     BIT(5) /* the first-level cache is flushed before a guest: L1TF */
#define SPEC_SMALL_EXECUTE BIT(6) /* guests execute in 4 KiB pages alone: iTLB multihit */
#define SPEC_MEASURES      7u
#define SPEC_ALL           (BIT(SPEC_MEASURES) - 1)

/* Where a CPU tells of it; the last one is IA32_ARCH_CAPABILITIES, 0 where there is none. */
enum { LEAF_7_B, LEAF_7_D, LEAF_80000008_B, LEAF_80000021_A, ARCH_CAPS, SPEC_SOURCES };

struct speculation_cpu {
	enum { SPEC_OTHER, SPEC_INTEL, SPEC_AMD } vendor; /* Hygon counts as AMD */
	unsigned family, model;
	uint64_t says[SPEC_SOURCES];
};

struct speculation_choice {
	uint64_t on;
	uint64_t lacking;  /* wanted, but the CPU, or its microcode, has nothing for it */
	bool threads_leak; /* between threads of a core, which no measure prevents */
};

/* `forced` and `forbidden`: the command line's, see struct cmdline. */
struct speculation_choice speculation_choose(const struct speculation_cpu *c, uint64_t forced,
					     uint64_t forbidden);

/* What each measure is called on the command line; of the bit's number (boot/cmdline.c). */
extern const char *const speculation_words[SPEC_MEASURES];
extern uint64_t speculation_on; /* constant after speculation_init */

/* On the boot CPU, after its microcode and before hvm->cpu_enable; tells what is on. */
void speculation_init(void);
void speculation_init_cpu(void);
/* When all CPUs are there. */
void speculation_tell_threads(void);

#endif
