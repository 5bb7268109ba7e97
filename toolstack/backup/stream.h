// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * VMs as streams, out of the daemon transfer and into it.
 */
#ifndef BACKUP_STREAM_H
#define BACKUP_STREAM_H

#include "backup/backup.h"

#define STREAM_PIECE (256u << 10)

struct stream {
	struct backup *b;
	int fd;
	char task[API_REF]; /* which knows how it ended */
	char piece[STREAM_PIECE];
	size_t len; /* of what came with the answer's head */
};

/* The snapshot as an XVA, packed by zstd. -1 with the reason. */
int stream_export(struct stream *s, struct backup *b, const char *vm, struct reason *why);
/* Some of it: in piece. 0 at its end, if all of it came; -1 with the reason. */
ssize_t stream_read(struct stream *s, struct reason *why);

/* An XVA of that length; sr: a reference, or NULL. -1 with the reason. */
int stream_import(struct stream *s, struct backup *b, uint64_t len, const char *sr,
		  struct reason *why);
int stream_write(struct stream *s, const void *data, size_t len, struct reason *why);
/* It is all written: the reference of the new VM. -1 with the reason. */
int stream_imported(struct stream *s, char vm[API_REF], struct reason *why);

void stream_close(struct stream *s);

#endif
