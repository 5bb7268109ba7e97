// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A small machine for hypercall tests: frames with references, a flat table instead of nested page
 * tables, guest memory at one address. It fails the test when a frame is freed while somebody may
 * still reach it: mapped, or unmapped without a flush since.
 */
#ifndef TEST_FAKE_MACHINE_H
#define TEST_FAKE_MACHINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "domain.h"
#include "mm.h"
#include "p2m.h"

#ifndef FAKE_FRAMES
#define FAKE_FRAMES 4096u
#define FAKE_GFNS   8192u
#define MEMORY_SIZE (1u << 20)
#endif
#define FAKE_DOMAINS 3u

/* Where the caller's memory begins; there are MEMORY_SIZE bytes of it. */
#define MEMORY 0xffff888000000000UL
extern uint8_t memory[MEMORY_SIZE];

extern unsigned fake_flushes;
extern unsigned fake_log_lines;
extern unsigned fake_free_frames;
/* hypercall_preempt says true once this many more questions were asked; -1: never. */
extern int fake_preempt_after;
/* The last hypercall_set_arg. */
extern unsigned fake_arg;
extern uint64_t fake_arg_value;

void machine_reset(void);
/* Frees everything, after all domains have given their pages back: nothing may be left. */
void machine_check_no_leaks(void);

struct domain *machine_domain(domid_t id);
void run_as(struct domain *d);

/* Called once, right after the next page was looked up: what another vCPU does meanwhile. */
extern void (*fake_other_vcpu)(void);

/* What is mapped at gfn of d. */
enum p2m_type type_at(struct domain *d, uint64_t gfn);
uint64_t mfn_at(struct domain *d, uint64_t gfn);
uint32_t refs_of(uint64_t mfn);
/* RAM of d at gfn, as a builder would put it there; one to one when mfn is not 0. */
void give_ram(struct domain *d, uint64_t gfn, uint64_t mfn);

#endif
