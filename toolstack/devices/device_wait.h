// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Waiting, with an end to it, for what the kernels at both ends write into the store.
 */
#ifndef DEVICES_DEVICE_WAIT_H
#define DEVICES_DEVICE_WAIT_H

#include "devices/device_store.h"

/* How many of them, from the first on, have a back end of the same kind in the same domain. */
size_t device_alike(const struct device_id *ids, size_t nr);
/*
 * Waits until done() holds for each of these devices, which are alike and of one domain. False:
 * not in time, or the store is gone.
 */
bool device_wait(struct store *s, const struct device_id *ids, size_t nr,
		 bool (*done)(struct store *s, const struct device_id *id), unsigned int ms);

/*
 * For what no watch tells of: looks again after a millisecond, then less and less often. False: not
 * in time.
 */
bool device_look(bool (*there)(const void *arg), const void *arg, unsigned int ms);

#endif
