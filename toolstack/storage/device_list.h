// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disks of this host, and the partitions on them: what somebody can choose from who wants a
 * repository. Removable drives for discs, and what shows files or parts of others, are left out.
 */
#ifndef TOOLSTACK_STORAGE_DEVICE_LIST_H
#define TOOLSTACK_STORAGE_DEVICE_LIST_H

#include "storage/device.h"

#define DEVICES_MAX  256
#define DEVICE_SMALL (64ull << 20) /* too small for a repository */

struct device_entry {
	char path[64];  /* /dev/sda1 */
	char disk[64];  /* /dev/sda, of a partition; else "" */
	char model[64]; /* of a disk, as it calls itself; or "" */
	char serial[64];
	bool removable;
	struct device_report report;
};

/* Their number; the caller frees *list. -1 with the reason. */
int device_list(struct device_entry **list, struct sr_error *e);
/* Nobody uses it, and it can be written: it may become a repository, though not be empty. */
bool device_is_free(const struct device_entry *d);

#endif
