// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest's own page tables, read in software. */
#ifndef SOCLE_GUEST_WALK_H
#define SOCLE_GUEST_WALK_H

#include "types.h"

struct vcpu;

/* v is the current vCPU, or paused. false: not mapped, or not for this access at its privilege. */
bool guest_walk(struct vcpu *v, uint64_t linear, bool write, gpaddr_t *gpa);

#endif
