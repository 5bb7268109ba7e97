// SPDX-License-Identifier: GPL-2.0-or-later
/* The hypervisor's own faults: what a trap leaves on the stack, and how that ends (x86/crash.c). */
#ifndef SOCLE_CRASH_H
#define SOCLE_CRASH_H

#include "types.h"

/* As x86/trap_entry.S pushes it. */
struct trap_frame {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* Registers, back trace, and panic, which names what and where. From any state whatever. */
noreturn_fn void crash_trap(const struct trap_frame *f, const char *what);

#endif
