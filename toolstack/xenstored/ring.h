// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ring in the page that a domain shares with us. The domain owns half of the indices and may
 * lie about them and about ours: those that count are the caller's. Fuzz entry points: ring_peek()
 * and ring_give(), with any page.
 */
#ifndef XENSTORED_RING_H
#define XENSTORED_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "abi/xs_wire.h"

/*
 * Copies up to room bytes of requests from index cons on; *lied when the domain's index is
 * impossible. Returns how many. They stay in the ring until ring_taken().
 */
size_t ring_peek(const struct xenstore_domain_interface *ring, uint32_t cons, char *to, size_t room,
		 bool *lied);
/* All before index cons was taken. To be followed by another look into the ring. */
void ring_taken(struct xenstore_domain_interface *ring, uint32_t cons);
/*
 * Gives up to len bytes of answers from index *prod on, and moves it; returns how many fitted. When
 * the process ends at any point, rsp_prod says what was given.
 */
size_t ring_give(struct xenstore_domain_interface *ring, uint32_t *prod, const void *data,
		 size_t len, bool *lied);

#endif
