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

/* What the builder, or who restores, is to make of a configuration. It points into vm. */
struct domain_spec vm_spec(const struct vm_config *vm);
/*
 * Builds the domain and writes its state, as one that is being made; the domain is still paused.
 * Under vm_lock().
 */
int vm_start(struct xencall *xc, const struct vm_config *vm, struct phases *phases, domid_t *domid,
	     struct reason *why);
/*
 * Enters a domain that is complete and paused into state and store (NULL: there is none), with what
 * belongs to it. On failure it is ended.
 */
int vm_register(struct xencall *xc, const struct vm_config *vm, const uint8_t uuid[16],
		const struct domain_built *built, struct store *store, struct reason *why);
/* Forgets the state, then destroys the domain. Returns -1 with errno. */
int vm_end(struct xencall *xc, domid_t domid);
/*
 * Takes a domain's devices, its part of the store and its state. While there is no xenstored, only
 * the latter: vm_keep() finds the rest when it is back.
 */
void vm_forget(domid_t domid);
/*
 * A domain that never ran is one that somebody was making: who that was may have been killed. Such
 * a domain is nobody's while vm_lock() is held by nobody else.
 */
bool vm_never_ran(const struct xen_domctl_getdomaininfo *info);

#endif
