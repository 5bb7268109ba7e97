// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two tables for people, networks and NICs, and what is going on.
 */
#include "network/show.h"

#include <stdio.h>
#include <string.h>

static const char *state_of(const struct link *l)
{
	if (!l || !l->up)
		return "off";
	return l->carrier ? "up" : "no link";
}

/* "nic0", "bond0 vlan 20", or "-" for an internal network. */
static void show_under(const struct host *h, const char *bridge, struct buf *out)
{
	char text[64] = "-";

	for (size_t i = 0; i < h->present.nr_links; i++) {
		const struct link *l = &h->present.links[i];

		if (strcmp(l->master, bridge) != 0 || l->kind == LINK_OTHER)
			continue;
		if (l->kind == LINK_VLAN)
			snprintf(text, sizeof(text), "%s vlan %u", l->parent, l->vlan);
		else
			snprintf(text, sizeof(text), "%s", l->name);
	}
	buf_printf(out, " %-20s", text);
}

static void show_addresses(struct host *h, const char *bridge, struct buf *out)
{
	const struct lease *lease = leases_find(&h->leases, bridge);
	bool any = false;
	char ip[IP_TEXT];

	for (size_t i = 0; i < h->present.nr_addresses; i++) {
		const struct address *a = &h->present.addresses[i];

		if (strcmp(a->link, bridge) != 0)
			continue;
		buf_printf(out, " %s%s", ip_format(&a->ip, a->prefix, ip),
			   lease && ip_equal(&lease->ip, &a->ip) ? " (DHCP)" : "");
		any = true;
	}
	for (size_t i = 0; i < h->present.nr_routes; i++) {
		const struct route *r = &h->present.routes[i];

		if (strcmp(r->link, bridge) != 0)
			continue;
		if (r->net.family)
			buf_printf(out, ", %s by", ip_format(&r->net, r->prefix, ip));
		else
			buf_printf(out, ", gateway");
		buf_printf(out, " %s", ip_format(&r->gateway, -1, ip));
	}
	buf_printf(out, "%s\n", any ? "" : " -");
}

static void show_networks(struct host *h, struct buf *out)
{
	buf_printf(out, "%-15s %-7s %-20s %6s ADDRESS\n", "NETWORK", "STATE", "ON", "GUESTS");
	for (size_t i = 0; i < h->present.nr_links; i++) {
		const struct link *bridge = &h->present.links[i];
		unsigned int guests = 0;

		if (bridge->kind != LINK_BRIDGE)
			continue;
		for (size_t j = 0; j < h->present.nr_links; j++)
			guests += h->present.links[j].kind == LINK_OTHER &&
				  strcmp(h->present.links[j].master, bridge->name) == 0;
		buf_printf(out, "%-15s %-7s", bridge->name, state_of(bridge));
		show_under(h, bridge->name, out);
		buf_printf(out, " %6u", guests);
		show_addresses(h, bridge->name, out);
	}
}

static void show_nics(const struct host *h, struct buf *out)
{
	buf_printf(out, "\n%-15s %-7s %-17s %-13s %s\n", "NIC", "STATE", "MAC", "PCI", "IN");
	for (size_t i = 0; i < h->nics.nr; i++) {
		const struct nic *nic = &h->nics.list[i];
		const struct link *l = net_link(&h->present, nic->name);
		char mac[MAC_TEXT], pci[16];

		buf_printf(out, "%-15s %-7s %-17s %-13s %s\n", nic->name, state_of(l),
			   mac_format(nic->mac, mac), nic_pci(nic, pci)[0] ? pci : "-",
			   l && l->master[0] ? l->master : "-");
	}
	for (size_t i = 0; i < h->present.nr_links; i++) {
		const struct link *l = &h->present.links[i];
		char mac[MAC_TEXT];

		if (l->kind == LINK_BOND)
			buf_printf(out, "%-15s %-7s %-17s %-13s %s\n", l->name, state_of(l),
				   mac_format(l->mac, mac), bond_mode_name(l->mode),
				   l->master[0] ? l->master : "-");
	}
	if (!h->nics.nr)
		buf_printf(out, "(this machine has no NIC that a driver knows)\n");
}

void show(struct host *h, const struct change *c, struct buf *out)
{
	show_networks(h, out);
	show_nics(h, out);
	if (c->state == CHANGE_WAITING)
		buf_printf(out,
			   "\nA change waits for \"network confirm\"; it goes back in %.0f s.\n",
			   c->deadline - clock_now());
	else if (c->state != CHANGE_NONE)
		buf_printf(out, "\nA change is being tested.\n");
}
