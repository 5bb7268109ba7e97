// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel says of disks that fail. Lines are foreign: guests and devices have a part in
 * them.
 */
#ifndef ALERTS_KERNEL_LOG_H
#define ALERTS_KERNEL_LOG_H

#include <stdbool.h>
#include <stddef.h>

#define KERNEL_DEVICE 32

/* A record of /dev/kmsg: whether it tells of a disk's error, and the name of that disk. */
bool kernel_disk_error(const char *record, size_t len, char device[KERNEL_DEVICE]);

#endif
