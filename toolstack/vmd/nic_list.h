// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef VMD_NIC_LIST_H
#define VMD_NIC_LIST_H

#include <jansson.h>

/* What host.info tells of each card: name, mac, speed, carrier, mtu, pci, driver. */
json_t *nic_list(void);

#endif
