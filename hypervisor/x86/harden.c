// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a CPU is told once against mistakes of ours: a random value under the canaries of all
 * stacks, and the control bits that keep the kernel off what is a user's. The hypervisor has no
 * user mode and no user page (mm/kernel_map.c), so that SMEP, SMAP and UMIP never come into play;
 * they are on because a stray write might make a page look like a user's. Guests have their own.
 */
#include "cpu.h"
#include "log.h"
#include "processor.h"

#define CPUID_1_RDRAND BIT(30) /* ecx */
#define CPUID_7_SMEP   BIT(7)  /* ebx */
#define CPUID_7_SMAP   BIT(20)
#define CPUID_7_UMIP   BIT(2) /* ecx */

uintptr_t __stack_chk_guard = 0x5ac1e5ac1e00UL;
void __stack_chk_fail(void);

static bool random_word(uint64_t *out)
{
	bool ok = false;

	for (unsigned tries = 0; tries < 10 && !ok; tries++)
		__asm__ volatile("rdrand %0; setc %1" : "=r"(*out), "=qm"(ok) : : "cc");
	return ok;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 31) * 0x9e3779b97f4a7c15UL;
	x = (x ^ x >> 29) * 0xd6e8feb86659fd93UL;
	return x ^ x >> 32;
}

/*
 * Its caller must never return: the canary on its stack is of before. The lowest byte is zero,
 * where a string that runs over would end.
 */
__attribute__((no_stack_protector)) void stack_guard_init(void)
{
	uint64_t guard = mix(rdtsc()), word;
	uint32_t r[4];

	cpuid_count(1, 0, r);
	if ((r[2] & CPUID_1_RDRAND) && random_word(&word))
		guard ^= mix(word);
	/* How long this takes is another few bits where the CPU has no source of its own. */
	for (unsigned i = 0; i < 16; i++) {
		cpuid_count(0, 0, r);
		guard = mix(guard + rdtsc());
	}
	__stack_chk_guard = guard << 8;
}

void __stack_chk_fail(void)
{
	panic("the stack was overrun by the caller of %#lx",
	      (uintptr_t)__builtin_return_address(0));
}

void cpu_harden(void)
{
	uint64_t cr4 = read_cr4();
	uint32_t r[4];

	cpuid_count(0, 0, r);
	if (r[0] < 7)
		return;
	cpuid_count(7, 0, r);
	cr4 |= r[1] & CPUID_7_SMEP ? CR4_SMEP : 0;
	cr4 |= r[1] & CPUID_7_SMAP ? CR4_SMAP : 0;
	cr4 |= r[2] & CPUID_7_UMIP ? CR4_UMIP : 0;
	write_cr4(cr4);
	if (!this_cpu()->id)
		log_info(
			"own pages never both writable and executable;%s%s%s guard pages and canaries",
			cr4 & CR4_SMEP ? " SMEP," : "", cr4 & CR4_SMAP ? " SMAP," : "",
			cr4 & CR4_UMIP ? " UMIP," : "");
}
