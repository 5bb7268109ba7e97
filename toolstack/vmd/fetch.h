// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a call fetches from a server, into an open file. Whoever speaks with the server is a process
 * without privilege (unprivileged.h), and ends when the call is to end.
 */
#ifndef VMD_FETCH_H
#define VMD_FETCH_H

#include <signal.h>
#include <stdint.h>
#include <sys/types.h>

#include "vmd/call.h"

#define FETCH_SAID 512

enum fetch_verdict {
	FETCH_DONE,
	FETCH_CANCELLED, /* nobody waits for it any more */
	FETCH_LATE,      /* the deadline has passed */
	FETCH_TOO_LARGE,
	FETCH_NOT_THERE, /* the server said so, or another refusal of HTTP's */
	FETCH_FAILED,    /* fetch_said() tells why, if anybody knows */
};

/* What a process that is no curl ends with for what is not there. */
#define FETCH_STATUS_NOT_THERE 22

/* One or more files, until one deadline. */
struct fetch {
	struct call *call;
	int64_t deadline;
	/* How far it is, asked for once a second. */
	double (*done)(const struct fetch *f);
	bool bar; /* curl says how far it is, for done() to read */
	/* Its own: */
	int said, null;
	struct sigaction before;
};

/* From here to fetch_end() SIGTERM does not end this process but what it fetches. */
void fetch_begin(struct fetch *f);
void fetch_end(struct fetch *f);

/* By HTTP or HTTPS, at most size bytes. */
enum fetch_verdict fetch_url(struct fetch *f, const char *url, int out, uint64_t size);
/* By a process of ours: as unprivileged_fork(). It is waited for with fetch_wait(). */
pid_t fetch_fork(struct fetch *f, int out, uint64_t size);
/* pid -1: errno says why there is none. */
enum fetch_verdict fetch_wait(struct fetch *f, pid_t pid);

/* The end of what the last one has said on its standard error. */
char *fetch_said(const struct fetch *f, char text[FETCH_SAID]);

#endif
