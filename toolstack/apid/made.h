// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disks that a call has made so far. When it fails later they are destroyed again, one after
 * the other, and the call ends with why it failed. A struct made is the first thing in the state of
 * such a call.
 */
#ifndef APID_MADE_H
#define APID_MADE_H

#include "apid/call.h"

#define MADE_MAX 66

struct made {
	struct object *vdis[MADE_MAX]; /* held */
	size_t nr;
	json_t *error;
};

/* Fails the call when there are too many. */
bool made_add(struct call *c, struct object *vdi);
/* Takes them back; for "otherwise". */
void made_undo(struct call *c, const json_t *error);
/* The same for what has gone while we waited. */
void made_undo_gone(struct call *c, const char *what);
void made_free(struct made *m);

#endif
