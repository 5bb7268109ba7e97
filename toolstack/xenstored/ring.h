// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ring in the page that a domain shares with us. The domain owns half of the indices and may
 * lie. Fuzz entry points: both functions, with any page.
 */
#ifndef XENSTORED_RING_H
#define XENSTORED_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/xs_wire.h"

/*
 * Takes up to room bytes of requests; *lied when the domain's index is impossible. Returns how
 * many.
 */
size_t ring_take(struct xenstore_domain_interface *ring, char *to, size_t room, bool *lied);
/* Gives up to len bytes of answers; returns how many fitted. */
size_t ring_give(struct xenstore_domain_interface *ring, const void *data, size_t len, bool *lied);

#endif
