// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calling LVM. Its configuration is ours, given with every command: it never looks for volume
 * groups on what belongs to guests (volumes, loop devices, network block devices), waits for no
 * udev, and keeps no archive in memory.
 */
#ifndef TOOLSTACK_STORAGE_LVM_H
#define TOOLSTACK_STORAGE_LVM_H

#include "storage/lvm_report.h"
#include "storage/sr.h"

#define LVM_MAX_ARGS 40

/*
 * Command and arguments, ending with NULL; its output is appended to out, if that is not NULL. A
 * command about a repository on iSCSI sees its disk and no other, and other commands see none of
 * those: a target that is silent keeps nobody waiting who does not use it.
 */
int lvm_start(const struct sr *sr, struct buf *out, struct sr_error *e, const char *const args[]);

/* lvm_run(sr, e, "lvremove", "-y", "vg/lv") */
#define lvm_args(...)              ((const char *const[]){ __VA_ARGS__, NULL })
#define lvm_run(sr, e, ...)        lvm_start(sr, NULL, e, lvm_args(__VA_ARGS__))
#define lvm_query(sr, out, e, ...) lvm_start(sr, out, e, lvm_args(__VA_ARGS__))

/* The group that a disk belongs to (none: no error). Free with lvm_report_free(). */
int lvm_groups(struct lvm_report *r, const struct sr *sr, const char *disk, struct sr_error *e);
/* All volumes of its group. */
int lvm_volumes(struct lvm_report *r, const struct sr *sr, struct sr_error *e);
/* Its group alone. */
int lvm_group(struct lvm_report *r, const struct sr *sr, struct sr_error *e);

#endif
