// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each domain costs the store: nodes that it owns and bytes that are kept for it, in the true
 * tree and in every snapshot that a transaction holds. So a limit on these is a limit on memory,
 * however it is used.
 */
#ifndef XENSTORED_USAGE_H
#define XENSTORED_USAGE_H

#include <stddef.h>

struct usage {
	size_t nodes;
	size_t bytes;
};

/* domid is below 0x8000. What is added is taken back later, exactly. */
void usage_add(unsigned int domid, size_t nodes, size_t bytes);
void usage_sub(unsigned int domid, size_t nodes, size_t bytes);
struct usage usage_of(unsigned int domid);

#endif
