// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From settings, NICs and leases to the picture of the networks as they should be. Here is what can
 * be wrong only on this machine: NICs that it has not, or that are used twice. No I/O.
 */
#ifndef NETWORK_WANTED_H
#define NETWORK_WANTED_H

#include "network/lease.h"
#include "network/nics.h"
#include "network/settings.h"

struct wanted {
	const struct settings *settings;
	const struct nics *nics;
	const struct leases *leases;
	const char *automatic; /* the automatic bridge that has the host's address, or "" */
	/*
	 * A NIC that is not there: an error, or else (when the machine starts, and cards may be
	 * late or broken) its networks are left out and absent says which is the first.
	 */
	bool strict;
	struct reason absent;
};

/* Returns -1 with file, line and reason. */
int wanted_build(struct wanted *w, struct net *net, struct reason *why);

/* The network has its address by DHCP. */
bool wanted_dhcp(const struct wanted *w, const char *network);
/* The automatic bridges among those wanted, by NIC number: is this one? */
bool wanted_is_automatic(const struct wanted *w, const char *network);

#endif
