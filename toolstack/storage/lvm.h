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

#define LVM_MAX_ARGS 40

/* Command and arguments, ending with NULL; its output is appended to out, if that is not NULL. */
int lvm_start(struct buf *out, struct sr_error *e, const char *const args[]);

/* lvm_run(e, "lvremove", "-y", "vg/lv") */
#define lvm_run(e, ...)        lvm_start(NULL, e, (const char *const[]){ __VA_ARGS__, NULL })
#define lvm_query(out, e, ...) lvm_start(out, e, (const char *const[]){ __VA_ARGS__, NULL })

/* All groups, or of one disk (none: no error). Free with lvm_report_free(). */
int lvm_groups(struct lvm_report *r, const char *device, struct sr_error *e);
/* All volumes of a group that exists. */
int lvm_volumes(struct lvm_report *r, const char *group, struct sr_error *e);
/* That group alone. */
int lvm_group(struct lvm_report *r, const char *group, struct sr_error *e);

#endif
