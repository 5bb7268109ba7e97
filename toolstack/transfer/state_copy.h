// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The API's database as bytes: a consistent copy of it while it is in use, and the check of one.
 * Both return -1 with the reason.
 */
#ifndef TRANSFER_STATE_COPY_H
#define TRANSFER_STATE_COPY_H

#include "lib/bytes.h"
#include "lib/log.h"

int state_copy(const char *path, struct buf *out, struct reason *why);
/* It is whole, and of a host. */
int state_check(const struct buf *copy, struct reason *why);

#endif
