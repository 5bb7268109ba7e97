// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Telling in time that a repository fills up, and giving a thin pool the room that its volume group
 * still has.
 */
#ifndef TOOLSTACK_STORAGE_MONITOR_H
#define TOOLSTACK_STORAGE_MONITOR_H

#include "storage/size.h"
#include "storage/sr.h"

#define MONITOR_SECONDS 5

/* How full the fuller of data and metadata is, and what to say of it. */
enum fullness sr_fullness(const struct sr_stat *stat, char text[160]);
/* Extends the pool if it is past the first threshold; says in *data and *metadata by how much. */
int sr_extend(const struct sr *sr, const struct sr_stat *stat, uint64_t *data, uint64_t *metadata,
	      struct sr_error *e);
/* A line for each repository on standard output; the worst of them, or -1. */
int storage_check(struct sr_error *e);
/* Watches until it is killed: a line of the log whenever a repository passes a threshold. */
int storage_monitor(struct sr_error *e);

#endif
