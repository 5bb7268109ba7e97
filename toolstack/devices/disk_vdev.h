// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of disks in a guest, and the numbers that front and back end know them by: xvda1, sdb,
 * hdc2, d5p3 (disk 5, partition 3), or a number itself.
 */
#ifndef DEVICES_DISK_VDEV_H
#define DEVICES_DISK_VDEV_H

#include <stdbool.h>
#include <stdint.h>

/* False if that is no such name, or beyond what its kind has numbers for. */
bool disk_vdev_parse(const char *name, uint32_t *devid);

#endif
