// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel has of iSCSI: its sessions, and the disks that they brought. Read from sysfs,
 * which never waits for a target. The names in it come from targets.
 */
#ifndef TOOLSTACK_STORAGE_ISCSI_SESSION_H
#define TOOLSTACK_STORAGE_ISCSI_SESSION_H

#include <stdint.h>

#include "storage/iscsi_source.h"

#ifndef ISCSI_SYS /* unit tests have their own */
#define ISCSI_SYS "/sys"
#define ISCSI_DEV "/dev"
#endif

struct iscsi_session {
	unsigned int sid;
	unsigned int host;
	bool up; /* logged in; else it is being made again, or given up */
};

struct iscsi_lun {
	unsigned int lun;
	char id[ISCSI_TEXT]; /* what the disk says of itself, "naa.6001405..."; may be "" */
	char name[32];       /* "sdb" */
	char vendor[32], model[32];
	uint64_t size;
};

/* The session with that portal and target; false if there is none. */
bool iscsi_session_find(const struct iscsi_source *s, struct iscsi_session *session);
/* The same, and waits up to ms for one that is down: it is often made again at once. */
bool iscsi_session_wait(const struct iscsi_source *s, struct iscsi_session *session, int64_t ms);
/* Calls see() for each disk of a session until it returns false. */
void iscsi_lun_each(unsigned int sid, bool (*see)(void *arg, const struct iscsi_lun *lun),
		    void *arg);
/* The same for the disks of all sessions. */
void iscsi_disk_each(bool (*see)(void *arg, const struct iscsi_lun *lun), void *arg);
/*
 * The disk of that session that said means: 1; 0: there is none (yet); -1: "" was said, and there
 * are several, whose numbers are in the text.
 */
int iscsi_lun_find(unsigned int sid, const char *said, struct iscsi_lun *lun, struct sr_error *e);
/*
 * The same, and waits up to ms for a disk that can be opened: the kernel shows a new one in sysfs
 * before that. -1 with the reason in e, too, if it never can be.
 */
int iscsi_lun_wait(unsigned int sid, const char *said, int64_t ms, struct iscsi_lun *lun,
		   struct sr_error *e);
/* "/dev/sdb" */
void iscsi_lun_path(const struct iscsi_lun *lun, char *path, size_t room);
/* Asks the target which disks it has now, and the disk (if not NULL) how large it is. */
void iscsi_rescan(const struct iscsi_session *session, const char *name);

#endif
