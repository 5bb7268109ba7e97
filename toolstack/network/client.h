// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking the service.
 */
#ifndef NETWORK_CLIENT_H
#define NETWORK_CLIENT_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/log.h"

/*
 * Sends a request line and text to the service. *done: it was carried out; answer is what it says
 * of that, or what is wrong. Returns -1 with the reason if there is no answer.
 */
int client_request(const char *root, const char *line, struct bytes text, struct buf *answer,
		   bool *done, struct reason *why);

/*
 * The same, and prints the answer (what went wrong to stderr). The exit status of the program: 0,
 * or 1.
 */
int client_ask(const char *root, const char *line, struct bytes text);

/* What udhcpc started this program for: action is its word; the rest is in the environment. */
int client_lease(const char *root, const char *action);

#endif
