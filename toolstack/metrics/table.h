// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file of one owner: names of columns, and four rings of rows. A row says itself what time it
 * is of, so a ring has no beginning that could be lost: a row of another time is none.
 */
#ifndef METRICS_TABLE_H
#define METRICS_TABLE_H

#include "metrics/metrics.h"

#define LEVELS 4

struct level {
	int64_t step; /* seconds */
	int64_t rows;
};

extern const struct level levels[LEVELS];

struct table {
	char path[512];
	int fd;
	int64_t last;     /* the time of the last sample, or 0 */
	uint32_t columns; /* that have names */
	uint32_t room;
	char names[METRICS_COLUMNS][METRICS_NAME];
};

/*
 * create: one that is not there, or is damaged, is begun anew; else that is an error. One process
 * uses a file at a time. -1 with the reason.
 */
int table_open(struct table *t, const char *folder, const char *uuid, bool create,
	       struct reason *why);
void table_close(struct table *t);
/* Writes what last is to be from now on. */
int table_last_put(struct table *t, int64_t last, struct reason *why);
/* The number of the column of that name, which is made if there is none. -1 with the reason. */
int table_column(struct table *t, const char *name, struct reason *why);
/* values: columns of them. False: there is no row of that time (slot is time / step). */
bool table_row(const struct table *t, unsigned int level, int64_t slot, float *values);
int table_row_put(struct table *t, unsigned int level, int64_t slot, const float *values,
		  struct reason *why);

#endif
