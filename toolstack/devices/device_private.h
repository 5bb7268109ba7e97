// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the files of devices.h share.
 */
#ifndef DEVICES_DEVICE_PRIVATE_H
#define DEVICES_DEVICE_PRIVATE_H

#include "devices/device_store.h"

/* True with the reason, which names who has it. */
bool device_mac_taken(struct store *s, const uint8_t mac[6], struct reason *why);

/*
 * Removes devices of one domain, sorted by kind, without asking the guest, and waits until the back
 * ends have let go. Returns -1 with the reason if one does not; it is removed all the same.
 */
int devices_take_back(struct store *s, const struct device_id *ids, size_t nr, struct reason *why);

#endif
