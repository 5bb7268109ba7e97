// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signals of a daemon that waits for many things at once.
 */
#ifndef TOOLSTACK_SIGNALS_H
#define TOOLSTACK_SIGNALS_H

/*
 * SIGTERM, SIGINT, SIGHUP and SIGCHLD come by this descriptor (signalfd) from now on, which does
 * not block; SIGPIPE does not come. -1 with errno.
 */
int signals_open(void);

#endif
