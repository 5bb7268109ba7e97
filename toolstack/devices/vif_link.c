// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One rtnetlink message changes everything at once. Linux takes its parts in the order that is
 * needed: MTU, name, bridge, up.
 */
#include "devices/vif_link.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/bytes.h"

#define ANSWER_SECONDS 10

int vif_link_bridge(const char *bridge, unsigned int *mtu, struct reason *why)
{
	struct buf text = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s/bridge", bridge);
	if (access(path, F_OK) < 0) {
		snprintf(path, sizeof(path), "/sys/class/net/%s", bridge);
		if (access(path, F_OK) == 0)
			return reason_set(why, "bridge=%s: that interface is no bridge", bridge);
		return reason_set(why, "bridge=%s: there is no such bridge", bridge);
	}
	snprintf(path, sizeof(path), "/sys/class/net/%s/mtu", bridge);
	*mtu = 1500;
	if (buf_read_file(&text, path, 16) == 0 && text.data)
		*mtu = (unsigned int)strtoul(text.data, NULL, 10);
	buf_free(&text);
	return 0;
}

struct message {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[128];
};

static void add(struct message *m, unsigned short type, const void *data, size_t len)
{
	struct rtattr *a = (struct rtattr *)((char *)m + NLMSG_ALIGN(m->header.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	m->header.nlmsg_len = NLMSG_ALIGN(m->header.nlmsg_len) + RTA_ALIGN(a->rta_len);
}

/* Sends one and waits for its acknowledgement. Returns -1 with errno. */
static int ask(struct message *m)
{
	const struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char more[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t len;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	len = send(fd, m, m->header.nlmsg_len, 0);
	if (len >= 0)
		len = recv(fd, &answer, sizeof(answer), 0);
	close(fd);
	if (len < 0)
		return -1;
	if ((size_t)len < NLMSG_LENGTH(sizeof(struct nlmsgerr)) ||
	    answer.header.nlmsg_type != NLMSG_ERROR) {
		errno = EPROTO;
		return -1;
	}
	errno = -answer.error.error;
	return answer.error.error ? -1 : 0;
}

int vif_link_set(const struct vif_link *link, struct reason *why)
{
	uint32_t bridge = if_nametoindex(link->bridge);
	uint32_t mtu = link->mtu;
	struct message m = {
		.header.nlmsg_len = NLMSG_LENGTH(sizeof(struct ifinfomsg)),
		.header.nlmsg_type = RTM_NEWLINK,
		.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.header.nlmsg_seq = 1,
		.info.ifi_flags = IFF_UP,
		.info.ifi_change = IFF_UP,
	};

	m.info.ifi_index = (int)if_nametoindex(link->name);
	if (m.info.ifi_index == 0)
		return reason_errno(why, "%s", link->name);
	if (bridge == 0)
		return reason_errno(why, "bridge=%s", link->bridge);
	add(&m, IFLA_MTU, &mtu, sizeof(mtu));
	if (link->rename && *link->rename)
		add(&m, IFLA_IFNAME, link->rename, strlen(link->rename) + 1);
	add(&m, IFLA_MASTER, &bridge, sizeof(bridge));
	if (ask(&m) < 0)
		return reason_errno(why, "%s: putting it on the bridge %s%s%s, with an MTU of %u",
				    link->name, link->bridge,
				    link->rename && *link->rename ? " as " : "",
				    link->rename ? link->rename : "", link->mtu);
	return 0;
}
