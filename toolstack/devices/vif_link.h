// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control domain's end of a guest's interface, as a network interface here: its bridge, name
 * and MTU.
 */
#ifndef DEVICES_VIF_LINK_H
#define DEVICES_VIF_LINK_H

#include "lib/log.h"

struct vif_link {
	const char *name;   /* as the back end made it */
	const char *rename; /* NULL or "": it keeps its name */
	const char *bridge;
	unsigned int mtu;
};

unsigned int vif_link_bridge_mtu(const char *bridge);
/* All of that, and up. Returns -1 with the reason. */
int vif_link_set(const struct vif_link *link, struct reason *why);

#endif
