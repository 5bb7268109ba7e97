// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * allowed_operations: what can be asked of an object now. It follows from other fields, and is
 * brought up to date for everything that a transaction touches, before it is committed.
 */
#ifndef APID_ALLOWED_H
#define APID_ALLOWED_H

#include "apid/object.h"

void allowed_update_touched(void);
void allowed_update(struct object *o);

/* Whether a disk has a VBD, or a repository a PBD, that is attached; set names them. */
bool is_attached(const struct object *o, const char *set);

#endif
