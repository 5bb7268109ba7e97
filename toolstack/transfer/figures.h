// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures of the host and its VMs, for /rrd_updates: of whom there are any, which the API tells and
 * goes on telling, and the text of them.
 */
#ifndef TRANSFER_FIGURES_H
#define TRANSFER_FIGURES_H

#include "metrics/metrics.h"
#include "transfer/job.h"

struct figures {
	struct job *job;
	struct metrics_query query;
	bool host; /* also those of the host */
	struct metrics_owner *owners;
	char (*refs)[API_REF]; /* theirs */
	size_t nr, room;
	char *token; /* up to where of the API's events they are known; NULL: not at all */
};

/*
 * Waits at most so long for news of who there is; at once, the first time. -1: the session has
 * ended, or the API: see the job's error.
 */
int figures_look(struct figures *f, double seconds);
/* Appends the query's answer. -1: see the job's error. */
int figures_write(struct figures *f, struct buf *out);
void figures_free(struct figures *f);

#endif
