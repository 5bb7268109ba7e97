// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /etc/resolv.conf: the name servers that the host asks, and where it looks for short names.
 */
#ifndef NETWORK_RESOLV_H
#define NETWORK_RESOLV_H

#include "network/host.h"

/* Writes it if it is to be another than the last time. A failure is logged, and tried again. */
void resolv_update(struct host *h);

#endif
