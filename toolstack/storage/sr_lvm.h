// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories that are volume groups: what the functions for groups (sr_lvm.c) and for volumes
 * (vdi_lvm.c) share.
 *
 *   tags of the group    sr=UUID sr-type=TYPE sr-name= sr-description= [sr-state=unfinished]
 *   tags of a volume     vdi=UUID name= description= time= [snapshot-of=UUID] [parent=UUID]
 *                        [state=unfinished|replacing]
 *                        (replacing: takes the place of the volume with the same vdi=, and is the
 *                        disk as soon as there is no other)
 *   LV-UUID              a disk's volume
 *   pool                 lvmthin: the thin pool
 *   wiping-UUID          thick: space on its way into the disk UUID that grows
 *
 * LVM writes a group's metadata as a whole, so each command happens or does not.
 */
#ifndef TOOLSTACK_STORAGE_SR_LVM_H
#define TOOLSTACK_STORAGE_SR_LVM_H

#include "storage/lvm.h"
#include "storage/private.h"

#define POOL_VOLUME   "pool"
#define WIPING_PREFIX "wiping-"
#define LVM_NAME      300  /* room for group/volume */
#define LVM_TAG       1100 /* room for a tag, however encoded */

static inline bool sr_lvm_is_thin(const struct sr *sr)
{
	return sr->type == &sr_type_lvmthin;
}

/* "group/volume" */
void lvm_name(const struct sr *sr, const char *volume, char name[LVM_NAME]);
/* key=value, encoded */
void lvm_tag(char out[LVM_TAG], const char *key, const char *value);

int lvm_available(struct sr_error *e);
/* An empty repository on that disk. */
int lvm_format_disk(struct sr *sr, const char *disk, const struct sr_options *how,
		    struct sr_error *e);
/* 1: there is one on that disk, and what it says of itself is in *sr; 0: there is none. */
int lvm_recognise_disk(const char *disk, struct sr *sr, struct sr_error *e);
int lvm_plug(const struct sr *sr, struct sr_error *e);
int lvm_unplug(const struct sr *sr, struct sr_error *e);
int lvm_erase(const struct sr *sr, struct sr_error *e);
int lvm_stat(const struct sr *sr, struct sr_stat *stat, struct sr_error *e);
int lvm_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e);
/* Is there another volume that has this one's vdi=, and is not about to take its place? */
bool lvm_volume_replaces(const struct lvm_report *r, const struct lvm_volume *v);
/* Overwrites a volume that is active with zeroes. */
int lvm_wipe(const struct sr *sr, const char *volume, struct sr_error *e);

int lvm_vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e);
int lvm_vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e);
int lvm_vdi_finish(const struct sr *sr, struct vdi *v, struct sr_error *e);
int lvm_vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e);
int lvm_vdi_grow(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e);
int lvm_vdi_clone(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e);
int lvm_vdi_revert(const struct sr *sr, struct vdi *v, const struct vdi *from, struct sr_error *e);
int lvm_vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
		 struct sr_error *e);
int lvm_vdi_unplug(const struct sr *sr, const struct vdi *v, struct sr_error *e);
int lvm_vdi_rename(const struct sr *sr, const struct vdi *v, struct sr_error *e);
void lvm_vdi_path(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH]);
bool lvm_vdi_user(const struct sr *sr, const struct vdi *v, char *who, size_t room);

/* What every repository on LVM does to its disks, as members of a struct sr_type. */
#define LVM_DISKS                                                                               \
	.stat = lvm_stat, .list = lvm_vdi_list, .vdi_create = lvm_vdi_create,                   \
	.vdi_finish = lvm_vdi_finish, .vdi_destroy = lvm_vdi_destroy, .vdi_grow = lvm_vdi_grow, \
	.vdi_clone = lvm_vdi_clone, .vdi_plug = lvm_vdi_plug, .vdi_unplug = lvm_vdi_unplug,     \
	.vdi_rename = lvm_vdi_rename, .vdi_path = lvm_vdi_path, .vdi_user = lvm_vdi_user

#endif
