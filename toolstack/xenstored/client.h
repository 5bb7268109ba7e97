// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of the control domain, on a socket that only root can open.
 */
#ifndef XENSTORED_CLIENT_H
#define XENSTORED_CLIENT_H

#include <poll.h>
#include <stddef.h>

#define CLIENTS_MAX 256

/* Returns -1 after saying why. */
int clients_listen(void);
/* Fills in what to poll for, at most CLIENTS_MAX + 1 entries; returns how many. */
size_t clients_poll(struct pollfd *fds);
/* Handles what came, with the same entries after the poll. */
void clients_receive(const struct pollfd *fds, size_t nr);
/* Sends what is queued, and closes those that are gone. */
void clients_send(void);

#endif
