// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories that are directories of raw files: what the functions for directories (sr_file.c)
 * and for disks (vdi_file.c) share. In such a directory:
 *
 *   storage-repository   uuid, type, name, description, a line each
 *   UUID.raw             a disk; a file that was put there by hand keeps its name
 *   UUID.vdi             what is known of the disk: file=, name=, ...; without it there is no disk
 *   .filling-UUID        a disk before its first UUID.vdi: nobody's when nobody holds its lock
 *   .deleted-UUID        a disk on its way out
 *   .new.NAME            a text file before it takes its name
 *
 * A library has images instead, NAME.iso or NAME.img; one of the mode 0600 is still being filled.
 *
 * Each step is one rename() or unlink(); sr_scan() completes or undoes a row that was cut off.
 */
#ifndef TOOLSTACK_STORAGE_SR_FILE_H
#define TOOLSTACK_STORAGE_SR_FILE_H

#include <dirent.h>

#include "storage/private.h"

#define SR_FILE        "storage-repository"
#define VDI_SUFFIX     ".vdi"
#define FILLING_PREFIX ".filling-"
#define DELETED_PREFIX ".deleted-"
#define NEW_PREFIX     ".new." /* file_replace()'s */
#define FILE_PATH      (STORAGE_PATH + 300)

void file_path(const struct sr *sr, const char *name, char path[FILE_PATH]);
/* Replaces a text file of key=value lines as a whole; it is on disk when this returns. */
int props_write(const char *folder, const char *name, const char *const pairs[][2], size_t nr,
		struct sr_error *e);
/* So that what was renamed or removed in it is on disk. */
int folder_sync(const char *folder, struct sr_error *e);
/* Writes the .vdi file. */
int vdi_file_save(const struct sr *sr, const struct vdi *v, struct sr_error *e);
/* Reads the text of one; false with the reason if it is not that of a disk. */
bool vdi_file_parse(const char *text, struct vdi *v, struct reason *why);
/* The repository that a SR_FILE's text describes. */
bool sr_file_parse(const char *text, struct sr *sr, struct reason *why);

int file_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e);

int file_vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e);
int file_vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e);
int file_vdi_finish(const struct sr *sr, struct vdi *v, struct sr_error *e);
int file_vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e);
int file_vdi_grow(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e);
int file_vdi_clone(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e);
int file_vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
		  struct sr_error *e);
int file_vdi_unplug(const struct sr *sr, const struct vdi *v, struct sr_error *e);
int file_vdi_rename(const struct sr *sr, const struct vdi *v, struct sr_error *e);
void file_vdi_path(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH]);
bool file_vdi_user(const struct sr *sr, const struct vdi *v, char *who, size_t room);

bool has_suffix(const char *name, const char *suffix);
DIR *folder_open(const struct sr *sr, struct sr_error *e);

int iso_vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e);
int iso_vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e);
int iso_vdi_finish(const struct sr *sr, struct vdi *v, struct sr_error *e);
int iso_vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e);
int iso_vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
		 struct sr_error *e);

#endif
