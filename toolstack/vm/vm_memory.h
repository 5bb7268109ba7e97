// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much memory a running VM is to have. All return -1 with the reason.
 */
#ifndef VM_VM_MEMORY_H
#define VM_VM_MEMORY_H

#include "lib/log.h"
#include "lib/xencall.h"

#define VM_MEMORY_MIN_KIB 4096 /* less is a mistake */

/* The guest is told; refused when the host has not got it, or beyond its maximum. */
int vm_set_memory(struct xencall *xc, domid_t domid, uint64_t kib, struct reason *why);
/* How far that may go. */
int vm_set_memory_max(struct xencall *xc, domid_t domid, uint64_t kib, struct reason *why);

#endif
