// SPDX-License-Identifier: GPL-2.0-or-later
/* The canary under the frames of all stacks: a random value of each start. */
#include "cpu.h"
#include "log.h"
#include "processor.h"

#define CPUID_1_RDRAND BIT(30) /* ecx */

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

	if ((cpuid_reg(1, CPUID_ECX) & CPUID_1_RDRAND) && random_word(&word))
		guard ^= mix(word);
	/* How long this takes is another few bits where the CPU has no source of its own. */
	for (unsigned i = 0; i < 16; i++)
		guard = mix(guard + cpuid_reg(1, CPUID_EAX) + rdtsc());
	__stack_chk_guard = guard << 8;
}

void __stack_chk_fail(void)
{
	panic("the stack was overrun by the caller of %#lx",
	      (uintptr_t)__builtin_return_address(0));
}
