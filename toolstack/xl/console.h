// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest's console on this terminal.
 */
#ifndef XL_CONSOLE_H
#define XL_CONSOLE_H

#include "lib/domain.h"

/*
 * Joins the terminal and a guest's console until Ctrl-], the end of the input, or the end of the
 * guest. A restart of consoled does not end it. Returns an exit status.
 */
int console_run(int fd, domid_t domid);

#endif
