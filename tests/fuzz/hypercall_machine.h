// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine for fuzz_hypercall.c: three domains with real tables, channels, grants and schedulers
 * over frames that are told apart by the address sanitizer. What the processor, its timers and the
 * vendor's code would do is as little as hypercalls need.
 *
 * It ends the program when a frame is used or given back while somebody may still reach it, when
 * something is left at the end, or when a domain sees a page that is not its own.
 */
#ifndef TESTS_FUZZ_HYPERCALL_MACHINE_H
#define TESTS_FUZZ_HYPERCALL_MACHINE_H

#include "domain.h"
#include "fuzz.h"
#include "hypercall.h"

#define FRAMES    2560u /* of the whole machine */
#define CPUS      2u
#define RAM_GFN   256u /* where each domain's RAM begins; domain 0's is one to one */
#define RAM_PAGES 48u
#define SHARED    (RAM_GFN + RAM_PAGES)     /* shared info, in the guests */
#define TABLE     (RAM_GFN + RAM_PAGES + 1) /* first grant frame */

void machine_begin(void);
/* All domains die; nothing may be left. */
void machine_end(void);
/* What must hold between two hypercalls, of the domains that have a bit; 31 for the late ones. */
#define ALL_DOMAINS (~0u)
void machine_check(uint32_t ids);

/* Hypercalls come from v from now on, which runs on this CPU. NULL: nobody's. */
void machine_run_as(struct vcpu *v, unsigned cpu);
/* What the vCPUs are in: 64-bit mode, or 32-bit. */
extern bool machine_is_32bit;
/* Allocations that still succeed, -1: all. Looks at pending work until there is some, -1: never. */
extern int machine_allocs, machine_preempt;
/* Accesses to the caller's memory until at_access is called, once; -1: never. */
extern int machine_access;
extern void (*machine_at_access)(void);
/* Moves the time on and runs timers that are due. */
void machine_pass(time_ns_t ns);

#endif
