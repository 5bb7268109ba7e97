// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading the kernel's links, addresses and routes. What a NIC is: an Ethernet interface
 * with a device behind it that is neither a guest's, nor a virtual function meant for one, nor a
 * radio, which no bridge can hold.
 */
#include <errno.h>
#include <limits.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "network/kernel.h"

#define READ_TRIES 5

struct reading {
	struct kernel *kernel;
	struct net *net;
	struct nics *nics;
	struct reason *why;
	/* By place in net: master and parent as numbers, until all names are known. */
	int masters[NET_MAX_LINKS], parents[NET_MAX_LINKS];
};

/* ---- NICs -------------------------------------------------------------------------------- */

static bool sysfs_has(const struct kernel *k, const char *name, const char *what)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/%s", k->root, name, what);
	return access(path, F_OK) == 0;
}

/* Of a card that has several interfaces at one address. */
static unsigned int sysfs_port(const struct kernel *k, const char *name)
{
	char path[PATH_MAX];
	unsigned int port = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/dev_port", k->root, name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%u", &port) != 1)
		port = 0;
	fclose(f);
	return port;
}

static bool is_guests(const struct kernel *k, const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/device/subsystem", k->root, name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return false;
	target[len] = '\0';
	return strstr(target, "/xen-backend") != NULL;
}

static bool nic_read(const struct kernel *k, const char *name, const uint8_t mac[6],
		     struct nics *nics)
{
	static const char devices[] = "/sys/devices";
	char path[PATH_MAX], real[PATH_MAX];
	struct nic *nic = &nics->list[nics->nr];
	const char *place;

	snprintf(path, sizeof(path), "%s/sys/class/net/%s/device", k->root, name);
	if (nics->nr == NICS_MAX || !realpath(path, real) || is_guests(k, name) ||
	    sysfs_has(k, name, "device/physfn") || sysfs_has(k, name, "phy80211"))
		return false;
	place = strstr(real, devices);
	memset(nic, 0, sizeof(*nic));
	snprintf(nic->name, sizeof(nic->name), "%s", name);
	snprintf(nic->path, sizeof(nic->path), "%.*s", NIC_PATH - 1,
		 place ? place + strlen(devices) : real);
	memcpy(nic->mac, mac, 6);
	nic->port = sysfs_port(k, name);
	nics->nr++;
	return true;
}

/* ---- links ------------------------------------------------------------------------------- */

static enum ipv6_mode ipv6_read(const struct nlattr *spec)
{
	const struct nlattr *families[AF_INET6 + 1], *inet6[IFLA_INET6_CONF + 1];
	const int32_t *conf;
	size_t nr;

	if (!spec)
		return IPV6_OFF;
	nl_parse(families, AF_INET6, nla_bytes(spec), nla_length(spec));
	if (!families[AF_INET6])
		return IPV6_OFF;
	nl_parse(inet6, IFLA_INET6_CONF, nla_bytes(families[AF_INET6]),
		 nla_length(families[AF_INET6]));
	nr = nla_length(inet6[IFLA_INET6_CONF]) / sizeof(*conf);
	if (nr <= DEVCONF_DISABLE_IPV6)
		return IPV6_OFF;
	conf = nla_bytes(inet6[IFLA_INET6_CONF]);
	if (conf[DEVCONF_DISABLE_IPV6])
		return IPV6_OFF;
	return conf[DEVCONF_ACCEPT_RA] ? IPV6_SLAAC : IPV6_STATIC;
}

static void kind_read(struct link *l, const struct nlattr *info)
{
	const struct nlattr *about[IFLA_INFO_DATA + 1], *data[IFLA_BOND_MODE + 1];
	char kind[32];

	if (!info)
		return;
	nl_parse(about, IFLA_INFO_DATA, nla_bytes(info), nla_length(info));
	nla_text(about[IFLA_INFO_KIND], kind, sizeof(kind));
	if (strcmp(kind, "bridge") == 0) {
		l->kind = LINK_BRIDGE;
	} else if (strcmp(kind, "vlan") == 0 && about[IFLA_INFO_DATA]) {
		l->kind = LINK_VLAN;
		nl_parse(data, IFLA_BOND_MODE, nla_bytes(about[IFLA_INFO_DATA]),
			 nla_length(about[IFLA_INFO_DATA]));
		l->vlan = nla_u16(data[IFLA_VLAN_ID]);
	} else if (strcmp(kind, "bond") == 0 && about[IFLA_INFO_DATA]) {
		l->kind = LINK_BOND;
		nl_parse(data, IFLA_BOND_MODE, nla_bytes(about[IFLA_INFO_DATA]),
			 nla_length(about[IFLA_INFO_DATA]));
		l->mode = nla_u8(data[IFLA_BOND_MODE]);
	}
}

static void mac_read(uint8_t mac[6], const struct nlattr *a)
{
	if (nla_length(a) == 6)
		memcpy(mac, nla_bytes(a), 6);
}

static int take_link(void *context, const struct nlmsghdr *h)
{
	const struct ifinfomsg *info = NLMSG_DATA(h);
	const struct nlattr *a[IFLA_PERM_ADDRESS + 1];
	struct reading *r = context;
	uint8_t permanent[6];
	char name[LINK_NAME];
	struct link *l;

	if (h->nlmsg_type != RTM_NEWLINK || h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) ||
	    info->ifi_type != ARPHRD_ETHER)
		return 0;
	nl_parse_message(a, IFLA_PERM_ADDRESS, h, sizeof(*info));
	nla_text(a[IFLA_IFNAME], name, sizeof(name));
	l = net_add_link(r->net, name, LINK_OTHER);
	if (!l)
		return reason_set(r->why, "more than %d interfaces", NET_MAX_LINKS);
	l->index = info->ifi_index;
	l->up = info->ifi_flags & IFF_UP;
	l->carrier = nla_u8(a[IFLA_CARRIER]);
	l->ours = nla_u32(a[IFLA_GROUP]) == LINK_GROUP;
	l->mtu = nla_u32(a[IFLA_MTU]) > UINT16_MAX ? UINT16_MAX : (uint16_t)nla_u32(a[IFLA_MTU]);
	l->ipv6 = ipv6_read(a[IFLA_AF_SPEC]);
	mac_read(l->mac, a[IFLA_ADDRESS]);
	kind_read(l, a[IFLA_LINKINFO]);
	memcpy(permanent, l->mac, 6);
	mac_read(permanent, a[IFLA_PERM_ADDRESS]);
	if (l->kind == LINK_OTHER && nic_read(r->kernel, name, permanent, r->nics))
		l->kind = LINK_NIC;
	r->masters[l - r->net->links] = (int)nla_u32(a[IFLA_MASTER]);
	r->parents[l - r->net->links] = l->kind == LINK_VLAN ? (int)nla_u32(a[IFLA_LINK]) : 0;
	return 0;
}

static void names_resolve(struct reading *r)
{
	for (size_t i = 0; i < r->net->nr_links; i++) {
		const struct link *master = net_link_by_index(r->net, r->masters[i]);
		const struct link *parent = net_link_by_index(r->net, r->parents[i]);

		if (r->masters[i] && master)
			memcpy(r->net->links[i].master, master->name, LINK_NAME);
		if (r->parents[i] && parent)
			memcpy(r->net->links[i].parent, parent->name, LINK_NAME);
	}
}

/* ---- addresses and routes ---------------------------------------------------------------- */

static bool ip_read(struct ip *ip, uint8_t family, const struct nlattr *a)
{
	memset(ip, 0, sizeof(*ip));
	ip->family = family == AF_INET ? 4 : family == AF_INET6 ? 6 : 0;
	if (!ip->family || nla_length(a) != ip_length(ip))
		return false;
	memcpy(ip->bytes, nla_bytes(a), nla_length(a));
	return true;
}

/* Those that routers and the kernel hand out come and go by themselves: not for the picture. */
static int take_address(void *context, const struct nlmsghdr *h)
{
	const struct ifaddrmsg *info = NLMSG_DATA(h);
	const struct nlattr *a[IFA_FLAGS + 1];
	struct reading *r = context;
	const struct link *l;
	struct ip ip;

	if (h->nlmsg_type != RTM_NEWADDR || h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return 0;
	nl_parse_message(a, IFA_FLAGS, h, sizeof(*info));
	l = net_link_by_index(r->net, (int)info->ifa_index);
	if (!l || !ip_read(&ip, info->ifa_family, a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS]))
		return 0;
	if (ip.family == 6 && (ip_is_link_local(&ip) || !(nla_u32(a[IFA_FLAGS]) & IFA_F_PERMANENT)))
		return 0;
	if (!net_add_address(r->net, l->name, &ip, info->ifa_prefixlen))
		return reason_set(r->why, "more than %d addresses", NET_MAX_ADDRESSES);
	return 0;
}

/* Default routes, whoever made them; others only if they are ours. */
static int take_route(void *context, const struct nlmsghdr *h)
{
	const struct rtmsg *info = NLMSG_DATA(h);
	const struct nlattr *a[RTA_TABLE + 1];
	struct reading *r = context;
	struct route route = { .metric = 0 };
	const struct link *l;

	if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) ||
	    info->rtm_type != RTN_UNICAST || info->rtm_protocol == RTPROT_RA ||
	    info->rtm_flags & RTM_F_CLONED ||
	    (info->rtm_dst_len && info->rtm_protocol != ROUTE_PROTOCOL))
		return 0;
	nl_parse_message(a, RTA_TABLE, h, sizeof(*info));
	l = net_link_by_index(r->net, (int)nla_u32(a[RTA_OIF]));
	if (nla_u32(a[RTA_TABLE]) != RT_TABLE_MAIN || !l ||
	    !ip_read(&route.gateway, info->rtm_family, a[RTA_GATEWAY]) ||
	    (info->rtm_dst_len && !ip_read(&route.net, info->rtm_family, a[RTA_DST])))
		return 0;
	memcpy(route.link, l->name, LINK_NAME);
	route.prefix = info->rtm_dst_len;
	route.metric = nla_u32(a[RTA_PRIORITY]);
	if (!net_add_route(r->net, &route))
		return reason_set(r->why, "more than %d routes", NET_MAX_ROUTES);
	return 0;
}

static int dump(struct reading *r, uint16_t type, const void *header, size_t len,
		int (*take)(void *, const struct nlmsghdr *), const char *what)
{
	static struct nl_msg m;
	uint32_t mask = RTEXT_FILTER_SKIP_STATS;

	m = (struct nl_msg){ 0 };
	nl_begin(&m, type, 0, header, len);
	if (type == RTM_GETLINK)
		nl_put_u32(&m, IFLA_EXT_MASK, mask);
	r->why->text[0] = '\0';
	if (netlink_dump(&r->kernel->route, &m, take, r) == 0)
		return 0;
	return r->why->text[0] ? -1 : reason_errno(r->why, "reading %s", what);
}

static int read_once(struct reading *r)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg address = { .ifa_family = AF_UNSPEC };

	memset(r->net, 0, sizeof(*r->net));
	memset(r->nics, 0, sizeof(*r->nics));
	if (dump(r, RTM_GETLINK, &link, sizeof(link), take_link, "links") < 0)
		return -1;
	names_resolve(r);
	if (dump(r, RTM_GETADDR, &address, sizeof(address), take_address, "addresses") < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		struct rtmsg route = { .rtm_family = i ? AF_INET6 : AF_INET };

		if (dump(r, RTM_GETROUTE, &route, sizeof(route), take_route, "routes") < 0)
			return -1;
	}
	return 0;
}

int kernel_read(struct kernel *k, struct net *net, struct nics *nics, struct reason *why)
{
	static struct reading r;
	int rc;

	r = (struct reading){ .kernel = k, .net = net, .nics = nics, .why = why };
	/* While guests come and go a picture may be torn; not many in a row. */
	for (int i = 0; i < READ_TRIES; i++) {
		errno = 0;
		rc = read_once(&r);
		if (rc == 0 || errno != EINTR)
			break;
	}
	return rc;
}
