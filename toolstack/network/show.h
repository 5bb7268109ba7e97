// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What "network show" prints.
 */
#ifndef NETWORK_SHOW_H
#define NETWORK_SHOW_H

#include "network/change.h"

void show(struct host *h, const struct change *c, struct buf *out);

#endif
