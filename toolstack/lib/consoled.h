// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking consoled for a guest's console (consoled/client.c says what).
 */
#ifndef TOOLSTACK_CONSOLED_H
#define TOOLSTACK_CONSOLED_H

#include "lib/log.h"

/*
 * Connects, sends one line and waits for the "ok". Returns the socket, or -1 with the reason (why
 * may be NULL) and errno, ECONNREFUSED if there is no consoled. Close-on-exec.
 */
int consoled_connect(const char *line, struct reason *why);

#endif
