// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions with iSCSI targets, by open-iscsi: iscsid, a service that is started when it is first
 * needed, logs in, and again whenever a connection breaks; the kernel does the rest. Its records
 * are in ISCSI_RECORDS and are made for each login; what lasts is in STORAGE_STATE: this host's
 * name and each repository's password, which only root can read and which is on no command line.
 *
 * A session belongs to whoever needs one of its disks: who logs in or out holds iscsi_lock().
 */
#ifndef TOOLSTACK_STORAGE_ISCSI_H
#define TOOLSTACK_STORAGE_ISCSI_H

#include "lib/bytes.h"
#include "storage/iscsi_session.h"
#include "storage/sr.h"

#ifndef ISCSI_RECORDS /* unit tests have their own */
#define ISCSI_RECORDS "/run/iscsi"
#endif

/* As sr_lock(); sr_unlock() ends it. Taken after a repository's. */
int iscsi_lock(struct sr_error *e);

/* This host's name among initiators; made up once, and kept. */
int iscsi_initiator(char name[ISCSI_NAME], struct sr_error *e);
/* Another name; refused while there are sessions. */
int iscsi_initiator_set(const char *name, struct sr_error *e);

/* Does something take connections at that portal? Known within seconds. */
int iscsi_reach(const struct iscsi_source *s, struct sr_error *e);
/*
 * A session with that target, which may be there already, and the disk that s->disk means. Ends
 * within a minute.
 */
int iscsi_attach(const struct iscsi_source *s, const struct iscsi_login *l,
		 struct iscsi_session *session, struct iscsi_lun *lun, struct sr_error *e);
/* The same without a disk. */
int iscsi_log_in(const struct iscsi_source *s, const struct iscsi_login *l,
		 struct iscsi_session *session, struct sr_error *e);
/* Its disks are gone then; one that is not there is fine. */
int iscsi_log_out(const struct iscsi_source *s, struct sr_error *e);
/* A line "address:port,tag target" for each target that a portal tells of. */
int iscsi_discover(const struct iscsi_source *s, struct buf *lines, struct sr_error *e);

/* A file that only root reads; text is wiped and freed. */
int secret_write(const char *path, struct buf *text, struct sr_error *e);

/* The login of a repository, kept for the next start; none is an empty one. */
int iscsi_login_save(const char *uuid, const struct iscsi_login *l, struct sr_error *e);
int iscsi_login_load(const char *uuid, struct iscsi_login *l, struct sr_error *e);
int iscsi_login_remove(const char *uuid, struct sr_error *e);

#endif
