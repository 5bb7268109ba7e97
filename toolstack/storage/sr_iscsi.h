// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories on a disk of an iSCSI target: thick LVM on what the session brings.
 */
#ifndef TOOLSTACK_STORAGE_SR_ISCSI_H
#define TOOLSTACK_STORAGE_SR_ISCSI_H

#include "storage/sr.h"

/* The disk that it is on now, "/dev/sdb"; refused if there is no session or no such disk. */
int sr_iscsi_disk(const struct sr *sr, char disk[STORAGE_PATH], struct sr_error *e);

#endif
