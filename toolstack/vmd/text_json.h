// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs, as one message can carry them.
 */
#ifndef VMD_TEXT_JSON_H
#define VMD_TEXT_JSON_H

#include <jansson.h>

#include "lib/bytes.h"

/* The newest of it; what is no text becomes "?". */
json_t *text_newest(struct buf *text);

#endif
