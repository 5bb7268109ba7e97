// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What outlives a process of xenstored: the tree with owners and permissions, the domains that are
 * introduced with their place in both rings, their watches, the ids of their transactions, the part
 * of a request that they have sent, and the answers and events that they have not taken.
 */
#ifndef XENSTORED_STATE_H
#define XENSTORED_STATE_H

#include <stdbool.h>

/*
 * Reads what the last process left in this folder: into an empty store, after domains_open() and
 * before domains_start(). False if there was nothing. Fuzz entry point: any file.
 */
bool state_restore(const char *folder);
/* Begins to keep what there is and what changes from now on. */
void state_keep(void);
/* After each request: it has happened. */
void state_commit(void);
/* Now and then, between requests: forgets what is over. */
void state_tidy(void);

#endif
