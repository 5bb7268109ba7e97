// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keeping and searching pictures of networks.
 */
#include "network/net.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool link_name_valid(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= LINK_NAME || !isalnum((unsigned char)*name))
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && !strchr("._-", *name))
			return false;
	return true;
}

const char *link_kind_name(enum link_kind kind)
{
	static const char *const names[] = {
		[LINK_OTHER] = "interface", [LINK_NIC] = "NIC",   [LINK_BRIDGE] = "bridge",
		[LINK_VLAN] = "VLAN",       [LINK_BOND] = "bond",
	};

	return names[kind];
}

const char *bond_mode_name(enum bond_mode mode)
{
	switch (mode) {
	case BOND_ACTIVE_BACKUP: return "active-backup";
	case BOND_802_3AD: return "802.3ad";
	case BOND_BALANCE_ALB: return "balance-alb";
	}
	return "another mode";
}

struct link *net_link(const struct net *net, const char *name)
{
	for (size_t i = 0; *name && i < net->nr_links; i++)
		if (strcmp(net->links[i].name, name) == 0)
			return (struct link *)&net->links[i];
	return NULL;
}

struct link *net_link_by_index(const struct net *net, int index)
{
	for (size_t i = 0; i < net->nr_links; i++)
		if (net->links[i].index == index)
			return (struct link *)&net->links[i];
	return NULL;
}

struct link *net_add_link(struct net *net, const char *name, enum link_kind kind)
{
	struct link *l;

	if (net->nr_links == NET_MAX_LINKS)
		return NULL;
	l = &net->links[net->nr_links++];
	memset(l, 0, sizeof(*l));
	snprintf(l->name, sizeof(l->name), "%s", name);
	l->kind = kind;
	return l;
}

bool net_add_address(struct net *net, const char *link, const struct ip *ip, uint8_t prefix)
{
	struct address *a;

	if (net->nr_addresses == NET_MAX_ADDRESSES)
		return false;
	a = &net->addresses[net->nr_addresses++];
	memset(a, 0, sizeof(*a));
	snprintf(a->link, sizeof(a->link), "%s", link);
	a->ip = *ip;
	a->prefix = prefix;
	return true;
}

bool net_add_route(struct net *net, const struct route *r)
{
	if (net->nr_routes == NET_MAX_ROUTES)
		return false;
	net->routes[net->nr_routes++] = *r;
	return true;
}

bool net_add_gateway(struct net *net, const char *link, const struct ip *gateway, uint32_t metric)
{
	struct route r = { .gateway = *gateway, .metric = metric };

	snprintf(r.link, sizeof(r.link), "%s", link);
	return net_add_route(net, &r);
}

const struct route *net_next_gateway(const struct net *net, size_t *at)
{
	while (*at < net->nr_routes) {
		const struct route *r = &net->routes[(*at)++];

		if (!r->net.family)
			return r;
	}
	return NULL;
}

bool net_has_address(const struct net *net, const struct address *a)
{
	for (size_t i = 0; i < net->nr_addresses; i++) {
		const struct address *b = &net->addresses[i];

		if (a->prefix == b->prefix && ip_equal(&a->ip, &b->ip) &&
		    strcmp(a->link, b->link) == 0)
			return true;
	}
	return false;
}

bool net_has_route(const struct net *net, const struct route *r)
{
	for (size_t i = 0; i < net->nr_routes; i++)
		if (r->metric == net->routes[i].metric && r->prefix == net->routes[i].prefix &&
		    ip_equal(&r->net, &net->routes[i].net) &&
		    ip_equal(&r->gateway, &net->routes[i].gateway) &&
		    strcmp(r->link, net->routes[i].link) == 0)
			return true;
	return false;
}

const struct link *net_port_of(const struct net *net, const char *master)
{
	for (size_t i = 0; i < net->nr_links; i++)
		if (strcmp(net->links[i].master, master) == 0)
			return &net->links[i];
	return NULL;
}
