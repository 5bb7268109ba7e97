// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A picture of a host's networks: links, addresses and routes. The same structure holds
 * what the kernel has and what the configuration wants; plan.h compares two of them. Plain data,
 * no I/O. Links are known by name.
 */
#ifndef NETWORK_NET_H
#define NETWORK_NET_H

#include "lib/ip.h"

#define LINK_NAME         16 /* with the terminator, as the kernel has it */

#define LINK_MTU          1500 /* Ethernet's */

#define NET_MAX_LINKS     1024
#define NET_MAX_ADDRESSES 256
#define NET_MAX_ROUTES    64

/* The interface group that marks links as made by us; only those are ever deleted. */
#define LINK_GROUP 0x50c1e

enum link_kind { LINK_OTHER, LINK_NIC, LINK_BRIDGE, LINK_VLAN, LINK_BOND };

/* The kernel's numbers. */
enum bond_mode { BOND_ACTIVE_BACKUP = 1, BOND_802_3AD = 4, BOND_BALANCE_ALB = 6 };

enum ipv6_mode { IPV6_OFF, IPV6_STATIC, IPV6_SLAAC };

struct link {
	char name[LINK_NAME];
	enum link_kind kind;
	char master[LINK_NAME]; /* the bridge or bond that it belongs to, or "" */
	char parent[LINK_NAME]; /* LINK_VLAN: what it tags */
	uint16_t vlan;
	enum bond_mode mode;
	uint8_t mac[6]; /* wanted: zero leaves it to the kernel */
	enum ipv6_mode ipv6;
	uint16_t mtu; /* wanted: 0 is what Ethernet has, or less if the card has less */
	bool up;
	/* Only of what is present: */
	bool ours, carrier;
	int index;
};

struct address {
	char link[LINK_NAME];
	struct ip ip;
	uint8_t prefix;
};

struct route {
	char link[LINK_NAME];
	struct ip net; /* family 0: the default route */
	uint8_t prefix;
	struct ip gateway;
	uint32_t metric; /* the smaller one is preferred */
};

struct net {
	struct link links[NET_MAX_LINKS];
	size_t nr_links;
	struct address addresses[NET_MAX_ADDRESSES];
	size_t nr_addresses;
	struct route routes[NET_MAX_ROUTES];
	size_t nr_routes;
};

/* A name that the kernel takes for a link and that is one plain word. */
bool link_name_valid(const char *name);
const char *link_kind_name(enum link_kind kind);
const char *bond_mode_name(enum bond_mode mode);

/* NULL if there is none, or name is "". */
struct link *net_link(const struct net *net, const char *name);
struct link *net_link_by_index(const struct net *net, int index);
/* These three return NULL or false when the picture is full. */
struct link *net_add_link(struct net *net, const char *name, enum link_kind kind);
bool net_add_address(struct net *net, const char *link, const struct ip *ip, uint8_t prefix);
bool net_add_route(struct net *net, const struct route *r);
/* The same for a default route. */
bool net_add_gateway(struct net *net, const char *link, const struct ip *gateway, uint32_t metric);
bool net_has_address(const struct net *net, const struct address *a);
bool net_has_route(const struct net *net, const struct route *r);
/* The first default route from place *at on, and *at behind it; NULL: no more. */
const struct route *net_next_gateway(const struct net *net, size_t *at);
/* Any link with that master. */
const struct link *net_port_of(const struct net *net, const char *master);

#endif
