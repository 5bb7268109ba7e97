// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process that stays with each VM and does on_poweroff, on_reboot, on_crash and the like; and
 * the service that sees to VMs that have lost theirs.
 */
#ifndef VM_SUPERVISE_H
#define VM_SUPERVISE_H

#include "lib/store.h"
#include "lib/vm_config.h"
#include "lib/xencall.h"

/*
 * Starts that process for a domain that has just been made, and enters it into the domain's state:
 * from then on it is complete. vm NULL: nobody is to watch over it. Returns -1 with the reason.
 */
int vm_supervise_start(const struct vm_config *vm, domid_t domid, struct reason *why);
/*
 * The same as this process, for a domain whose own has ended: with the configuration that is kept,
 * and with the restart that it was at, if any. Returns when nothing is left to watch, or -1 with
 * the reason.
 */
int vm_supervise_again(domid_t domid, struct reason *why);
/*
 * Who watches over a domain has this lock, until it is closed or the process ends. -1 with errno:
 * EWOULDBLOCK if another has it, ENOENT if nothing is kept of the domain.
 */
int vm_supervise_lock(domid_t domid, bool wait);
/*
 * Waits until something may have happened to a domain, which xenstored tells: it has VIRQ_DOM_EXC;
 * at most that long. While xenstored cannot be reached, a second. events->fd -1: not connected.
 */
void vm_wait_for_event(struct store *events, int ms);

/*
 * The service: makes up for whatever process was killed, and for what could not be done while there
 * was no xenstored. The program that calls this must answer `supervise ID` with
 * vm_supervise_again(): it is started with that.
 */
_Noreturn void vm_keep(struct xencall *xc);

#endif
