// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's own page tables, read in software. */
#ifndef SOCLE_GUEST_WALK_H
#define SOCLE_GUEST_WALK_H

#include "types.h"

struct vcpu;

/* Bits of a page fault's error code. */
#define PAGE_FAULT_PRESENT 1u
#define PAGE_FAULT_WRITE   2u
#define PAGE_FAULT_USER    4u

/*
 * v is the current vCPU, or paused. false: not mapped, or not for this access at its privilege;
 * then *error, unless it is NULL, is what the page fault would say.
 */
bool guest_walk(struct vcpu *v, uint64_t linear, bool write, gpaddr_t *gpa, uint32_t *error);

#endif
