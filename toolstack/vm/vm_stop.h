// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking a guest to shut down or to reboot, and seeing to it that it has heard. What happens when
 * it has stopped is its background process's business. All return -1 with the reason.
 */
#ifndef VM_VM_STOP_H
#define VM_VM_STOP_H

#include <stdbool.h>

#include "lib/log.h"
#include "lib/xencall.h"

struct vm_stop {
	uint32_t reason; /* SHUTDOWN_poweroff, SHUTDOWN_reboot */
	bool force;      /* a guest that does not take note is stopped */
};

/* Asks, and comes back at once. *asked: or else it was stopped without asking. */
int vm_stop_ask(struct xencall *xc, domid_t domid, const struct vm_stop *how, bool *asked,
		struct reason *why);
/* Waits until a guest that was asked has heard it, a minute at most. */
int vm_stop_heard(struct xencall *xc, domid_t domid, const struct vm_stop *how, struct reason *why);
/* As if its power went; on_poweroff or on_reboot is carried out all the same. */
int vm_stop_force(struct xencall *xc, domid_t domid, uint32_t reason, struct reason *why);
/* Until it has stopped or is gone; seconds 0: however long that takes. False: not in time. */
bool vm_stop_wait(struct xencall *xc, domid_t domid, unsigned int seconds);

#endif
