// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * File systems of repositories: made on a disk, found again by their uuid (a disk's name may change
 * from one start to the next), mounted below STORAGE_MOUNT.
 */
#ifndef TOOLSTACK_STORAGE_MOUNT_H
#define TOOLSTACK_STORAGE_MOUNT_H

#include "storage/sr.h"

/* ext4 whose uuid is the repository's. */
int ext4_make(const char *device, const char *uuid, struct sr_error *e);
/* The uuid of the ext file system on a device; false if there is none. */
bool ext4_uuid(const char *device, char uuid[UUID_TEXT]);
/* The device that has it now: hint, if that is still right, or another. */
bool ext4_find(const char *uuid, const char *hint, char device[STORAGE_PATH]);
/* Lets a mounted file system use a disk that has grown. */
int ext4_grow(const char *device, struct sr_error *e);

bool is_mounted(const char *where);
/* Is a file system mounted there, by the text of /proc/self/mountinfo? */
bool mountinfo_has(const char *text, const char *where);
/* what is a disk with ext4. Nothing in it is executed or a device. */
int mount_ext4(const char *what, const char *where, bool read_only, struct sr_error *e);
/*
 * What becomes of a read or write when the server falls silent: a guest waits for its disk rather
 * than lose what it wrote; a program that can say what has failed hears of it within a minute.
 */
enum nfs_patience { NFS_WAITS, NFS_FAILS };
/* what is server:/export. */
int mount_nfs(const char *what, const char *where, enum nfs_patience patience, struct sr_error *e);
/* Does that server serve? Known within seconds, where a look at its files would wait for ever. */
int nfs_reach(const char *source, struct sr_error *e);
/* silent: its server does not answer, and what is asked of it is given up. */
int unmount(const char *where, bool silent, struct sr_error *e);

/* The server and the export in "server:/export" or "[address]:/export"; false if it is not that. */
bool nfs_source_split(const char *source, char server[256], char export[256]);

#endif
