// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * screend: the screens and keyboards of guests, for those who look at them from the network
 * (docs/devices.md). It speaks with the store and starts processes; a guest's memory is seen by
 * that guest's painter alone, and the network by the viewers. Runs in the foreground, to be kept up
 * by init; killed and started again, it connects to all guests anew.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/log.h"
#include "screen/screens.h"
#include "screen/wire.h"

int main(int argc, char **argv)
{
	static struct pollfd fds[1 + SCREENS_MAX * SCREEN_POLLS];

	log_open("screend", LOG_LEVEL_INFO);
	if (argc > 1) {
		fprintf(strcmp(argv[1], "-h") == 0 ? stdout : stderr,
			"usage: screend\nKeeps the screens of guests that have one.\n");
		return strcmp(argv[1], "-h") == 0 ? 0 : 2;
	}
	signal(SIGPIPE, SIG_IGN);
	/* Nobody waits for painters and viewers: their sockets say when they have gone. */
	signal(SIGCHLD, SIG_IGN);
	if ((mkdir("/run/xen", 0755) < 0 && errno != EEXIST) ||
	    (mkdir(SCREEN_FOLDER, 0711) < 0 && errno != EEXIST)) {
		log_error("%s: %s", SCREEN_FOLDER, strerror(errno));
		return 1;
	}
	if (screens_open() < 0)
		return 1;
	for (;;) {
		size_t nr = screens_poll(fds);

		if (poll(fds, nr, screens_wait()) >= 0)
			screens_serve(fds);
		else if (errno != EINTR)
			return 1;
	}
}
