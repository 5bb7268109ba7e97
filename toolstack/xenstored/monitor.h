// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which domains there are. Only who may do everything can ask the hypervisor that, and xenstored
 * reads what guests write: so a process of its own asks, which takes no argument.
 */
#ifndef XENSTORED_MONITOR_H
#define XENSTORED_MONITOR_H

#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MONITOR_DOMAINS  1024
#define MONITOR_SHUTDOWN 1 /* its kernel has stopped */
#define MONITOR_DYING    2 /* it is being destroyed */

struct domain_state {
	uint16_t domid;
	uint16_t flags; /* MONITOR_* */
};

/* Starts the process, which ends with this one. Returns -1 after saying why. */
int monitor_start(const struct passwd *user);
/* Returns how many there are, in the order of their ids; -1: the monitor is gone. */
int monitor_ask(struct domain_state states[MONITOR_DOMAINS]);

#endif
