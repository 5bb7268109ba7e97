// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A table with a row for every id that a domain can have. The pages of those that there never were
 * stay untouched, and so cost nothing.
 */
#include "xenstored/usage.h"

#define DOMIDS 0x8000

static struct usage table[DOMIDS];

void usage_add(unsigned int domid, size_t nodes, size_t bytes)
{
	table[domid % DOMIDS].nodes += nodes;
	table[domid % DOMIDS].bytes += bytes;
}

void usage_sub(unsigned int domid, size_t nodes, size_t bytes)
{
	table[domid % DOMIDS].nodes -= nodes;
	table[domid % DOMIDS].bytes -= bytes;
}

struct usage usage_of(unsigned int domid)
{
	return table[domid % DOMIDS];
}
