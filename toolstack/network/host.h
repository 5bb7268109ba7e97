// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host that the service keeps: which settings hold, what it knows of NICs and leases, and
 * bringing the kernel there. One thread, one owner: serve.c.
 */
#ifndef NETWORK_HOST_H
#define NETWORK_HOST_H

#include "network/kernel.h"
#include "network/wanted.h"

struct host {
	const char *root;
	struct kernel kernel;
	struct nic_memory memory;
	struct nics nics;
	struct net present, want; /* as of the last convergence */
	struct settings settings; /* those that hold */
	char *text;               /* their text */
	struct leases leases;
	struct leases stale; /* of networks that have moved to another wire: to be asked for anew */
	char automatic[LINK_NAME]; /* the bridge that "automatic address" has chosen, or "" */
	double started;            /* when all drivers were there; 0: not yet */
	char *resolv;              /* resolv.conf as last written; NULL: not yet */
	bool resolv_failed;        /* the last attempt, which was told of */
	char absent[200];          /* the NIC that was missing last time, for one message only */
};

/* Seconds on a clock that only goes forward. */
double clock_now(void);

int host_open(struct host *h, const char *root, struct reason *why);

/* Takes a copy of text and makes it the settings. -1 leaves the former ones. */
int host_settings(struct host *h, const char *source, const char *text, struct reason *why);

/*
 * Brings the kernel to what the settings and leases want. Returns the number of steps that it took,
 * or -1 with the reason; with strict, a NIC that is missing is a reason, and is found before
 * anything is changed.
 */
int host_converge(struct host *h, bool strict, struct reason *why);

/* What other settings would take: their steps, one a line. -1 with what is wrong with them. */
int host_check(struct host *h, const struct settings *s, struct buf *steps, struct reason *why);

/* The network has, or is to have, the host's address by DHCP. */
bool host_dhcp(const struct host *h, const char *network);

/*
 * All name servers, those of the file first; of a network that has its own there none that DHCP
 * brought: who asks them all takes the first answer. Returns how many.
 */
size_t host_dns(const struct host *h, struct ip *out, size_t max);

#endif
