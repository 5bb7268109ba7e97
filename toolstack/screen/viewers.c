// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program of its own: what its process could be made to tell is what it was given.
 */
#include "screen/viewers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/log.h"
#include "screen/jail.h"

static void viewer_exec(int client, int picture, int painter)
{
	static char *const arguments[] = { VIEWER_PROGRAM, NULL };
	static char *const environment[] = { NULL };
	/* Out of the way of the numbers that they shall have. */
	int spare[] = { fcntl(client, F_DUPFD, NR_VIEWER_FDS),
			fcntl(picture, F_DUPFD, NR_VIEWER_FDS),
			fcntl(painter, F_DUPFD, NR_VIEWER_FDS) };

	if (dup2(spare[0], VIEWER_CLIENT) >= 0 && dup2(spare[1], VIEWER_PICTURE) >= 0 &&
	    dup2(spare[2], VIEWER_PAINTER) >= 0) {
		close_all_but(VIEWER_PICTURE, VIEWER_PAINTER);
		execve(VIEWER_PROGRAM, arguments, environment);
	}
	log_error("%s: %s", VIEWER_PROGRAM, strerror(errno));
	_exit(1);
}

int viewer_start(int client, int picture)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		log_error("a pair of sockets: %s", strerror(errno));
		return -1;
	}
	pid = fork();
	if (pid == 0)
		viewer_exec(client, picture, pair[1]);
	close(pair[1]);
	if (pid > 0)
		return pair[0];
	log_error("a process for who looks at a screen: %s", strerror(errno));
	close(pair[0]);
	return -1;
}
