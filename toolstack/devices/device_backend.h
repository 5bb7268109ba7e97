// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Driver domains: other guests' interfaces have their back end in one, and it has the card. Each is
 * made with driver_domain = 1.
 */
#ifndef DEVICES_DEVICE_BACKEND_H
#define DEVICES_DEVICE_BACKEND_H

#include "devices/device_store.h"

/*
 * The running driver domain of that name or id ("": the control domain, which is 0), for an
 * interface of domid; DEVICE_EVERY_DOMAIN if there is no such domain yet. Returns -1 with the
 * reason.
 */
int device_backend_find(struct store *s, const char *name, unsigned int domid,
			unsigned int *backend, struct reason *why);

/*
 * Waits for a driver domain to have put a guest's interfaces on its bridges. What it answers is
 * looked at in two places, and for a limited time, however many they are. Returns -1 with the
 * reason.
 */
int device_backend_wait(struct store *s, const struct device_id *ids, size_t nr, const char *name,
			struct reason *why);

#endif
