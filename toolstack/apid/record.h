// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects as clients see them.
 */
#ifndef APID_RECORD_H
#define APID_RECORD_H

#include "apid/object.h"
#include "model/wire.h"

void record_write_field(struct wire *w, const struct object *o, size_t field);
/* All fields. */
void record_write(struct wire *w, const struct object *o);
void record_write_ref(struct wire *w, const struct object *o);

#endif
