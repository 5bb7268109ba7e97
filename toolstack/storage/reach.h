// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is a server there? Asked before anything of the kernel's that would wait for it without an end.
 */
#ifndef TOOLSTACK_STORAGE_REACH_H
#define TOOLSTACK_STORAGE_REACH_H

#include <stdint.h>

#include "storage/error.h"

#define REACH_ADDRESS 64

/*
 * A connection that does not block, or -1 with ERR_SR_UNAVAILABLE and what, port and reason as the
 * text. The address, if it is not NULL, comes back in numbers.
 */
int reach_connect(const char *what, const char *host, const char *port, int64_t deadline,
		  char address[REACH_ADDRESS], struct sr_error *e);

#endif
