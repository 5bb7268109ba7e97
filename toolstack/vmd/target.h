// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the disks are that arguments name: a VDI is found in its repository and made usable, a path
 * is followed to where it really leads.
 */
#ifndef VMD_TARGET_H
#define VMD_TARGET_H

#include "vmd/call.h"

#define TARGET_MAX 512

/* Of an object with "vdi" or "path"; "" if it has neither. -1: the call has failed. */
int target_find(struct call *c, const json_t *disk, char path[TARGET_MAX]);
/* A path that leads, also by way of links, to below one of these folders. */
int target_check_path(struct call *c, const char *path, const char *const *folders,
		      char real[TARGET_MAX]);
/* The VDI that an object {sr, vdi} names. */
struct sr;
struct vdi;
int target_vdi(struct call *c, const json_t *which, struct sr *sr, struct vdi *v);

#endif
