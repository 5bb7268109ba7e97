// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef VMD_SERVER_H
#define VMD_SERVER_H

/* Serves until it is asked to end. Returns an exit status. */
int server_run(const char *path);

#endif
