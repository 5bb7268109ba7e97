// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DHCP programs that run for us: BusyBox's udhcpc on each network whose address comes by DHCP,
 * its udhcpd on each NAT network. They are started, ended and restarted here; udhcpc calls this
 * program back with what it got (lease_main()).
 */
#ifndef NETWORK_DHCP_H
#define NETWORK_DHCP_H

#include <sys/types.h>

#include "network/host.h"

/* Starts and ends programs as the host wants it now. */
void dhcp_update(struct host *h);
/* Some have ended; they are started again by dhcp_update(), after a while. */
void dhcp_reap(void);
/* Seconds until dhcp_update() has something to restart; -1: nothing. */
double dhcp_wait(void);
void dhcp_stop(void);

/* Set for udhcpc, and so for us when it calls. */
#define DHCP_ENVIRONMENT "SOCLE_NETWORK_ROOT"

#endif
