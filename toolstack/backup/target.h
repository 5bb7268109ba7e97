// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where archives go. A target holds archives by name, and an index that says which of them are
 * whole: what is not in it is not there. An archive is written under another name, or is in parts
 * that nobody looks at before the index names them. All return -1 with the reason.
 */
#ifndef BACKUP_TARGET_H
#define BACKUP_TARGET_H

#include <limits.h>

#include "backup/backup.h"

#define TARGET_INDEX "socle-backup.json"
#define TARGET_PART  (16u << 20) /* S3: of an archive */
#define PARTS_LOOK   UINT_MAX    /* of one that was interrupted: as many as are found */

struct target {
	struct backup *b;
	const struct policy *p;
	const struct target_type_ops *ops;
	int dir;           /* a directory's descriptor */
	struct buf secret; /* the password, or the secret key */
	int fd;            /* of the archive that is being written or read */
	char name[128];    /* its name */
	struct buf part;   /* S3: what is not sent yet */
	unsigned int parts;
};

/* As the policy says; for directories vmd opens what it lets us write to. */
int target_open(struct target *t, struct backup *b, const struct policy *p, struct reason *why);
void target_close(struct target *t);

int target_put_begin(struct target *t, const char *name, struct reason *why);
int target_write(struct target *t, const void *data, size_t len, struct reason *why);
/* All of it is there under its name. On failure nothing is. */
int target_put_end(struct target *t, struct reason *why);
void target_put_cancel(struct target *t);
/* A descriptor to read it from; parts: as the index says. */
int target_get_begin(struct target *t, const char *name, unsigned int parts, struct reason *why);
int target_get_end(struct target *t, struct reason *why);
/* Its length, without reading it. */
int target_size(struct target *t, const char *name, unsigned int parts, uint64_t *size,
		struct reason *why);
/* One that is not there is fine. */
int target_remove(struct target *t, const char *name, unsigned int parts, struct reason *why);

/* The index, a new reference: an array of {name, vm, vm_name, policy, time, size, parts}. */
json_t *target_index(struct target *t, struct reason *why);
int target_index_put(struct target *t, const json_t *index, struct reason *why);

/* One kind of place. */
struct target_type_ops {
	int (*put_begin)(struct target *t, struct reason *why);
	int (*write)(struct target *t, const void *data, size_t len, struct reason *why);
	int (*put_end)(struct target *t, struct reason *why);
	void (*put_cancel)(struct target *t);
	int (*get_begin)(struct target *t, unsigned int parts, struct reason *why);
	int (*get_end)(struct target *t, struct reason *why);
	int (*size)(struct target *t, const char *name, unsigned int parts, uint64_t *size,
		    struct reason *why);
	int (*remove)(struct target *t, const char *name, unsigned int parts, struct reason *why);
	/* A small file, whole. 1: there is none. */
	int (*read_small)(struct target *t, const char *name, struct buf *text, struct reason *why);
	int (*write_small)(struct target *t, const char *name, const struct buf *text,
			   struct reason *why);
};

extern const struct target_type_ops target_directory, target_remote, target_objects;

/*
 * target_remote.c, for target_objects.c: the beginning of a configuration of curl's for a name, and
 * what is sent there (NULL: nothing).
 */
void remote_config(struct target *t, struct buf *config, const char *name, const struct buf *body);
int remote_run(struct target *t, struct buf *config, const struct buf *body, struct buf *answer,
	       struct reason *why);
int remote_read_small(struct target *t, const char *name, struct buf *text, struct reason *why);

#endif
