// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VLANs of the wire that a bridge is on: each is a network of its own here, with a bridge of its
 * own (docs/networks.md). This finds it.
 */
#ifndef DEVICES_VIF_VLAN_H
#define DEVICES_VIF_VLAN_H

#include <net/if.h>

#include "lib/log.h"

/*
 * The bridge that bridge=NAME with vlan=N means: NAME itself for 0. Where there is no interface
 * NAME that ends in ".N", that is BRIDGE.N. root: "" but in tests. Returns -1 with the reason.
 */
int vif_vlan_bridge(const char *root, const char *name, unsigned int vlan, char bridge[IFNAMSIZ],
		    struct reason *why);

#endif
