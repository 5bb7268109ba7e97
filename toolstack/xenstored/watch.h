// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches: who is told when something changes.
 */
#ifndef XENSTORED_WATCH_H
#define XENSTORED_WATCH_H

#include "xenstored/conn.h"

/* All return 0 or a positive errno. path as the client wrote it. */
int watch_add(struct conn *c, const char *path, const char *token);
int watch_remove(struct conn *c, const char *path, const char *token);
void watch_forget_all(struct conn *c);
/* One that was there in an earlier life: no limit applies. */
int watch_restore(struct conn *c, const char *path, const char *token);
/* Adds them to the journal. */
void watch_dump(const struct conn *c);

/*
 * The node at path has changed. removed is what was there when it was removed, else NULL: watches
 * below it are told too. Only those who may read it learn of it.
 */
void watch_fire(const struct tree *t, const char *path, const struct node *removed);
/* "@introduceDomain", "@releaseDomain" */
void watch_fire_special(const char *name);

#endif
