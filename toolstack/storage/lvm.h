// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calling LVM. Its configuration is ours, given with every command: it never looks for volume
 * groups on what belongs to guests (volumes, loop devices, network block devices), waits for no
 * udev, and keeps no archive in memory.
 */
#ifndef TOOLSTACK_STORAGE_LVM_H
#define TOOLSTACK_STORAGE_LVM_H

#include "storage/error.h"
#include "storage/lvm_report.h"

#define LVM_MAX_ARGS 32

/* lvm_run(e, "lvremove", "-y", "vg/lv", NULL) */
int lvm_run(struct sr_error *e, const char *command, ...) __attribute__((sentinel));
/* The same, its output appended to out. */
int lvm_query(struct buf *out, struct sr_error *e, const char *command, ...)
	__attribute__((sentinel));

/* All groups, or of one disk (none: no error). Free with lvm_report_free(). */
int lvm_groups(struct lvm_report *r, const char *device, struct sr_error *e);
/* All volumes of a group that exists. */
int lvm_volumes(struct lvm_report *r, const char *group, struct sr_error *e);
/* That group alone. */
int lvm_group(struct lvm_report *r, const char *group, struct sr_error *e);

#endif
