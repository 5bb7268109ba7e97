// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM as xl starts and ends it: the domain, its state file, and the process that watches over it.
 */
#ifndef XL_VM_H
#define XL_VM_H

#include <signal.h>

#include "builder/domain_build.h"
#include "builder/phases.h"
#include "lib/store.h"
#include "lib/vm_config.h"
#include "xl/xl.h"

/* What the builder, or who restores, is to make of a configuration. It points into vm. */
struct domain_spec vm_spec(const struct vm_config *vm);
/*
 * Builds the domain and writes its state; the domain is still paused. Returns -1 with the reason.
 */
int vm_start(struct xencall *xc, const struct vm_config *vm, struct phases *phases, domid_t *domid,
	     struct reason *why);
/*
 * Enters a domain that is complete and paused into state and store (NULL: there is none), with what
 * belongs to it. On failure it is ended. Returns -1 with the reason.
 */
int vm_register(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
		const struct domain_built *built, struct store *store, struct reason *why);
/* Weight, cap and pinning, as the configuration has them. Returns -1 with the reason. */
int vm_apply_scheduling(struct xencall *xc, const struct vm_config *vm, domid_t domid,
			struct reason *why);
/* Forgets the state, then destroys the domain. Returns -1 with errno. */
int vm_end(struct xencall *xc, domid_t domid);
/*
 * Takes a domain's devices, its part of the store and its state. While there is no xenstored, only
 * the latter: `xl supervise` finds the rest when it is back.
 */
void vm_forget(domid_t domid);

/*
 * How a VM comes to be. make() leaves a domain that is registered and paused, or nothing at all
 * with the reason.
 */
struct vm_making {
	const struct vm_config *vm;
	int (*make)(struct xencall *xc, const struct vm_config *vm, void *arg, domid_t *domid,
		    struct reason *why);
	void *arg;
	bool console;
	bool paused;
	bool unattended; /* no background process */
};
/* The whole of it, until it runs. Returns an exit status. */
int vm_make(const struct vm_making *m);
/* Nobody else makes a VM, or gives one memory, until it is closed. -1 after saying why. */
int vm_lock(void);
/* Interruptions only wait; whether one does. */
void signals_hold(sigset_t *before);
bool signals_waiting(void);

/*
 * Watches a running domain and does what the configuration says when it stops, until nothing is
 * left to watch. Does not return before that; uses its own xencall. vm follows the domain's name
 * and devices.
 */
void vm_supervise(struct vm_config *vm, domid_t domid);
/*
 * The same in a process of its own, which is entered into the domain's state. Returns -1 after
 * saying why.
 */
int vm_supervise_start(const struct vm_config *vm, domid_t domid);
/*
 * The same as this process, for a domain whose own has ended: with the configuration that is kept.
 * Returns when nothing is left to watch, or -1 with the reason.
 */
int vm_supervise_again(domid_t domid, struct reason *why);
/*
 * Who watches over a domain has this lock, until it is closed or the process ends. -1 with errno:
 * EWOULDBLOCK if another has it, ENOENT if nothing is kept of the domain.
 */
int vm_supervise_lock(domid_t domid, bool wait);
/*
 * Waits until something may have happened to a domain, which xenstored tells: it has VIRQ_DOM_EXC.
 * While that cannot be reached, a second. events->fd -1: not connected yet.
 */
void vm_wait_for_event(struct store *events);

#endif
