// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of nodes: absolute paths of / and [A-Za-z0-9-_@:.]. A domain's relative path begins at its
 * home.
 */
#ifndef XENSTORED_PATH_H
#define XENSTORED_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/xs_wire.h"

#define PATH_ROOM (XENSTORE_ABS_PATH_MAX + 1)
#define HOME_ROOM 32

/* "/local/domain/ID" */
void path_home(char home[HOME_ROOM], unsigned int domid);
/*
 * Makes what a client wrote absolute, and checks it. With special, @names of watches are let
 * through. False if it is no path.
 */
bool path_resolve(char out[PATH_ROOM], const char *path, unsigned int domid, bool special);
/* Whether path is prefix, or below it. */
bool path_is_below(const char *path, const char *prefix);

#endif
