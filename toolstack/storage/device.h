// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is on a disk, and who uses it. A disk is refused for a new repository when it is in use, and
 * also when it merely is not empty, unless that is forced.
 */
#ifndef TOOLSTACK_STORAGE_DEVICE_H
#define TOOLSTACK_STORAGE_DEVICE_H

#include <sys/types.h>

#include "storage/error.h"
#include "lib/bytes.h"

#define DEVICE_TEXT 256

struct device_report {
	uint64_t size;
	bool read_only;
	char used[DEVICE_TEXT];  /* "mounted on /mnt", "used by guest 3", ... or "" */
	char found[DEVICE_TEXT]; /* "ext4 \"data\", dos", "data without a known signature", or "" */
};

/* Refuses only what is no disk. */
int device_probe(const char *path, struct device_report *r, struct sr_error *e);
/* May this disk be erased? Names what speaks against it. */
int device_claim(const char *path, bool force, struct sr_error *e);
/* Removes all signatures, and what is in the first MiB. */
int device_erase(const char *path, struct sr_error *e);

/* The guest that has this disk, or the loop device that shows this file, as a text. */
bool device_guest(dev_t device, char *who, size_t room);
bool file_user(const char *path, char *who, size_t room);
/* A file that a guest may have as its disk has grown: lets the loop device know. */
int file_size_changed(const char *path, struct sr_error *e);

/* The text for people of what wipefs --parsable wrote. */
void signatures_describe(const char *report, char *text, size_t room);
/* The first mount point of a device in the text of mountinfo. */
bool mountinfo_find(const char *text, dev_t device, char *where, size_t room);

#endif
