// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is done against leaks by speculation: finds out what the CPU says of itself, lets
 * speculation_choose.c decide, tells of it, and sets what is set once for each CPU. What is done at
 * each entry or change of domains asks speculation_on. No locks.
 */
#include "speculation.h"

#include "boot_info.h"
#include "cpu.h"
#include "lib.h"
#include "log.h"
#include "processor.h"

#define FEATURE_ARCH_CAPS (1u << 29) /* CPUID 7 EDX */
#define LINE              160u

uint64_t speculation_on;
static uint64_t spec_ctrl; /* MSR_SPEC_CTRL's value: guests are not offered it, so it stays */
static bool threads_leak;
static unsigned thread_bits; /* of an APIC ID; 0 where the CPU does not say */

static void cpu_identify(struct speculation_cpu *c)
{
	uint32_t name = cpuid_reg(0, CPUID_EBX), sig = cpuid_reg(1, CPUID_EAX);

	c->vendor = name == 0x756e6547                         ? SPEC_INTEL
		    : name == 0x68747541 || name == 0x6f677948 ? SPEC_AMD
							       : SPEC_OTHER;
	c->family = (sig >> 8 & 15) + ((sig >> 8 & 15) == 15 ? sig >> 20 & 0xff : 0);
	c->model = (sig >> 4 & 15) | (sig >> 12 & 0xf0);
	c->says[LEAF_7_B] = cpuid_reg(7, CPUID_EBX);
	c->says[LEAF_7_D] = cpuid_reg(7, CPUID_EDX);
	c->says[LEAF_80000008_B] = cpuid_reg(0x80000008, CPUID_EBX);
	c->says[LEAF_80000021_A] = cpuid_reg(0x80000021, CPUID_EAX);
	if (c->says[LEAF_7_D] & FEATURE_ARCH_CAPS)
		rdmsr_safe(MSR_ARCH_CAPS, &c->says[ARCH_CAPS]);
	thread_bits = cpuid_reg(0xb, CPUID_EAX) & 31;
}

static const char *names_of(uint64_t measures, char *line)
{
	int at = 0;

	line[0] = '\0';
	for (unsigned i = 0; i < SPEC_MEASURES; i++)
		if (measures & BIT(i))
			at += snprintf(line + at, LINE - (size_t)at, "%s%s", at ? ", " : "",
				       speculation_words[i]);
	return at ? line : "nothing";
}

void speculation_init(void)
{
	struct speculation_cpu c = { 0 };
	struct speculation_choice choice;
	char line[LINE];

	cpu_identify(&c);
	choice = speculation_choose(&c, cmdline.spec_forced, cmdline.spec_forbidden);
	speculation_on = choice.on;
	threads_leak = choice.threads_leak && cmdline.spec_forbidden != SPEC_ALL;
	if (c.vendor != SPEC_AMD && (choice.on & SPEC_IBRS)) /* AMD's is in EFER: hvm/svm */
		spec_ctrl |= SPEC_CTRL_IBRS;
	if (choice.on & SPEC_SSBD)
		spec_ctrl |= SPEC_CTRL_SSBD;
	log_info("speculation: %s", names_of(choice.on, line));
	if (choice.lacking)
		log_warn("speculation: this CPU has no means for: %s; newer microcode may",
			 names_of(choice.lacking, line));
}

void speculation_init_cpu(void)
{
	if (spec_ctrl)
		wrmsr_safe(MSR_SPEC_CTRL, spec_ctrl);
}

void speculation_tell_threads(void)
{
	for (unsigned i = 1; i < nr_cpus && threads_leak; i++)
		for (unsigned j = 0; j < i; j++)
			if (cpus[i]->apic_id >> thread_bits == cpus[j]->apic_id >> thread_bits) {
				log_warn("speculation: a guest can read along with who runs on the "
					 "same core: switch hyper-threading off in the firmware");
				return;
			}
}
