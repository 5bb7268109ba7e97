// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Xen leaves to hotplug scripts: an interface that the kernel's back end has made is put where
 * it belongs. In the control domain, or in a driver domain.
 */
#ifndef DEVICES_VIF_UP_H
#define DEVICES_VIF_UP_H

#include "devices/device_store.h"

/*
 * Waits for the interface, which is of this domain; then bridge, MTU, name and lock, and it is up.
 * Returns -1 with the reason.
 */
int vif_up(const struct device_id *id, const struct vif_config *v, const char *bridge,
	   unsigned int mtu, struct reason *why);

#endif
