// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a VM on this host, for `xl` and for vmd: a domain, its state file, its part of the
 * store, its devices. This is the beginning and the end of it; vm_make.h makes one as a whole,
 * supervise.h is the process that stays with it.
 *
 * Nothing here prints: what fails says why. All return -1 with the reason, or errno where there
 * is none.
 */
#ifndef VM_VM_H
#define VM_VM_H

#include "builder/domain_build.h"
#include "builder/phases.h"
#include "lib/store.h"
#include "lib/vm_config.h"
#include "lib/vm_state.h"
#include "vm/vm_lock.h"

/* What the builder, or who restores, is to make of a configuration. It points into vm. */
struct domain_spec vm_spec(const struct vm_config *vm);
/*
 * Builds the domain and registers it; the domain is still paused. Called with the lock, which it
 * lets go of.
 */
int vm_start(struct xencall *xc, const struct vm_config *vm, struct phases *phases,
	     struct vm_hold *hold, domid_t *domid, struct reason *why);
/*
 * Enters a paused domain into the state files, as one that is being made: from then on its name is
 * taken, and it is nobody else's until hold ends. Under the lock. On failure it is ended.
 */
int vm_claim(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
	     const struct domain_built *built, struct vm_hold *hold, struct reason *why);
/*
 * Enters a domain that is complete and paused into state and store (NULL: there is none), with what
 * belongs to it; claims it, if that is still to be done. Called with the lock, which it lets go of.
 * On failure the domain is ended.
 */
int vm_register(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
		const struct domain_built *built, struct store *store, struct vm_hold *hold,
		struct reason *why);
/* Forgets the state, then destroys the domain. Returns -1 with errno. */
int vm_end(struct xencall *xc, domid_t domid);
/*
 * Takes a domain's devices, its part of the store and its state. While there is no xenstored, only
 * the latter: vm_keep() finds the rest when it is back.
 */
void vm_forget(domid_t domid);
/*
 * A domain that never ran is one that somebody was making: who that was may have been killed. Such
 * a domain is nobody's if neither vm_lock() is held nor vm_being_made().
 */
bool vm_never_ran(const struct xen_domctl_getdomaininfo *info);

#endif
