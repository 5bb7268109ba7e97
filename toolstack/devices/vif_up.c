// SPDX-License-Identifier: GPL-2.0-or-later
/* See vif_up.h. */
#include "devices/vif_up.h"

#include <stdio.h>
#include <unistd.h>

#include "devices/device_wait.h"
#include "devices/vif_link.h"

#define MADE_MS 20000 /* for the kernel to make it; it is milliseconds unless it is busy */

static bool is_there(const void *arg)
{
	return access(arg, F_OK) == 0;
}

/* Nothing can have been sent before: the back end is not connected yet. */
static int lock_vif(const struct vif_config *v, const char *name, struct reason *why)
{
	struct ip ips[VIF_LOCK_MAX_ADDRESSES];
	size_t nr = v->locking == VIF_LOCKED ? vif_config_addresses(v, ips) : 0;

	if (v->locking == VIF_UNLOCKED)
		return 0;
	/* None would mean: any. */
	if (v->locking == VIF_LOCKED && !nr)
		return reason_set(why, "%s: locked to addresses, but there are none", name);
	return vif_lock_set(name, v->mac, ips, nr, why);
}

int vif_up(const struct device_id *id, const struct vif_config *v, const char *bridge,
	   unsigned int mtu, struct reason *why)
{
	char name[IFNAMSIZ + 8], path[64];
	struct vif_link link = {
		.name = name,
		.rename = v->name,
		.bridge = bridge,
		.mtu = mtu,
	};

	snprintf(name, sizeof(name), "vif%u.%u", id->domid, id->devid);
	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	if (!device_look(is_there, path, MADE_MS))
		return reason_set(why, "%s: the kernel makes no %s", device_text(id), name);
	if (vif_link_set(&link, why) < 0)
		return -1;
	return lock_vif(v, v->name[0] ? v->name : name, why);
}
