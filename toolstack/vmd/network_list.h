// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef VMD_NETWORK_LIST_H
#define VMD_NETWORK_LIST_H

#include "vmd/call.h"

int do_network_list(struct call *c);
/* All that network.list, network.get and host.info tell of networks, to be compared. */
json_t *network_look(void);
/* The default gateway behind an interface, in the text of /proc/net/route. False: none. */
bool route_gateway(const char *table, const char *link, char gateway[16]);

#endif
