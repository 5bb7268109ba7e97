// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparing pictures. The order of steps: what must go, then what others stand on (bonds, VLANs,
 * bridges), then ports, then addresses and routes.
 */
#include "network/plan.h"

#include <stdlib.h>
#include <string.h>

struct planner {
	struct plan *plan;
	const struct net *present, *want;
	bool gone[NET_MAX_LINKS]; /* by place in present: deleted, or goes with its parent */
	struct reason *why;
	bool strict, full;
};

static struct step *step_add(struct planner *p, enum step_kind kind)
{
	struct step *s;

	if (p->plan->nr == PLAN_MAX) {
		p->full = true;
		return NULL;
	}
	s = &p->plan->steps[p->plan->nr++];
	memset(s, 0, sizeof(*s));
	s->kind = kind;
	return s;
}

static struct step *step_link(struct planner *p, enum step_kind kind, const struct link *l)
{
	struct step *s = step_add(p, kind);

	if (s)
		s->link = *l;
	return s;
}

/* The link of that name that is there when all deletions are done. */
static const struct link *survivor(const struct planner *p, const char *name)
{
	const struct link *l = net_link(p->present, name);

	return l && !p->gone[l - p->present->links] ? l : NULL;
}

/* What cannot be changed on a link that exists. */
static bool link_differs(const struct link *have, const struct link *want)
{
	if (have->kind != want->kind)
		return true;
	if (have->kind == LINK_VLAN)
		return have->vlan != want->vlan || strcmp(have->parent, want->parent) != 0;
	return have->kind == LINK_BOND && have->mode != want->mode;
}

/* A link that nobody wants to be larger is not left so, or there were no way back. */
static bool mtu_differs(const struct link *have, const struct link *want)
{
	uint16_t has = have ? have->mtu : 0;

	return want->mtu ? has != want->mtu : has > LINK_MTU;
}

/* ---- deletions --------------------------------------------------------------------------- */

/* NULL: none. */
static const struct link *guest_on(const struct planner *p, const struct link *bridge)
{
	for (size_t i = 0; i < p->present->nr_links; i++) {
		const struct link *l = &p->present->links[i];

		if (l->kind == LINK_OTHER && strcmp(l->master, bridge->name) == 0)
			return l;
	}
	return NULL;
}

/* Decides what goes; a VLAN goes with its parent. */
static int mark_gone(struct planner *p)
{
	const struct net *net = p->present;

	for (size_t i = 0; i < net->nr_links; i++) {
		const struct link *l = &net->links[i], *want = net_link(p->want, l->name);

		if (want && link_differs(l, want) && !(l->ours && l->kind != LINK_NIC))
			return reason_set(p->why, "%s %s: there is %s of that name, not ours",
					  link_kind_name(want->kind), want->name,
					  l->kind == LINK_OTHER ? "an interface" : "a link");
		p->gone[i] = l->kind != LINK_NIC && l->ours && (!want || link_differs(l, want));
		if (!p->gone[i] || l->kind != LINK_BRIDGE || !guest_on(p, l))
			continue;
		if (p->strict)
			return reason_set(p->why,
					  "network %s cannot go: %s is on it; detach it first",
					  l->name, guest_on(p, l)->name);
		p->gone[i] = false;
	}
	for (size_t i = 0; i < net->nr_links; i++) {
		const struct link *parent = net_link(net, net->links[i].parent);

		if (net->links[i].kind == LINK_VLAN && parent && p->gone[parent - net->links])
			p->gone[i] = true;
	}
	return 0;
}

static void plan_deletions(struct planner *p)
{
	static const enum link_kind order[] = { LINK_BRIDGE, LINK_VLAN, LINK_BOND };

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < p->present->nr_links; i++)
			if (p->gone[i] && p->present->links[i].kind == order[k])
				step_link(p, STEP_DELETE, &p->present->links[i]);
}

/* Ports that go elsewhere, or nowhere. Deleting a master has released its own. */
static void plan_releases(struct planner *p)
{
	for (size_t i = 0; i < p->present->nr_links; i++) {
		const struct link *have = &p->present->links[i];
		const struct link *want = net_link(p->want, have->name);

		if (!p->gone[i] && want && survivor(p, have->master) &&
		    strcmp(have->master, want->master) != 0)
			step_link(p, STEP_RELEASE, have);
	}
}

/* ---- links ------------------------------------------------------------------------------- */

static void plan_creations(struct planner *p, enum link_kind kind)
{
	for (size_t i = 0; i < p->want->nr_links; i++) {
		const struct link *want = &p->want->links[i];
		const struct link *have = survivor(p, want->name);

		if (want->kind != kind)
			continue;
		if (!have && kind != LINK_NIC)
			step_link(p, STEP_CREATE, want);
		if (!want->up || (kind == LINK_NIC && !have))
			continue;
		if (!have || have->ipv6 != want->ipv6)
			step_link(p, STEP_IPV6, want);
		if (have && kind == LINK_BRIDGE && !mac_is_zero(want->mac) &&
		    memcmp(have->mac, want->mac, 6) != 0)
			step_link(p, STEP_MAC, want);
		if (mtu_differs(have, want))
			step_link(p, STEP_MTU, want);
	}
}

/* Puts ports into masters of that kind. */
static void plan_ports(struct planner *p, enum link_kind kind)
{
	for (size_t i = 0; i < p->want->nr_links; i++) {
		const struct link *want = &p->want->links[i];
		const struct link *have = survivor(p, want->name);
		const struct link *master = net_link(p->want, want->master);
		struct step *s;

		if (!master || master->kind != kind ||
		    (have && strcmp(have->master, want->master) == 0 && survivor(p, want->master)))
			continue;
		s = step_link(p, STEP_ENSLAVE, want);
		if (s)
			s->down_first = kind == LINK_BOND;
	}
}

static void plan_up(struct planner *p)
{
	for (size_t i = 0; i < p->want->nr_links; i++) {
		const struct link *want = &p->want->links[i];
		const struct link *have = survivor(p, want->name);

		if (want->up && (!have || !have->up))
			step_link(p, STEP_UP, want);
	}
}

/* ---- addresses and routes ---------------------------------------------------------------- */

/* Addresses of links that are ours to manage: what is not wanted there goes. */
static bool is_managed(const struct planner *p, const char *name)
{
	const struct link *want = net_link(p->want, name);

	return want && want->up && survivor(p, name);
}

static void plan_address_deletions(struct planner *p)
{
	for (size_t i = 0; i < p->present->nr_addresses; i++) {
		const struct address *a = &p->present->addresses[i];
		struct step *s;

		if (!is_managed(p, a->link) || net_has_address(p->want, a))
			continue;
		s = step_add(p, STEP_ADDRESS_DELETE);
		if (s)
			s->address = *a;
	}
}

static void plan_address_additions(struct planner *p)
{
	for (size_t i = 0; i < p->want->nr_addresses; i++) {
		const struct address *a = &p->want->addresses[i];
		struct step *s;

		if (survivor(p, a->link) && net_has_address(p->present, a))
			continue;
		s = step_add(p, STEP_ADDRESS_ADD);
		if (s)
			s->address = *a;
	}
}

static void plan_routes(struct planner *p, enum step_kind kind)
{
	const struct net *from = kind == STEP_ROUTE_DELETE ? p->present : p->want;
	const struct net *other = kind == STEP_ROUTE_DELETE ? p->want : p->present;

	for (size_t i = 0; i < from->nr_routes; i++) {
		const struct route *r = &from->routes[i];
		struct step *s;

		if (kind == STEP_ROUTE_DELETE && !is_managed(p, r->link))
			continue;
		if (net_has_route(other, r) && survivor(p, r->link))
			continue;
		s = step_add(p, kind);
		if (s)
			s->route = *r;
	}
}

static int plan_all(struct planner *p)
{
	if (mark_gone(p) < 0)
		return -1;
	plan_deletions(p);
	plan_releases(p);
	plan_creations(p, LINK_NIC);
	plan_creations(p, LINK_BOND);
	plan_ports(p, LINK_BOND);
	plan_creations(p, LINK_VLAN);
	plan_creations(p, LINK_BRIDGE);
	plan_address_deletions(p);
	plan_ports(p, LINK_BRIDGE);
	plan_up(p);
	plan_routes(p, STEP_ROUTE_DELETE);
	plan_address_additions(p);
	plan_routes(p, STEP_ROUTE_ADD);
	return p->full ? reason_set(p->why, "more than %d steps", PLAN_MAX) : 0;
}

int plan_make(struct plan *p, const struct net *present, const struct net *want, bool strict,
	      struct reason *why)
{
	struct planner *planner = calloc(1, sizeof(*planner));
	int rc = -1;

	p->nr = 0;
	p->steps = calloc(PLAN_MAX, sizeof(*p->steps));
	if (planner && p->steps) {
		*planner = (struct planner){
			.plan = p, .present = present, .want = want, .strict = strict, .why = why
		};
		rc = plan_all(planner);
	} else {
		reason_set(why, "out of memory");
	}
	free(planner);
	if (rc < 0)
		plan_free(p);
	return rc;
}

void plan_free(struct plan *p)
{
	free(p->steps);
	p->steps = NULL;
	p->nr = 0;
}

void step_print(const struct step *s, struct buf *out)
{
	static const char *const ipv6[] = {
		[IPV6_OFF] = "off", [IPV6_STATIC] = "static", [IPV6_SLAAC] = "slaac"
	};
	const struct link *l = &s->link;
	char ip[IP_TEXT], net[IP_TEXT], mac[MAC_TEXT];

	switch (s->kind) {
	case STEP_DELETE: buf_printf(out, "delete %s %s", link_kind_name(l->kind), l->name); break;
	case STEP_CREATE:
		buf_printf(out, "create %s %s", link_kind_name(l->kind), l->name);
		if (l->kind == LINK_BOND)
			buf_printf(out, " (%s)", bond_mode_name(l->mode));
		break;
	case STEP_RELEASE: buf_printf(out, "take %s out of %s", l->name, l->master); break;
	case STEP_ENSLAVE: buf_printf(out, "put %s into %s", l->name, l->master); break;
	case STEP_IPV6: buf_printf(out, "IPv6 of %s: %s", l->name, ipv6[l->ipv6]); break;
	case STEP_MAC:
		buf_printf(out, "address of %s: %s", l->name, mac_format(l->mac, mac));
		break;
	case STEP_MTU: buf_printf(out, "MTU of %s: %u", l->name, l->mtu ? l->mtu : LINK_MTU); break;
	case STEP_UP: buf_printf(out, "start %s", l->name); break;
	case STEP_ADDRESS_DELETE:
	case STEP_ADDRESS_ADD:
		buf_printf(out, "%s %s %s %s", s->kind == STEP_ADDRESS_ADD ? "add" : "remove",
			   ip_format(&s->address.ip, s->address.prefix, ip),
			   s->kind == STEP_ADDRESS_ADD ? "to" : "from", s->address.link);
		break;
	case STEP_ROUTE_DELETE:
	case STEP_ROUTE_ADD:
		buf_printf(out, "%s %s route by %s on %s",
			   s->kind == STEP_ROUTE_ADD ? "add" : "remove",
			   s->route.net.family ? ip_format(&s->route.net, s->route.prefix, net)
					       : "default",
			   ip_format(&s->route.gateway, -1, ip), s->route.link);
		break;
	}
}
