// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Doing the steps of a plan, each a request or two to the kernel.
 */
#include "network/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOND_MIIMON_MS      100
#define BOND_HASH_LAYER2_3  2
#define BOND_LACP_RATE_FAST 1

int kernel_open(struct kernel *k, const char *root, struct reason *why)
{
	k->root = root;
	if (netlink_open(&k->route, NETLINK_ROUTE, 0) < 0)
		return reason_errno(why, "netlink");
	return 0;
}

/* ---- /proc/sys --------------------------------------------------------------------------- */

static int sysctl_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put;

	if (fd < 0)
		return -1;
	put = write(fd, value, strlen(value));
	close(fd);
	return put < 0 ? -1 : 0;
}

static int ipv6_write(const char *name, const char *key, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", name, key);
	return sysctl_write(path, value);
}

void kernel_prepare(void)
{
	/* Interfaces speak IPv6 when we say so, and answer for their own addresses only: a guest
	 * must not reach the host over a bridge on which the host has no address. */
	ipv6_write("default", "disable_ipv6", "1");
	sysctl_write("/proc/sys/net/ipv4/conf/all/arp_ignore", "1");
	sysctl_write("/proc/sys/net/ipv4/conf/all/arp_announce", "2");
}

int kernel_forwarding(bool on, struct reason *why)
{
	if (sysctl_write("/proc/sys/net/ipv4/ip_forward", on ? "1" : "0") < 0 && on)
		return reason_errno(why, "/proc/sys/net/ipv4/ip_forward");
	return 0;
}

static int do_ipv6(const struct link *l)
{
	const char *off = l->ipv6 == IPV6_OFF ? "1" : "0";

	if (l->ipv6 != IPV6_OFF &&
	    ipv6_write(l->name, "accept_ra", l->ipv6 == IPV6_SLAAC ? "2" : "0") < 0)
		return -1;
	if (ipv6_write(l->name, "disable_ipv6", off) < 0)
		return l->ipv6 == IPV6_OFF && errno == ENOENT ? 0 : -1;
	return 0;
}

/* ---- links ------------------------------------------------------------------------------- */

static int link_index(const char *name)
{
	return (int)if_nametoindex(name);
}

static void put_bond(struct nl_msg *m, const struct link *l)
{
	nl_put_u8(m, IFLA_BOND_MODE, (uint8_t)l->mode);
	nl_put_u32(m, IFLA_BOND_MIIMON, BOND_MIIMON_MS);
	if (l->mode == BOND_802_3AD) {
		nl_put_u8(m, IFLA_BOND_XMIT_HASH_POLICY, BOND_HASH_LAYER2_3);
		nl_put_u8(m, IFLA_BOND_AD_LACP_RATE, BOND_LACP_RATE_FAST);
	}
}

static int do_create(struct kernel *k, const struct link *l)
{
	static const char *const kinds[] = {
		[LINK_BRIDGE] = "bridge", [LINK_VLAN] = "vlan", [LINK_BOND] = "bond"
	};
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg m = { .len = 0 };
	size_t about, data;

	nl_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	nl_put_string(&m, IFLA_IFNAME, l->name);
	nl_put_u32(&m, IFLA_GROUP, LINK_GROUP);
	if (!mac_is_zero(l->mac))
		nl_put(&m, IFLA_ADDRESS, l->mac, 6);
	if (l->kind == LINK_VLAN)
		nl_put_u32(&m, IFLA_LINK, (uint32_t)link_index(l->parent));
	about = nl_nest(&m, IFLA_LINKINFO);
	nl_put_string(&m, IFLA_INFO_KIND, kinds[l->kind]);
	data = nl_nest(&m, IFLA_INFO_DATA);
	if (l->kind == LINK_BRIDGE) {
		/* Or a new port would learn for 15 seconds before it forwards. */
		nl_put_u32(&m, IFLA_BR_FORWARD_DELAY, 0);
		nl_put_u32(&m, IFLA_BR_STP_STATE, 0);
	} else if (l->kind == LINK_VLAN) {
		nl_put_u16(&m, IFLA_VLAN_ID, l->vlan);
	} else {
		put_bond(&m, l);
	}
	nl_nest_end(&m, data);
	nl_nest_end(&m, about);
	return netlink_request(&k->route, &m);
}

static int do_delete(struct kernel *k, const char *name)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = link_index(name) };
	struct nl_msg m = { .len = 0 };

	if (!info.ifi_index)
		return 0;
	nl_begin(&m, RTM_DELLINK, 0, &info, sizeof(info));
	return netlink_request(&k->route, &m);
}

static int link_set(struct kernel *k, const char *name, unsigned int change, unsigned int flags,
		    uint16_t attribute, const void *data, size_t len)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC,
				  .ifi_index = link_index(name),
				  .ifi_change = change,
				  .ifi_flags = flags };
	struct nl_msg m = { .len = 0 };

	if (!info.ifi_index)
		return -1;
	nl_begin(&m, RTM_SETLINK, 0, &info, sizeof(info));
	if (attribute)
		nl_put(&m, attribute, data, len);
	return netlink_request(&k->route, &m);
}

static int do_master(struct kernel *k, const struct link *l, const char *master, bool down_first)
{
	uint32_t index = *master ? (uint32_t)link_index(master) : 0;

	if (*master && !index)
		return -1;
	if (down_first && link_set(k, l->name, IFF_UP, 0, 0, NULL, 0) < 0)
		return -1;
	return link_set(k, l->name, 0, 0, IFLA_MASTER, &index, sizeof(index));
}

static int do_mtu(struct kernel *k, const struct link *l)
{
	uint32_t mtu = l->mtu ? l->mtu : LINK_MTU;

	return link_set(k, l->name, 0, 0, IFLA_MTU, &mtu, sizeof(mtu));
}

int kernel_rename(struct kernel *k, const char *from, const char *to, struct reason *why)
{
	if (link_set(k, from, 0, 0, IFLA_IFNAME, to, strlen(to) + 1) < 0)
		return reason_errno(why, "renaming %s to %s", from, to);
	return 0;
}

/* ---- addresses and routes ---------------------------------------------------------------- */

static uint8_t family_of(const struct ip *ip)
{
	return ip->family == 4 ? AF_INET : AF_INET6;
}

static int do_address(struct kernel *k, const struct address *a, bool add)
{
	struct ifaddrmsg info = {
		.ifa_family = family_of(&a->ip),
		.ifa_prefixlen = a->prefix,
		.ifa_index = (uint32_t)link_index(a->link),
	};
	struct nl_msg m = { .len = 0 };
	struct ip broadcast = a->ip;

	nl_begin(&m, add ? RTM_NEWADDR : RTM_DELADDR, add ? NLM_F_CREATE | NLM_F_REPLACE : 0, &info,
		 sizeof(info));
	nl_put(&m, IFA_LOCAL, a->ip.bytes, ip_length(&a->ip));
	nl_put(&m, IFA_ADDRESS, a->ip.bytes, ip_length(&a->ip));
	if (add && a->ip.family == 4 && a->prefix < 31) {
		for (unsigned int bit = a->prefix; bit < 32; bit++)
			broadcast.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		nl_put(&m, IFA_BROADCAST, broadcast.bytes, 4);
	}
	if (netlink_request(&k->route, &m) == 0)
		return 0;
	/* Removing what went by itself (a secondary address with its primary one) is done. */
	return !add && errno == EADDRNOTAVAIL ? 0 : -1;
}

static int do_route(struct kernel *k, const struct route *r, bool add)
{
	struct rtmsg info = {
		.rtm_family = family_of(&r->gateway),
		.rtm_dst_len = r->prefix,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = add ? ROUTE_PROTOCOL : RTPROT_UNSPEC,
		.rtm_scope = add ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE,
		.rtm_type = add ? RTN_UNICAST : RTN_UNSPEC,
	};
	struct nl_msg m = { .len = 0 };

	nl_begin(&m, add ? RTM_NEWROUTE : RTM_DELROUTE, add ? NLM_F_CREATE | NLM_F_REPLACE : 0,
		 &info, sizeof(info));
	if (r->net.family)
		nl_put(&m, RTA_DST, r->net.bytes, ip_length(&r->net));
	nl_put(&m, RTA_GATEWAY, r->gateway.bytes, ip_length(&r->gateway));
	nl_put_u32(&m, RTA_OIF, (uint32_t)link_index(r->link));
	nl_put_u32(&m, RTA_PRIORITY, r->metric);
	if (netlink_request(&k->route, &m) == 0)
		return 0;
	return !add && errno == ESRCH ? 0 : -1;
}

/* ---- steps ------------------------------------------------------------------------------- */

static int step_do(struct kernel *k, const struct step *s)
{
	const struct link *l = &s->link;

	switch (s->kind) {
	case STEP_DELETE: return do_delete(k, l->name);
	case STEP_RELEASE: return do_master(k, l, "", false);
	case STEP_CREATE: return do_create(k, l);
	case STEP_IPV6: return do_ipv6(l);
	case STEP_MAC: return link_set(k, l->name, 0, 0, IFLA_ADDRESS, l->mac, 6);
	case STEP_MTU: return do_mtu(k, l);
	case STEP_ENSLAVE: return do_master(k, l, l->master, s->down_first);
	case STEP_UP: return link_set(k, l->name, IFF_UP, IFF_UP, 0, NULL, 0);
	case STEP_ADDRESS_DELETE: return do_address(k, &s->address, false);
	case STEP_ADDRESS_ADD: return do_address(k, &s->address, true);
	case STEP_ROUTE_DELETE: return do_route(k, &s->route, false);
	case STEP_ROUTE_ADD: return do_route(k, &s->route, true);
	}
	errno = EINVAL;
	return -1;
}

int kernel_do(struct kernel *k, const struct step *s, struct reason *why)
{
	struct buf text = { 0 };
	int error;

	k->route.said[0] = '\0';
	if (step_do(k, s) == 0)
		return 0;
	error = errno;
	step_print(s, &text);
	reason_set(why, "%s: %s%s%s", text.data ? text.data : "", strerror(error),
		   k->route.said[0] ? ": " : "", k->route.said);
	buf_free(&text);
	return -1;
}

/* ---- neighbours -------------------------------------------------------------------------- */

static void neighbour_message(struct nl_msg *m, uint16_t type, uint16_t flags,
			      const struct route *r, uint16_t state, uint8_t ndm_flags)
{
	struct ndmsg info = {
		.ndm_family = family_of(&r->gateway),
		.ndm_ifindex = link_index(r->link),
		.ndm_state = state,
		.ndm_flags = ndm_flags,
	};

	nl_begin(m, type, flags, &info, sizeof(info));
	nl_put(m, NDA_DST, r->gateway.bytes, ip_length(&r->gateway));
}

void kernel_neighbour_forget(struct kernel *k, const struct route *r)
{
	struct nl_msg drop = { .len = 0 };

	if (!link_index(r->link))
		return;
	neighbour_message(&drop, RTM_DELNEIGH, 0, r, 0, 0);
	netlink_request(&k->route, &drop);
}

int kernel_neighbour_ask(struct kernel *k, const struct route *r)
{
	struct nl_msg ask = { .len = 0 };

	if (!link_index(r->link))
		return -1;
	neighbour_message(&ask, RTM_NEWNEIGH, NLM_F_CREATE, r, NUD_NONE, NTF_USE);
	return netlink_request(&k->route, &ask);
}

struct neighbour {
	const struct route *route;
	int index;
	bool reachable;
};

static int take_neighbour(void *context, const struct nlmsghdr *h)
{
	const struct ndmsg *info = NLMSG_DATA(h);
	const struct nlattr *a[NDA_LLADDR + 1];
	struct neighbour *n = context;

	if (h->nlmsg_type != RTM_NEWNEIGH || h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return 0;
	nl_parse_message(a, NDA_LLADDR, h, sizeof(*info));
	if (info->ndm_ifindex == n->index && info->ndm_state & (NUD_REACHABLE | NUD_PERMANENT) &&
	    nla_length(a[NDA_DST]) == ip_length(&n->route->gateway) &&
	    memcmp(nla_bytes(a[NDA_DST]), n->route->gateway.bytes, nla_length(a[NDA_DST])) == 0)
		n->reachable = true;
	return 0;
}

bool kernel_neighbour_answers(struct kernel *k, const struct route *r)
{
	struct ndmsg info = { .ndm_family = family_of(&r->gateway) };
	struct neighbour n = { .route = r, .index = link_index(r->link) };
	struct nl_msg m = { .len = 0 };

	nl_begin(&m, RTM_GETNEIGH, 0, &info, sizeof(info));
	return n.index && netlink_dump(&k->route, &m, take_neighbour, &n) == 0 && n.reachable;
}
