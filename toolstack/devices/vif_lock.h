// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Source locking: a guest's interface sends only with its own Ethernet address, and, where IP
 * addresses are given, only with those. Made of nf_tables rules on the interface itself, in front
 * of the bridge; they go with it.
 */
#ifndef DEVICES_VIF_LOCK_H
#define DEVICES_VIF_LOCK_H

#include "lib/log.h"
#include "lib/ip.h"

#define VIF_LOCK_MAX_ADDRESSES 16

/*
 * Replaces what was locked before, without a gap. ips may be none: then any IP address may be used.
 * Else: those, DHCP (if there is an IPv4 address among them), and the link-local IPv6 address that
 * belongs to mac (if there is an IPv6 one); no router advertisements. -1 with the reason.
 */
int vif_lock_set(const char *vif, const uint8_t mac[6], const struct ip *ips, size_t nr,
		 struct reason *why);
/* Not locked before: nothing happens. */
int vif_lock_clear(const char *vif, struct reason *why);

#endif
