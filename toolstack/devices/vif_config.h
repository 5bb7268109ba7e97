// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What xl-network-configuration(5) says about one network interface: key=value, separated by
 * commas. Fuzz entry point: vif_config_parse() with any bytes.
 */
#ifndef DEVICES_VIF_CONFIG_H
#define DEVICES_VIF_CONFIG_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "devices/vif_lock.h"
#include "lib/bytes.h"
#include "lib/ip.h"
#include "lib/log.h"

#define VIF_BRIDGE_DEFAULT "xenbr0"
#define VIF_BACKEND_MAX    63 /* as long as a domain's name */
#define VIF_IP_MAX         255
#define VIF_VLAN_MAX       4094
#define VIF_MTU_MIN        68
#define VIF_MTU_MAX        65517 /* what netback carries behind an Ethernet header */

/* Which source addresses the guest may send from. */
enum vif_locking {
	VIF_UNLOCKED,
	VIF_LOCKED_MAC, /* its MAC */
	VIF_LOCKED,     /* that, and the addresses in ip */
};

struct vif_config {
	uint8_t mac[6];
	bool has_mac;
	int devid; /* -1: the next that is free */
	char backend[VIF_BACKEND_MAX +
		     1];         /* name or id of a driver domain; "": the control domain */
	char bridge[IFNAMSIZ];   /* in that domain */
	char name[IFNAMSIZ];     /* there; "": vif<domain>.<devid> */
	char ip[VIF_IP_MAX + 1]; /* addresses separated by blanks; "": not told */
	enum vif_locking locking;
	unsigned int vlan;   /* of the wire that the bridge is on; 0: untagged */
	unsigned int mtu;    /* 0: the bridge's */
	uint64_t rate_bytes; /* that the guest may send in each rate_usec; 0: no limit */
	uint64_t rate_usec;
};

/* source and line are where the text comes from, for messages. Returns -1 with the reason. */
int vif_config_parse(struct vif_config *v, const char *source, unsigned int line, const char *text,
		     struct reason *why);
/* The addresses in v->ip; returns how many. */
size_t vif_config_addresses(const struct vif_config *v, struct ip ips[VIF_LOCK_MAX_ADDRESSES]);
const char *vif_locking_name(enum vif_locking locking);
/* False if it is none of these names. */
bool vif_locking_parse(const char *name, enum vif_locking *locking);
/* The same as text that vif_config_parse() reads back. */
void vif_config_print(const struct vif_config *v, struct buf *text);

#endif
