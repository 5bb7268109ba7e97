// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What hosts and VMs did over time: numbers by name, every five seconds for ten minutes, every
 * minute for two hours, every hour for a week, every day for a year. A file of bounded size for
 * each host and VM holds all of that; nothing is kept in memory, so whoever writes may end at any
 * point. Times are seconds since 1970. All return -1 with the reason.
 */
#ifndef METRICS_METRICS_H
#define METRICS_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"
#include "lib/log.h"
#include "lib/uuid.h"

#define METRICS_STEP    5  /* seconds between two samples */
#define METRICS_NAME    48 /* with its end */
#define METRICS_COLUMNS 256

struct metrics_sample {
	char name[METRICS_NAME]; /* letters, digits, _ and - */
	double value;            /* NAN: not known */
};

/*
 * Adds what was measured of one of them at a time; the file is called like the uuid. folder exists.
 * A second sample within five seconds takes the first one's place; names that were not there before
 * begin now.
 */
int metrics_add(const char *folder, const char *uuid, int64_t now,
		const struct metrics_sample *samples, size_t nr, struct reason *why);
/* What is not there is fine. */
int metrics_forget(const char *folder, const char *uuid, struct reason *why);

/*
 * The averages of the last so many seconds before now, by name; METRICS_COLUMNS at most. Their
 * number: 0 if nothing is known of that time, or of that owner.
 */
size_t metrics_recent(const char *folder, const char *uuid, int64_t now, int64_t seconds,
		      struct metrics_sample *samples);

/* This host's file, whoever it is. */
#define METRICS_HOST "host"

/* Of whom: "host" or "vm", as the legend says. */
struct metrics_owner {
	const char *kind;
	char uuid[UUID_TEXT];
	const char *file; /* what metrics_add() had for uuid; NULL: that */
};

struct metrics_query {
	int64_t start; /* of interest; what is older is left out */
	int64_t now;
	int64_t interval; /* 5, 60, 3600, 86400; 0: the finest that goes back to start */
	bool json;        /* else XML */
};

/* Seconds between two rows of the answer. */
int64_t metrics_step(const struct metrics_query *q);
/*
 * Appends the answer of XenAPI's /rrd_updates: rows that are complete, the newest first, a column
 * for each name of each owner. An owner of whom nothing is known has none.
 */
int metrics_query(const char *folder, const struct metrics_query *q,
		  const struct metrics_owner *owners, size_t nr, struct buf *out,
		  struct reason *why);

#endif
