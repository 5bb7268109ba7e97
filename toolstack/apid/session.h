// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions: who has logged in. In memory only; a session that is not used for a day ends.
 */
#ifndef APID_SESSION_H
#define APID_SESSION_H

#include "apid/call.h"

/* NULL: unknown or too old. */
struct object *session_find(const char *ref);
/* Fills in who calls. */
void session_use(struct call *c, struct object *session);
/* All sessions of that account end. */
void sessions_end(const char *name);

extern const struct binding session_bindings[];

#endif
