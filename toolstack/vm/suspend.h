// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking a guest to suspend itself, and what of its part of the store goes with it.
 */
#ifndef VM_SUSPEND_H
#define VM_SUSPEND_H

#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/store.h"
#include "lib/xencall.h"

/* Returns when the guest has suspended; -1 with the reason when it has not, and goes on. */
int vm_suspend(struct xencall *xc, domid_t domid, struct reason *why);

/*
 * The nodes that a restored guest must find as they were: memory target, CPUs that are on, what it
 * said it can. Name below the domain's home, value, ..., each with its terminator. Put back, only
 * nodes of these names are taken: they come from a file. Both return -1 with the reason.
 */
int vm_nodes_get(domid_t domid, unsigned int max_vcpus, struct buf *nodes, struct reason *why);
int vm_nodes_put(domid_t domid, unsigned int max_vcpus, struct bytes nodes, struct reason *why);

#endif
