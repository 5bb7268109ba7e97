// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may make a VM, or give one memory or devices: one at a time, under xl's lock. It is held
 * while something is looked for and entered where others look for it (names, UUIDs, free memory,
 * disks), and not while somebody else is waited for: a guest's memory that arrives, a driver domain
 * that does not answer. A domain that is not complete by then is kept by its maker's lock.
 */
#ifndef VM_VM_LOCK_H
#define VM_VM_LOCK_H

#include <stdbool.h>

#include "lib/log.h"
#include "lib/xencall.h"

/* A file that is locked until vm_unlock(). -1: the reason. */
int vm_lock(struct reason *why);
/* The same without waiting: -1 when somebody else has it. */
int vm_lock_try(void);
/* lock: an int, which is -1 afterwards. Nothing happens if it is already. */
void vm_unlock(void *lock);

/* What a maker holds. */
struct vm_hold {
	int lock;  /* xl's; -1: let go of */
	int maker; /* the domain's (vm_supervise_lock()), from vm_claim() to the end; or -1 */
};

/* Takes the lock, for the first time or again. -1: the reason. */
int vm_hold_begin(struct vm_hold *h, struct reason *why);
int vm_hold_again(struct vm_hold *h, struct reason *why);
/* hold: a struct vm_hold. Others may go on; the domain stays its maker's. */
void vm_hold_let_go(void *hold);
void vm_hold_end(struct vm_hold *h);

/* A domain that has not run yet, and whose maker is at work on it: nobody else's business. */
bool vm_being_made(struct xencall *xc, domid_t domid);
/* The same, after some time for a maker who has all that he needs. */
bool vm_long_being_made(struct xencall *xc, domid_t domid);

#endif
