// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef VMD_ASK_H
#define VMD_ASK_H

/* Sends a request and prints what comes back, a message to a line. Returns an exit status. */
int ask(const char *verb, const char *args);

#endif
