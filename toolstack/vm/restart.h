// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VM between two domains. What is to be done is written down before the old domain goes, in
 * VM_RESTART_DIR/<its id>, and the file goes when the new one runs: so that whoever finds it, and
 * nobody at work on it, can finish. The file is locked by who is at work.
 */
#ifndef VM_RESTART_H
#define VM_RESTART_H

#include "lib/vm_config.h"
#include "lib/xencall.h"

#ifndef VM_RESTART_DIR /* unit tests have their own */
#define VM_RESTART_DIR "/run/xen/restarting"
#endif

struct vm_restart {
	domid_t old;
	bool keep_old; /* renamed, not ended */
	int fd;        /* the locked file; -1: none could be written */
};

/* r says which domain, and what becomes of it. Returns -1 with the reason; r->fd is then -1. */
int vm_restart_begin(struct vm_restart *r, const struct vm_config *vm, struct reason *why);
/* Done, or given up. */
void vm_restart_end(struct vm_restart *r);
/*
 * Takes over one that somebody has left; the caller frees vm. Returns -1 with the reason; errno is
 * ENOENT if there is none, EWOULDBLOCK if somebody is at work on it.
 */
int vm_restart_take(struct vm_restart *r, domid_t old, struct vm_config *vm, struct reason *why);
/* Whether the domain is being replaced; *idle: and nobody is at work on that. */
bool vm_restart_pending(domid_t old, bool *idle);
/* Each of them. */
void vm_restart_each(void (*callback)(void *arg, domid_t old), void *arg);

#endif
