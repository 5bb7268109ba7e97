// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Leaving everything behind that a process of a screen does not need: root, files, new descriptors
 * and processes.
 */
#ifndef SCREEN_JAIL_H
#define SCREEN_JAIL_H

/* Becomes that user, for good. Logs why and returns -1 when it cannot: then go no further. */
int jail_enter(const char *name);
/* After a fork: descriptors of the parent, but for these two and the first three. */
void close_all_but(int a, int b);

#endif
