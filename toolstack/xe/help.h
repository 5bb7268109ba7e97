// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Help and completion, from the tables of commands.
 */
#ifndef XE_HELP_H
#define XE_HELP_H

#include <stdbool.h>

#include "xe/kinds.h"
#include "xe/request.h"

void help_run(struct request *r);
/* A script for bash. */
void completion_print(void);
/* A kind has something that can be written. */
bool kind_writable(const struct kind *k);

#endif
