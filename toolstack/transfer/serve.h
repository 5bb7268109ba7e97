// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The socket for streams, and a process for each of them.
 */
#ifndef TRANSFER_SERVE_H
#define TRANSFER_SERVE_H

#include <stdbool.h>

struct serve_paths {
	const char *listen; /* SCGI, from the web server */
	const char *api;
	const char *vmd;
	const char *metrics;
	const char *state; /* the API's database */
	const char *user;  /* whom to be; NULL: as we are */
	const char *group; /* who may connect */
};

/*
 * For a stream that lasts although nobody may look at it: takes one of the few places for such
 * streams, until this process ends. False: all are taken, or too many by that session.
 */
bool serve_may_follow(const char *session);

/* Until SIGTERM; the exit status. */
int serve(const struct serve_paths *paths);

#endif
