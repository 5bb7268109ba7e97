// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef DEVICES_QCOW2_TARGET_H
#define DEVICES_QCOW2_TARGET_H

#include "devices/disk_target.h"

/* disk_target_open() for an image in a plain file. */
int qcow2_target_open(struct disk_target *t, unsigned int domid, const struct disk_config *d,
		      struct store *s, struct reason *why);

#endif
