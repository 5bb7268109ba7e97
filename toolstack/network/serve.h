// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service: the one process that changes the host's networks.
 */
#ifndef NETWORK_SERVE_H
#define NETWORK_SERVE_H

/* Runs until SIGTERM; the exit status of the program. */
int serve(const char *root);

#endif
