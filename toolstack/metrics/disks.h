// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the host's own disks have read and written, which the kernel tells everybody.
 */
#ifndef METRICS_DISKS_H
#define METRICS_DISKS_H

#include <jansson.h>
#include <stdbool.h>

#define DISKS_MAX 48 /* two samples each */

/* {name: {read_bytes, write_bytes}} of /proc/diskstats's text: of disks, not of what is on them. */
json_t *disks_parse(const char *text, bool (*is_disk)(const char *name));
/* Of this machine, now. */
json_t *disks_read(void);

#endif
