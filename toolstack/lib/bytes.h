// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Safe byte buffers. struct bytes is a view of bytes that somebody else owns and that may be
 * hostile: it is read only through functions that check every offset. struct buf grows, and
 * remembers a failed allocation so that a row of appends needs one check at its end.
 */
#ifndef TOOLSTACK_BYTES_H
#define TOOLSTACK_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *data;
	size_t len;
};

/* A part of b. False if [at, at + len) is not all inside; *out is then untouched. */
bool bytes_part(struct bytes b, uint64_t at, uint64_t len, struct bytes *out);
/* Copies len bytes out of b, for headers: checked once, never looked at again in place. */
bool bytes_read(struct bytes b, uint64_t at, void *out, size_t len);
/* A little-endian 32-bit number at that offset. */
bool bytes_u32(struct bytes b, uint64_t at, uint32_t *out);

struct buf {
	char *data; /* zero-terminated when not NULL */
	size_t len;
	size_t room;
	bool failed; /* an allocation failed: what was appended since is lost */
};

void buf_append(struct buf *b, const void *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *b);

/*
 * Reads a whole file of at most limit bytes. Returns -1 with errno (EFBIG: larger than the limit).
 */
int buf_read_file(struct buf *b, const char *path, size_t limit);

#endif
