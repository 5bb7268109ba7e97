// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The audit log: who called what from where, with what result; a line in a file and a row in the
 * database. Never arguments: they may be secret.
 */
#ifndef APID_AUDIT_H
#define APID_AUDIT_H

#include "apid/call.h"

/* The file; NULL: none. */
void audit_open(const char *path);
/* What is not in the database yet goes there, before it is read. */
void audit_write(void);
/* The same at the end. */
void audit_close(void);
void audit_note(const struct call *c);

#endif
