// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One rtnetlink message changes everything at once. Linux takes its parts in the order that is
 * needed: MTU, name, bridge, up.
 */
#include "devices/vif_link.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/bytes.h"
#include "lib/netlink.h"

unsigned int vif_link_bridge_mtu(const char *bridge)
{
	struct buf text = { 0 };
	unsigned int mtu = 1500;
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", bridge);
	if (buf_read_file(&text, path, 16) == 0 && text.data)
		mtu = (unsigned int)strtoul(text.data, NULL, 10);
	buf_free(&text);
	return mtu;
}

/* Sends one message. Returns -1 with errno. */
static int ask(struct nl_msg *m)
{
	struct netlink nl;
	int rc;

	if (netlink_open(&nl, NETLINK_ROUTE, 0) < 0)
		return -1;
	rc = netlink_request(&nl, m);
	netlink_close(&nl);
	return rc;
}

int vif_link_set(const struct vif_link *link, struct reason *why)
{
	uint32_t bridge = if_nametoindex(link->bridge);
	struct ifinfomsg info = {
		.ifi_index = (int)if_nametoindex(link->name),
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	bool renamed = link->rename && *link->rename;
	struct nl_msg m = { .len = 0 };

	if (info.ifi_index == 0)
		return reason_errno(why, "%s", link->name);
	if (bridge == 0)
		return reason_errno(why, "bridge=%s", link->bridge);
	nl_begin(&m, RTM_NEWLINK, 0, &info, sizeof(info));
	nl_put_u32(&m, IFLA_MTU, link->mtu);
	if (renamed)
		nl_put_string(&m, IFLA_IFNAME, link->rename);
	nl_put_u32(&m, IFLA_MASTER, bridge);
	if (ask(&m) < 0)
		return reason_errno(why, "%s: putting it on the bridge %s%s%s, with an MTU of %u",
				    link->name, link->bridge, renamed ? " as " : "",
				    renamed ? link->rename : "", link->mtu);
	return 0;
}
