// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What daemons without privilege need of root: a session of the API, and curl, run as a user who
 * has nothing else. A process that stays root gives both; it parses nothing that comes from
 * outside, and ends with the daemon.
 */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

#include <pwd.h>
#include <stdbool.h>

#include "api/api.h"
#include "lib/bytes.h"
#include "lib/log.h"

struct courier {
	int fd;     /* to that process */
	int errors; /* what the curl that runs has to say; -1: none runs */
};

struct courier_settings {
	const char *api;           /* the API's socket */
	const char *curl;          /* the program */
	const struct passwd *runs; /* as whom it runs; NULL: as whoever we are */
};

/* Forks; the caller gives up root after it. -1 with the reason. */
int courier_start(struct courier *c, const struct courier_settings *s, struct reason *why);
/* A session of root's. False: the API does not answer. */
bool courier_login(struct courier *c, struct api *api);

/* A configuration of curl's with what every transfer has: it ends, it does not go elsewhere. */
void courier_config(struct buf *config, const char *url);

/*
 * Starts curl with in and out as its input and output (-1: none); one at a time. -1 with the
 * reason.
 */
int courier_curl(struct courier *c, const struct buf *config, int in, int out, struct reason *why);
/* Until it has ended: -1 with its own words if it failed. It is killed after so many ms. */
int courier_wait(struct courier *c, int64_t ms, struct reason *why);

/* It is killed; what it had to say is not asked for. */
void courier_stop(struct courier *c);

/* Both: the answer is appended to answer (NULL: not of interest), at most limit bytes of it. */
int courier_run(struct courier *c, const struct buf *config, const struct buf *body,
		struct buf *answer, size_t limit, int64_t ms, struct reason *why);

/* courier_root.c: that process; fd is its end. */
_Noreturn void courier_serve(int fd, const struct courier_settings *s);

enum courier_request { COURIER_LOGIN = 'l', COURIER_CURL = 'c', COURIER_KILL = 'k' };

/* What goes with COURIER_CURL. */
enum courier_descriptor { COURIER_IN, COURIER_OUT, COURIER_ERRORS, COURIER_CONFIG, COURIER_FDS };

#endif
