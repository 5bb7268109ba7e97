// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Building the picture: NICs, bonds, VLANs, bridges, then addresses. A link's master tells who uses
 * it, so a second use is seen where it is made.
 */
#include "network/wanted.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ROUTE_METRIC 100 /* of default routes, the first that is free is one more */

enum resolved { FOUND, ABSENT, WRONG };

static int full(struct reason *why)
{
	return reason_set(why, "more than %d links", NET_MAX_LINKS);
}

/* ---- which NIC a word means -------------------------------------------------------------- */

static bool nic_is(const struct nic *nic, const char *word)
{
	char name[LINK_NAME], pci[16];
	uint8_t mac[6];

	nic_name(nic, name);
	if (strcmp(word, name) == 0)
		return true;
	if (mac_parse(word, mac))
		return memcmp(mac, nic->mac, 6) == 0;
	return strncmp(word, "pci:", 4) == 0 && nic_pci(nic, pci)[0] && strcmp(word + 4, pci) == 0;
}

static void nics_list(const struct nics *nics, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < nics->nr && len < size; i++) {
		char name[LINK_NAME], mac[MAC_TEXT];

		nic_name(&nics->list[i], name);
		len += (size_t)snprintf(text + len, size - len, "%s%s (%s)", i ? ", " : "", name,
					mac_format(nics->list[i].mac, mac));
	}
}

static const struct nic *nic_find(const struct wanted *w, const char *word)
{
	for (size_t i = 0; i < w->nics->nr; i++)
		if (nic_is(&w->nics->list[i], word))
			return &w->nics->list[i];
	return NULL;
}

static enum resolved absent(struct wanted *w, const struct nic_word *word, struct reason *why)
{
	char list[200];

	if (!w->strict) {
		if (!w->absent.text[0])
			reason_set(&w->absent, "%s:%u: there is no NIC %s", w->settings->source,
				   word->line, word->text);
		return ABSENT;
	}
	nics_list(w->nics, list, sizeof(list));
	reason_set(why, "%s:%u: there is no NIC %s; this machine has: %s", w->settings->source,
		   word->line, word->text, list[0] ? list : "none");
	return WRONG;
}

static enum resolved bond_or_nic(struct wanted *w, struct net *net, const struct nic_word *word,
				 struct link **out, struct reason *why)
{
	const struct nic *nic = nic_find(w, word->text);
	char name[LINK_NAME];

	for (size_t i = 0; i < w->settings->nr_bonds; i++)
		if (strcmp(w->settings->bonds[i].name, word->text) == 0) {
			*out = net_link(net, word->text);
			return *out ? FOUND : ABSENT;
		}
	if (!nic)
		return absent(w, word, why);
	nic_name(nic, name);
	*out = net_link(net, name);
	return FOUND;
}

/* ---- links ------------------------------------------------------------------------------- */

static int used(const struct wanted *w, unsigned int line, const struct link *l, struct reason *why)
{
	return reason_set(why, "%s:%u: %s is used by %s already", w->settings->source, line,
			  l->name, l->master);
}

static int add_nics(struct wanted *w, struct net *net, struct reason *why)
{
	for (size_t i = 0; i < w->nics->nr; i++) {
		char name[LINK_NAME];

		nic_name(&w->nics->list[i], name);
		if (!net_add_link(net, name, LINK_NIC))
			return full(why);
	}
	return 0;
}

static int add_bond(struct wanted *w, struct net *net, const struct bond_settings *b,
		    struct reason *why)
{
	struct link *bond = NULL;

	for (size_t i = 0; i < b->nr_nics; i++) {
		const struct nic *nic = nic_find(w, b->nics[i].text);
		char name[LINK_NAME];
		struct link *l;

		if (!nic && absent(w, &b->nics[i], why) == WRONG)
			return -1;
		if (!nic)
			continue;
		nic_name(nic, name);
		l = net_link(net, name);
		if (l->master[0])
			return used(w, b->nics[i].line, l, why);
		if (!bond) {
			bond = net_add_link(net, b->name, LINK_BOND);
			if (!bond)
				return full(why);
			bond->mode = b->mode;
			bond->up = true;
			memcpy(bond->mac, nic->mac, 6);
		}
		snprintf(l->master, LINK_NAME, "%s", b->name);
		l->up = true;
	}
	return 0;
}

static const uint8_t *link_mac(const struct wanted *w, const struct link *l)
{
	static const uint8_t none[6];
	const struct nic *nic = nic_find(w, l->name);

	return l->kind == LINK_BOND ? l->mac : nic ? nic->mac : none;
}

static int add_vlan(const struct wanted *w, struct net *net, const struct network_settings *n,
		    struct link **base, struct reason *why)
{
	char name[LINK_NAME + 8];
	struct link *l;

	snprintf(name, sizeof(name), "%s.%u", (*base)->name, n->vlan);
	if (strlen(name) >= LINK_NAME)
		return reason_set(why, "%s:%u: %s: %s.%u is longer than 15 characters",
				  w->settings->source, n->line, n->name, (*base)->name, n->vlan);
	l = net_link(net, name);
	if (l && l->kind == LINK_VLAN)
		return reason_set(why, "%s:%u: %s: VLAN %u of %s is used by %s already",
				  w->settings->source, n->line, n->name, n->vlan, (*base)->name,
				  l->master);
	if (l)
		return reason_set(why, "%s:%u: %s: its VLAN needs the name %s, which is taken",
				  w->settings->source, n->line, n->name, name);
	(*base)->up = true;
	l = net_add_link(net, name, LINK_VLAN);
	if (!l)
		return full(why);
	snprintf(l->parent, LINK_NAME, "%s", (*base)->name);
	l->vlan = n->vlan;
	*base = l;
	return 0;
}

static int add_bridge(struct net *net, const char *name, struct link *port, const uint8_t mac[6],
		      struct reason *why)
{
	struct link *bridge = net_add_link(net, name, LINK_BRIDGE);

	if (!bridge)
		return full(why);
	bridge->up = true;
	if (port) {
		memcpy(bridge->mac, mac, 6);
		snprintf(port->master, LINK_NAME, "%s", name);
		port->up = true;
	}
	return 0;
}

static void raise_mtu(struct link *l, uint16_t mtu)
{
	if (l->mtu < mtu)
		l->mtu = mtu;
}

/* What carries a network carries its frames: a VLAN's card, and the cards of a bond. */
static void add_mtu(struct net *net, struct link *port, uint16_t mtu)
{
	struct link *base = net_link(net, port->parent);

	raise_mtu(port, mtu);
	if (base)
		raise_mtu(base, mtu);
	else
		base = port;
	for (size_t i = 0; i < net->nr_links; i++)
		if (strcmp(net->links[i].master, base->name) == 0 && base->kind == LINK_BOND)
			raise_mtu(&net->links[i], mtu);
}

static int add_network(struct wanted *w, struct net *net, const struct network_settings *n,
		       struct reason *why)
{
	struct link *port = NULL;
	uint8_t mac[6] = { 0 };

	if (net_link(net, n->name))
		return reason_set(why, "%s:%u: the name %s is taken by a %s", w->settings->source,
				  n->line, n->name, link_kind_name(net_link(net, n->name)->kind));
	if (n->nic.text[0]) {
		enum resolved r = bond_or_nic(w, net, &n->nic, &port, why);

		if (r != FOUND)
			return r == WRONG ? -1 : 0;
		memcpy(mac, link_mac(w, port), 6);
		/* A member of a bond carries nothing else; a port of a bridge can carry VLANs. */
		if (port->master[0] && (!n->vlan || net_link(net, port->master) == NULL ||
					net_link(net, port->master)->kind == LINK_BOND))
			return used(w, n->nic.line, port, why);
		if (n->vlan && add_vlan(w, net, n, &port, why) < 0)
			return -1;
	}
	if (n->mtu && port)
		add_mtu(net, port, n->mtu);
	if (add_bridge(net, n->name, port, mac, why) < 0)
		return -1;
	net_link(net, n->name)->mtu = n->mtu;
	return 0;
}

/* ---- automatic bridges ------------------------------------------------------------------- */

static void automatic_name(const struct nic *nic, char name[LINK_NAME])
{
	snprintf(name, LINK_NAME, "xenbr%u", nic->number);
}

/* The line of the block with that name, or 0. */
static unsigned int block_line(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->nr_networks; i++)
		if (strcmp(s->networks[i].name, name) == 0)
			return s->networks[i].line;
	for (size_t i = 0; i < s->nr_bonds; i++)
		if (strcmp(s->bonds[i].name, name) == 0)
			return s->bonds[i].line;
	return 0;
}

static int add_automatic(struct wanted *w, struct net *net, struct reason *why)
{
	for (size_t i = 0; w->settings->automatic_bridges && i < w->nics->nr; i++) {
		const struct nic *nic = &w->nics->list[i];
		char name[LINK_NAME], bridge[LINK_NAME];
		struct link *l;

		nic_name(nic, name);
		automatic_name(nic, bridge);
		l = net_link(net, name);
		if (l->master[0])
			continue;
		if (block_line(w->settings, bridge))
			return reason_set(why,
					  "%s:%u: %s is the name of the automatic bridge of %s; "
					  "give this block %s or another name",
					  w->settings->source, block_line(w->settings, bridge),
					  bridge, name, name);
		if (add_bridge(net, bridge, l, nic->mac, why) < 0)
			return -1;
	}
	return 0;
}

bool wanted_is_automatic(const struct wanted *w, const char *network)
{
	if (!w->settings->automatic_bridges || block_line(w->settings, network))
		return false;
	for (size_t i = 0; i < w->nics->nr; i++) {
		char name[LINK_NAME];

		automatic_name(&w->nics->list[i], name);
		if (strcmp(name, network) == 0)
			return true;
	}
	return false;
}

/* ---- addresses --------------------------------------------------------------------------- */

bool wanted_dhcp(const struct wanted *w, const char *network)
{
	for (size_t i = 0; i < w->settings->nr_networks; i++)
		if (strcmp(w->settings->networks[i].name, network) == 0)
			return w->settings->networks[i].dhcp;
	return w->settings->automatic_address && strcmp(w->automatic, network) == 0 &&
	       wanted_is_automatic(w, network);
}

static bool add_lease(const struct wanted *w, struct net *net, const char *network, uint32_t metric)
{
	for (size_t i = 0; i < w->leases->nr; i++) {
		const struct lease *l = &w->leases->list[i];

		if (strcmp(l->link, network) != 0)
			continue;
		return net_add_address(net, network, &l->ip, l->prefix) &&
		       (!l->router.family || net_add_gateway(net, network, &l->router, metric));
	}
	return true;
}

static bool add_static(struct net *net, const struct network_settings *n, struct link *bridge,
		       uint32_t metric)
{
	bridge->ipv6 = n->slaac ? IPV6_SLAAC : IPV6_OFF;
	for (size_t i = 0; i < n->nr_addresses; i++) {
		const struct address_settings *a = &n->addresses[i];

		if (a->ip.family == 6 && bridge->ipv6 == IPV6_OFF)
			bridge->ipv6 = IPV6_STATIC;
		if (!net_add_address(net, n->name, &a->ip, a->prefix))
			return false;
	}
	if (n->gateway4.ip.family && !net_add_gateway(net, n->name, &n->gateway4.ip, metric))
		return false;
	return !n->gateway6.ip.family || net_add_gateway(net, n->name, &n->gateway6.ip, metric);
}

/* Those whose router is a neighbour now: with DHCP, when the lease is there. */
static bool add_routes(struct net *net, const struct network_settings *n)
{
	for (size_t i = 0; i < n->nr_routes; i++) {
		struct route r = { .net = n->routes[i].net,
				   .prefix = n->routes[i].prefix,
				   .gateway = n->routes[i].gateway.ip,
				   .metric = ROUTE_METRIC };
		bool near = r.gateway.family == 6 && ip_is_link_local(&r.gateway);

		memcpy(r.link, n->name, LINK_NAME);
		for (size_t j = 0; j < net->nr_addresses; j++)
			near |= strcmp(net->addresses[j].link, n->name) == 0 &&
				ip_same_net(&net->addresses[j].ip, &r.gateway,
					    net->addresses[j].prefix);
		if (near && !net_add_route(net, &r))
			return false;
	}
	return true;
}

/* The order in the file is the order in which default routes are preferred. */
static int add_addresses(const struct wanted *w, struct net *net, struct reason *why)
{
	uint32_t metric = ROUTE_METRIC;

	for (size_t i = 0; i < w->settings->nr_networks; i++) {
		const struct network_settings *n = &w->settings->networks[i];
		struct link *bridge = net_link(net, n->name);

		if (!bridge || bridge->kind != LINK_BRIDGE)
			continue;
		metric += n->dhcp || n->gateway4.ip.family || n->gateway6.ip.family;
		if (!add_static(net, n, bridge, metric) ||
		    (n->dhcp && !add_lease(w, net, n->name, metric)) || !add_routes(net, n))
			return reason_set(why, "more than %d addresses or %d routes",
					  NET_MAX_ADDRESSES, NET_MAX_ROUTES);
	}
	if (wanted_dhcp(w, w->automatic) && wanted_is_automatic(w, w->automatic) &&
	    net_link(net, w->automatic) && !add_lease(w, net, w->automatic, metric + 1))
		return reason_set(why, "more than %d addresses", NET_MAX_ADDRESSES);
	return 0;
}

int wanted_build(struct wanted *w, struct net *net, struct reason *why)
{
	memset(net, 0, sizeof(*net));
	w->absent.text[0] = '\0';
	if (add_nics(w, net, why) < 0)
		return -1;
	for (size_t i = 0; i < w->settings->nr_bonds; i++)
		if (add_bond(w, net, &w->settings->bonds[i], why) < 0)
			return -1;
	/* Untagged first: who takes a NIC whole must be known before its VLANs are. */
	for (int tagged = 0; tagged < 2; tagged++)
		for (size_t i = 0; i < w->settings->nr_networks; i++)
			if ((w->settings->networks[i].vlan != 0) == tagged &&
			    add_network(w, net, &w->settings->networks[i], why) < 0)
				return -1;
	if (add_automatic(w, net, why) < 0)
		return -1;
	return add_addresses(w, net, why);
}
