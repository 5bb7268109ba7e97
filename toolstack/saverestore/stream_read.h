// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a saved guest. The file is hostile: every length is bounded, and no record is handed out
 * before the checksum behind it was found right. Knows the format and nothing of domains. Fuzz
 * entry point: stream_read_start() and stream_read_next() on any bytes.
 */
#ifndef SAVERESTORE_STREAM_READ_H
#define SAVERESTORE_STREAM_READ_H

#include <stdbool.h>

#include "lib/bytes.h"
#include "lib/log.h"
#include "saverestore/stream_format.h"
#include "saverestore/stream_wait.h"

struct stream_reader {
	int fd;
	uint32_t crc;
	bool longer;   /* what it is on has more behind its end: a disk, whose size is its own */
	uint64_t at;   /* bytes read so far, for messages */
	uint8_t *body; /* of the last record */
	char *config;  /* text */
	const struct stream_wait *wait; /* NULL: none. Set after stream_read_start() */
};

struct stream_record {
	uint32_t type;
	struct bytes body; /* until the next one is read */
};

/*
 * The headers, up to the configuration, all of it under a checksum. All return -1 with the reason;
 * stream_read_free() is due in any case.
 */
int stream_read_start(struct stream_reader *r, int fd, struct reason *why);
/* STREAM_END is the last one, and comes only if the file ends where it should. */
int stream_read_next(struct stream_reader *r, struct stream_record *rec, struct reason *why);
void stream_read_free(struct stream_reader *r);

/* Page data, checked as a whole: what is then true is said at the fields. */
struct stream_pages {
	uint32_t count;         /* 1 to STREAM_WINDOW */
	uint64_t first;         /* frames ascend, and lie in one window */
	const uint8_t *entries; /* count of them */
	const uint8_t *data;    /* as many frames as stream_page() says have data */
};

int stream_pages_parse(struct stream_pages *p, struct bytes body, struct reason *why);
/* The frame of an entry; *has_data: or else it is all zero. */
uint64_t stream_page(const struct stream_pages *p, uint32_t i, bool *has_data);

/* A whole record of a fixed size. */
int stream_record_fixed(const struct stream_record *rec, void *out, size_t len, struct reason *why);
const char *stream_record_name(uint32_t type);

#endif
