// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs of policies, and what can be asked of the daemon besides.
 */
#ifndef BACKUP_RUN_H
#define BACKUP_RUN_H

#include "backup/backup.h"

/*
 * Backs up all VMs of a policy, or the one of that UUID (NULL: all). Failures leave messages; -1
 * with the first one's reason.
 */
int run_policy(struct backup *b, const char *ref, const json_t *record, const char *vm,
	       struct reason *why);
/* What a run that was killed has left behind goes, and is told of. */
void run_repair(struct backup *b);

/* What the policy's target holds, as JSON. */
int archives_list(struct backup *b, const json_t *record, struct buf *text, struct reason *why);
/* The VM that was made of an archive; sr: a UUID, or "". */
int archive_restore(struct backup *b, const json_t *record, const char *name, const char *sr,
		    char vm[API_REF], struct reason *why);

/* journal.c: what is going on, in a file; before it is. */
struct journal {
	char policy[40], vm[40]; /* UUIDs */
	char snapshot[128];      /* its name */
	char archive[128];       /* its name; "": none is written */
};

int journal_write(const struct backup *b, const struct journal *j, struct reason *why);
/* False: nothing was going on. */
bool journal_read(const struct backup *b, struct journal *j);
void journal_remove(const struct backup *b);

/* snapshots.c */
/* A snapshot by that name of a VM, marked as the policy's. Its reference. */
int snapshot_make(struct backup *b, const char *vm, const char *name, const char *policy_uuid,
		  bool checkpoint, char snapshot[API_REF], struct reason *why);
/* With its disks. */
int snapshot_destroy(struct backup *b, const char *snapshot, struct reason *why);
/* All of that name go. */
void snapshots_destroy_named(struct backup *b, const char *name);
/* Of those that the policy has made of a VM, the newest stay. */
int snapshots_retain(struct backup *b, const char *vm, const char *policy_uuid, unsigned int keep,
		     struct reason *why);

#endif
