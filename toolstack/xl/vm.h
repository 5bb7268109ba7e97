// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM as xl starts and ends it: the domain, its state file, and the process that watches over it.
 */
#ifndef XL_VM_H
#define XL_VM_H

#include "builder/phases.h"
#include "lib/vm_config.h"
#include "xl/xl.h"

/*
 * Builds the domain and writes its state; the domain is still paused. Returns -1 with the reason.
 */
int vm_start(struct xencall *xc, const struct vm_config *vm, struct phases *phases, domid_t *domid,
	     struct reason *why);
/* Forgets the state, then destroys the domain. Returns -1 with errno. */
int vm_end(struct xencall *xc, domid_t domid);

/*
 * Watches a running domain and does what the configuration says when it stops, until nothing is
 * left to watch. Does not return before that; uses its own xencall.
 */
void vm_supervise(const struct vm_config *vm, domid_t domid);
/*
 * The same in a process of its own, which is entered into the domain's state. Returns -1 after
 * saying why.
 */
int vm_supervise_start(const struct vm_config *vm, domid_t domid);

#endif
