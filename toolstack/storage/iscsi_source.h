// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a disk of an iSCSI target is said: "address[:port]/iqn[/disk]". The address is a name, an
 * IPv4 address or an IPv6 address in brackets; the disk is a LUN or the id that the disk says of
 * itself. No state, no kernel.
 */
#ifndef TOOLSTACK_STORAGE_ISCSI_SOURCE_H
#define TOOLSTACK_STORAGE_ISCSI_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/error.h"

#define ISCSI_NAME 224 /* RFC 7143: 223 bytes */
#define ISCSI_TEXT 256

struct iscsi_source {
	char host[ISCSI_TEXT]; /* without brackets */
	char port[8];
	char target[ISCSI_NAME]; /* "": only a portal */
	char disk[ISCSI_TEXT];   /* "": the only one */
};

/* CHAP: how this host shows a target who it is. user "": not at all. */
struct iscsi_login {
	char user[ISCSI_TEXT];
	char password[ISCSI_TEXT];
};

/* Everything in it can be part of a path, a line of a file, or an argument. */
int iscsi_source_parse(const char *text, struct iscsi_source *s, struct sr_error *e);
/* The same with its port, to be compared and kept; false if room is too small. */
bool iscsi_source_format(const struct iscsi_source *s, char *text, size_t room);
/* Is that the portal and the target of the other? */
bool iscsi_same_target(const struct iscsi_source *a, const struct iscsi_source *b);
/*
 * Does id ("naa.6001405...", as the kernel gives it) or lun match what was said: a number, that
 * text, or "36001405...", as other systems write it?
 */
bool iscsi_disk_matches(const char *said, unsigned int lun, const char *id);
/* Both or neither, of characters that a session's record can hold. */
int iscsi_login_check(const struct iscsi_login *l, struct sr_error *e);

#endif
