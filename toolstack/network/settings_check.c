// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks over several lines of network.conf. Whatever needs to know the machine's NICs is in
 * wanted.c.
 */
#include "network/settings_check.h"

#include <ctype.h>
#include <string.h>

static int wrong(const struct settings *s, unsigned int line, struct reason *why, const char *text,
		 const char *about)
{
	return reason_set(why, "%s:%u: %s: %s", s->source, line, about, text);
}

static int name_taken(const struct settings *s, const char *name, unsigned int line,
		      unsigned int before, struct reason *why)
{
	return reason_set(why, "%s:%u: the name %s is taken in line %u", s->source, line, name,
			  before);
}

/* Names that links get from elsewhere. */
static bool name_reserved(const char *name)
{
	static const char *const kept[] = { "nic", "vif", "tap", "eth" };

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		size_t len = strlen(kept[i]);

		if (strncmp(name, kept[i], len) == 0 && isdigit((unsigned char)name[len]))
			return true;
	}
	return strcmp(name, "lo") == 0 || strcmp(name, "all") == 0 || strcmp(name, "default") == 0;
}

static int check_names(const struct settings *s, struct reason *why)
{
	for (size_t i = 0; i < s->nr_networks; i++) {
		const struct network_settings *n = &s->networks[i];

		if (name_reserved(n->name))
			return wrong(s, n->line, why, "this name is kept for interfaces", n->name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(s->networks[j].name, n->name) == 0)
				return name_taken(s, n->name, n->line, s->networks[j].line, why);
		for (size_t j = 0; j < s->nr_bonds; j++)
			if (strcmp(s->bonds[j].name, n->name) == 0)
				return name_taken(s, n->name, n->line, s->bonds[j].line, why);
	}
	for (size_t i = 0; i < s->nr_bonds; i++) {
		if (name_reserved(s->bonds[i].name))
			return wrong(s, s->bonds[i].line, why, "this name is kept for interfaces",
				     s->bonds[i].name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(s->bonds[j].name, s->bonds[i].name) == 0)
				return name_taken(s, s->bonds[i].name, s->bonds[i].line,
						  s->bonds[j].line, why);
		if (s->bonds[i].nr_nics == 0)
			return wrong(s, s->bonds[i].line, why, "a bond without \"nics\"",
				     s->bonds[i].name);
	}
	return 0;
}

/* Whoever others are reached by must be in the net of an address of that network. */
static int check_neighbour(const struct settings *s, const struct network_settings *n,
			   const struct address_settings *g, struct reason *why)
{
	char text[IP_TEXT];

	if (g->ip.family == 6 && ip_is_link_local(&g->ip) && n->nr_addresses)
		return 0;
	for (size_t i = 0; i < n->nr_addresses; i++)
		if (ip_same_net(&g->ip, &n->addresses[i].ip, n->addresses[i].prefix)) {
			if (ip_equal(&g->ip, &n->addresses[i].ip))
				return wrong(s, g->line, why, "the gateway is this host itself",
					     n->name);
			return 0;
		}
	return reason_set(why, "%s:%u: %s: gateway %s is not in the net of any \"address\"",
			  s->source, g->line, n->name, ip_format(&g->ip, -1, text));
}

static int check_gateway(const struct settings *s, const struct network_settings *n,
			 const struct address_settings *g, struct reason *why)
{
	if (!g->ip.family)
		return 0;
	if (g->ip.family == 4 && n->dhcp)
		return wrong(s, g->line, why, "DHCP brings the gateway; remove one of the two",
			     n->name);
	return check_neighbour(s, n, g, why);
}

/* Which net DHCP will bring is not known yet; wanted.c looks when it is. */
static int check_routes(const struct settings *s, const struct network_settings *n,
			struct reason *why)
{
	for (size_t i = 0; i < n->nr_routes; i++) {
		const struct address_settings *g = &n->routes[i].gateway;

		if (!(n->dhcp && g->ip.family == 4) && check_neighbour(s, n, g, why) < 0)
			return -1;
	}
	return 0;
}

/* The same net by two ways: the kernel would know one of them only. */
static int check_same_route(const struct settings *s, const struct network_settings *a,
			    const struct network_settings *b, struct reason *why)
{
	char text[IP_TEXT];

	for (size_t i = 0; i < a->nr_routes; i++)
		for (size_t j = 0; j < (a == b ? i : b->nr_routes); j++) {
			const struct route_settings *x = &a->routes[i], *y = &b->routes[j];

			if (x->prefix == y->prefix && ip_equal(&x->net, &y->net))
				return reason_set(why, "%s:%u: %s: the route to %s is in line %u",
						  s->source, x->gateway.line, a->name,
						  ip_format(&x->net, x->prefix, text),
						  y->gateway.line);
		}
	return 0;
}

static int check_network(const struct settings *s, const struct network_settings *n,
			 struct reason *why)
{
	if (n->vlan && !n->nic.text[0])
		return wrong(s, n->line, why, "a VLAN needs a \"nic\"", n->name);
	if (n->nat && (n->nic.text[0] || n->dhcp || n->slaac || n->nr_addresses > 1 ||
		       n->gateway4.ip.family || n->gateway6.ip.family))
		return wrong(s, n->line, why,
			     "a NAT network has no \"nic\", \"gateway\" or other \"address\"",
			     n->name);
	if (n->dhcp && !n->nic.text[0])
		return wrong(s, n->line, why, "DHCP needs a \"nic\"", n->name);
	if (check_gateway(s, n, &n->gateway4, why) < 0)
		return -1;
	if (check_gateway(s, n, &n->gateway6, why) < 0)
		return -1;
	return check_routes(s, n, why);
}

/* Nets of two networks must not overlap: the host would not know where to send. */
static int check_overlap(const struct settings *s, const struct network_settings *a,
			 const struct network_settings *b, struct reason *why)
{
	char one[IP_TEXT], other[IP_TEXT];

	for (size_t i = 0; i < a->nr_addresses; i++)
		for (size_t j = 0; j < (a == b ? i : b->nr_addresses); j++) {
			const struct address_settings *x = &a->addresses[i], *y = &b->addresses[j];
			uint8_t shorter = x->prefix < y->prefix ? x->prefix : y->prefix;

			if (x->ip.family != y->ip.family ||
			    (a == b ? !ip_equal(&x->ip, &y->ip)
				    : !ip_same_net(&x->ip, &y->ip, shorter)))
				continue;
			return reason_set(why, "%s:%u: %s: address %s conflicts with %s in line %u",
					  s->source, x->line, a->name,
					  ip_format(&x->ip, x->prefix, one),
					  ip_format(&y->ip, y->prefix, other), y->line);
		}
	return 0;
}

int settings_check(const struct settings *s, struct reason *why)
{
	size_t nr_nat = 0;

	if (check_names(s, why) < 0)
		return -1;
	for (size_t i = 0; i < s->nr_networks; i++) {
		const struct network_settings *n = &s->networks[i];

		if (check_network(s, n, why) < 0)
			return -1;
		if (n->nat && ++nr_nat > SETTINGS_MAX_NAT)
			return wrong(s, n->line, why, "more than 4 NAT networks", n->name);
		for (size_t j = 0; j <= i; j++)
			if (check_overlap(s, n, &s->networks[j], why) < 0 ||
			    check_same_route(s, n, &s->networks[j], why) < 0)
				return -1;
	}
	if (s->automatic_address && !s->automatic_bridges)
		return reason_set(why, "%s: \"automatic address\" needs \"automatic bridges\"",
				  s->source);
	return 0;
}
