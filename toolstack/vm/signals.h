// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interruptions (SIGINT, SIGQUIT, SIGTERM, SIGHUP) only wait, for as long as what they would leave
 * behind nobody would find. One that is ignored, as by nohup, is none.
 */
#ifndef VM_SIGNALS_H
#define VM_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* before: the mask to go back to. */
void signals_hold(sigset_t *before);
/* Whether one waits. */
bool signals_waiting(void);

#endif
