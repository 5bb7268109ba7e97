// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Talking to consoled (consoled/client.c says what).
 */
#ifndef XL_CONSOLED_CLIENT_H
#define XL_CONSOLED_CLIENT_H

#include "lib/domain.h"
#include "lib/log.h"

/*
 * Connects, sends one line and waits for the "ok". Returns the socket, or -1 with the reason (why
 * may be NULL) and errno, ECONNREFUSED if there is no consoled. Close-on-exec.
 */
int consoled_connect(const char *line, struct reason *why);

/*
 * Joins the terminal and a guest's console until Ctrl-], the end of the input, or the end of the
 * guest. A restart of consoled does not end it. Returns an exit status.
 */
int console_run(int fd, domid_t domid);

#endif
