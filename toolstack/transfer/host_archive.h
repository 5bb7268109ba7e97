// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A backup of the host: a tar archive of small files, whose first one, manifest.json, says what the
 * others are. Read as a whole before anything is done with it. Foreign bytes.
 */
#ifndef TRANSFER_HOST_ARCHIVE_H
#define TRANSFER_HOST_ARCHIVE_H

#include "lib/bytes.h"
#include "transfer/stream.h"

#define HOST_ARCHIVE_FILES 300
#define HOST_ARCHIVE_NAME  65
#define HOST_ARCHIVE_BYTES (256u << 20) /* of all files together */

struct host_file {
	char name[HOST_ARCHIVE_NAME];
	struct buf data;
};

struct host_archive {
	struct host_file files[HOST_ARCHIVE_FILES];
	size_t nr;
};

/* Room for one more, which is the caller's to fill; NULL: there is none. */
struct host_file *host_archive_add(struct host_archive *a, const char *name);
const struct host_file *host_archive_find(const struct host_archive *a, const char *name);
void host_archive_free(struct host_archive *a);

/* A file of a tar archive. */
int host_file_write(struct sink *to, const char *name, const void *data, size_t len,
		    struct reason *why);
/* Both return -1 with the reason. */
int host_archive_write(struct sink *to, const struct host_archive *a, struct reason *why);
/* Version and checksums are verified, and that nothing is missing. a is empty at first. */
int host_archive_read(struct source *from, struct host_archive *a, struct reason *why);

#endif
