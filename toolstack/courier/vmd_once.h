// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One request to vmd and its answer, for daemons that have nothing else to do meanwhile.
 */
#ifndef COURIER_VMD_ONCE_H
#define COURIER_VMD_ONCE_H

#include <jansson.h>
#include <stdint.h>

#include "lib/log.h"

/*
 * Consumes args. A new reference to what the verb says; *passed (NULL: of no interest) is a
 * descriptor that came with it, or -1. NULL with the reason: vmd refused, or took longer than ms.
 */
json_t *vmd_once(const char *path, const char *verb, json_t *args, int64_t ms, int *passed,
		 struct reason *why);

#endif
