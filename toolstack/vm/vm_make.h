// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making a VM, whatever it is made from: with its name free, and nothing left of it when that fails
 * or is interrupted.
 */
#ifndef VM_VM_MAKE_H
#define VM_VM_MAKE_H

#include "lib/vm_config.h"
#include "lib/xencall.h"
#include "vm/vm_lock.h"

/* How far it came. */
enum vm_step { VM_STEP_CHECK, VM_STEP_DOMAIN, VM_STEP_INTERRUPTED, VM_STEP_RUN };

struct vm_making {
	const struct vm_config *vm;
	/*
	 * Leaves a domain that is registered and paused, or nothing at all with the reason. Lets
	 * go of the lock as soon as it can.
	 */
	int (*make)(struct xencall *xc, const struct vm_config *vm, void *arg, struct vm_hold *hold,
		    domid_t *domid, struct reason *why);
	void *arg;
	/* Called when it is complete and before it runs; may be NULL. */
	void (*ready)(void *arg, domid_t domid);
	void *ready_arg;
	bool paused;
	bool unattended;      /* no background process */
	const char *incoming; /* sent by a host that has it still under this name: perhaps here */
	enum vm_step *step;   /* when it fails: where; may be NULL */
};

/*
 * The whole of it, until it runs. Whoever is killed in the middle leaves a domain that vm_keep()
 * takes away. Returns -1 with the reason.
 */
int vm_make(struct xencall *xc, const struct vm_making *m, domid_t *domid, struct reason *why);

#endif
