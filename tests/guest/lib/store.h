// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store, for a micro-guest that runs beside a control domain: one request at a time over the
 * ring that its builder made. Interrupts stay off; waiting is by SCHEDOP_poll.
 */
#ifndef GUEST_STORE_H
#define GUEST_STORE_H

#include <stdbool.h>

#include "abi/xs_wire.h"

#define STORE_VALUE_MAX 256u

void store_init(void); /* may be called again */
/* false: refused, or longer than STORE_VALUE_MAX - 1. value is a string. */
bool store_read(const char *path, char value[STORE_VALUE_MAX]);
bool store_write(const char *path, const char *value);
bool store_remove(const char *path);
/* Waits until the node says one of these characters; which, or 0 after so many ms. */
char store_wait(const char *path, const char *values, unsigned ms);
/* Any request; the answer's type. What the answer holds is thrown away. */
unsigned store_ask(unsigned type, const void *payload, unsigned len);

/* For those who mean it no good: the ring itself, and an event to its other end. */
volatile struct xenstore_domain_interface *store_ring(void);
void store_kick(void);

#endif
