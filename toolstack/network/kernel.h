// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's networks: reading them into a picture, and doing the steps of a plan. Links,
 * addresses and routes by rtnetlink; IPv6 switches by /proc/sys; what a NIC is, by sysfs.
 */
#ifndef NETWORK_KERNEL_H
#define NETWORK_KERNEL_H

#include <linux/rtnetlink.h>

#include "lib/netlink.h"
#include "network/nics.h"
#include "network/plan.h"

#define ROUTE_PROTOCOL RTPROT_STATIC /* by which we know our own routes */

struct kernel {
	struct netlink route;
	const char *root; /* in front of /sys: "" but in tests */
};

int kernel_open(struct kernel *k, const char *root, struct reason *why);

/* Fills both; nics get no numbers yet. -1 with the reason. */
int kernel_read(struct kernel *k, struct net *net, struct nics *nics, struct reason *why);

/* -1 with what failed and why. */
int kernel_do(struct kernel *k, const struct step *s, struct reason *why);
int kernel_rename(struct kernel *k, const char *from, const char *to, struct reason *why);

/* What holds for links that appear later, and for all: called once at the start. */
void kernel_prepare(void);
int kernel_forwarding(bool on, struct reason *why);

/* Drops what is known of a gateway; asks whether it is there; tells if it has answered. */
void kernel_neighbour_forget(struct kernel *k, const struct route *r);
int kernel_neighbour_ask(struct kernel *k, const struct route *r);
bool kernel_neighbour_answers(struct kernel *k, const struct route *r);

#endif
