// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a complete request means. Each answers with exactly one message, and perhaps watch events.
 * Fuzz entry point: request_handle() with any message on a connection of any domain.
 */
#ifndef XENSTORED_REQUEST_H
#define XENSTORED_REQUEST_H

#include "xenstored/conn.h"

void request_handle(struct conn *c);

#endif
