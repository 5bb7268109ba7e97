// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writing a saved guest: headers, records, checksums. Knows the format and nothing of domains.
 */
#ifndef SAVERESTORE_STREAM_WRITE_H
#define SAVERESTORE_STREAM_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "lib/log.h"
#include "saverestore/stream_format.h"
#include "saverestore/stream_wait.h"

#define STREAM_MAX_PARTS 1100 /* a window's frames, each a part of its own, and some more */

struct stream_writer {
	int fd;
	uint32_t crc;
	uint64_t written;
	uint64_t room; /* bytes that may be written in all; from the start on UINT64_MAX */
	bool full;     /* there was no room for more: no other reason counts */
	/* For a descriptor that does not block; set after stream_write_start(). */
	const struct stream_wait *wait;
};

/* The configuration is text in the form of xl.cfg. All return -1 with the reason. */
int stream_write_start(struct stream_writer *w, int fd, const char *config, uint32_t xen_version,
		       struct reason *why);
/* The body is what the parts hold, one after the other; at most STREAM_MAX_PARTS of them. */
int stream_write_parts(struct stream_writer *w, uint32_t type, const struct iovec *parts,
		       unsigned int nr, struct reason *why);
int stream_write_record(struct stream_writer *w, uint32_t type, const void *body, size_t len,
			struct reason *why);
int stream_write_end(struct stream_writer *w, struct reason *why);

#endif
