// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What DHCP servers have given this host. A lease travels as lines "key=value", the names being
 * udhcpc's: ip, mask, router, dns. Servers may say anything, so every word is checked.
 */
#ifndef NETWORK_LEASE_H
#define NETWORK_LEASE_H

#include "lib/bytes.h"
#include "lib/log.h"
#include "network/net.h"

#define LEASES_MAX    16
#define LEASE_MAX_DNS 3

struct lease {
	char link[LINK_NAME];
	struct ip ip;
	uint8_t prefix;
	struct ip router; /* family 0: none */
	struct ip dns[LEASE_MAX_DNS];
	size_t nr_dns;
};

struct leases {
	struct lease list[LEASES_MAX];
	size_t nr;
};

/* Returns -1 with the reason when there is no address that a host can have. */
int lease_parse(struct lease *l, const char *link, struct bytes text, struct reason *why);
void lease_format(const struct lease *l, struct buf *out);

struct lease *leases_find(struct leases *all, const char *link);
/* Adds or replaces; false when there are too many. */
bool leases_put(struct leases *all, const struct lease *l);
void leases_drop(struct leases *all, const char *link);

#endif
