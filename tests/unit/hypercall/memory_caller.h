// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Three domains on the fake machine, and memory_op as they call it: the argument structure at
 * MEMORY, lists behind it.
 */
#ifndef TEST_MEMORY_CALLER_H
#define TEST_MEMORY_CALLER_H

#include "fake_machine.h"

#include "abi/memory.h"
#include "hypercall.h"

/* A command with the progress that an interrupted one goes on from. */
#define OP(op, progress) ((op) | (unsigned)(progress) << 6)

extern struct domain *dom0, *guest, *other;

int setup(void **state);
int teardown(void **state);

/* List number n, as the hypervisor and as the test sees it. */
uint64_t list_at(unsigned n);
#define LIST(type, n) ((type *)(memory + 4096 * ((n) + 1)))

long reservation(unsigned op, domid_t domid, uint64_t nr, unsigned order);
/* The list of a reservation. */
void gfns(const uint64_t *list, unsigned nr);
/* XENMEM_remove_from_physmap. */
long unplace(domid_t domid, uint64_t gpfn);

#endif
