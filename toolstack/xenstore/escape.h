// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values as text. What is not printable is written as \xHH, \n, \t, \r or \\, so that no guest
 * talks to the terminal, and read as that.
 */
#ifndef XENSTORE_ESCAPE_H
#define XENSTORE_ESCAPE_H

#include "lib/bytes.h"

/* Both append. */
void escape(struct buf *text, const char *value, size_t len);
void unescape(struct buf *value, const char *text);

#endif
