// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What object.c and field.c share.
 */
#ifndef APID_OBJECT_PRIVATE_H
#define APID_OBJECT_PRIVATE_H

#include "apid/object.h"

enum undo_kind { UNDO_SLOT, UNDO_CREATE, UNDO_DESTROY };

/* Ends the program when there is no memory. */
void *need(void *memory);
/* Changed in this transaction; write: a field of it is kept. */
void touch_note(struct object *o, bool write);
void undo_note(enum undo_kind kind, struct object *o, size_t field, union slot old);
/* Both sides of it. */
void ref_change(struct object *o, size_t field, struct object *to);

#endif
