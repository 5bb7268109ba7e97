// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every hypercall that there can be, with every number of an operation, called wrongly: there is no
 * list that could be incomplete. A failing check fails the running test.
 */
#ifndef GUEST_WRONG_H
#define GUEST_WRONG_H

#include <stdbool.h>
#include <stdint.h>

enum { CALLS = 64 };

/* How many operations a hypercall may have, and the number of the nth: 0 to 95, 1000 to 1003. */
unsigned wrong_operations(unsigned call);
unsigned wrong_operation(unsigned call, unsigned n);

/* One call with `argument` where its pointer belongs; count: where there is a count. */
long wrong_call(unsigned call, unsigned operation, uint64_t argument, uint32_t count, bool in_32);

/* Is the nth operation there at all? All are tried when this is first asked. */
bool wrong_is_known(unsigned call, unsigned n);

/* Where the first two words are the operation and the version: both right. False: elsewhere. */
bool wrong_head(unsigned call, unsigned operation, uint64_t at);

/* Operations that look at no argument; all others want an address that is one. */
bool wrong_is_pointerless(unsigned call, unsigned operation);

/* Skips the running test on any other hypervisor: there is no list, so there are no exceptions. */
void wrong_only_here(void);

/* From each place where nothing is: an error, and we are still there. */
void wrong_addresses(bool in_32);

#endif
