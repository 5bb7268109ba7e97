// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way out of NAT networks: their packets leave with the host's address, and nothing else is
 * forwarded by this host.
 */
#ifndef NETWORK_NAT_H
#define NETWORK_NAT_H

#include "network/host.h"

/* Brings packet filter and forwarding to what the settings want; does nothing if they are so. */
int nat_update(const struct host *h, struct reason *why);

#endif
