// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The screens that there are, as the store tells: the back ends "vfb" and "vkbd" of each guest, as
 * the kernel has those of disks and interfaces. A screen is two such devices, a painter and a
 * socket for those who look.
 */
#ifndef SCREEN_SCREENS_H
#define SCREEN_SCREENS_H

#include <poll.h>
#include <stddef.h>

#define SCREENS_MAX  128
#define SCREEN_POLLS 3 /* descriptors of one */

/* Begins to watch the store. -1 after saying why. */
int screens_open(void);
/* Fills in what to poll for; returns how many. Then, after the poll, screens_serve() with them. */
size_t screens_poll(struct pollfd fds[1 + SCREENS_MAX * SCREEN_POLLS]);
void screens_serve(const struct pollfd *fds);
/* Until something must be tried again: ms, or -1. */
int screens_wait(void);

#endif
