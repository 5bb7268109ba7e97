// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Public keys of SSH, as lines of authorized_keys. What is wrong with one is found before it is
 * among the others. Foreign text; knows no file.
 */
#ifndef VMD_SSH_KEY_H
#define VMD_SSH_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/log.h"

#define SSH_KEY_LINE 4096 /* a line, with its end */

/*
 * Type, key and perhaps a comment, without options: a type that the server knows, and a key of that
 * type that is long enough. -1 with the reason.
 */
int ssh_key_check(const char *line, struct reason *why);
/* Whether both lines have the same key; comments and options do not matter. */
bool ssh_key_same(const char *a, const char *b);

#endif
