// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The two ends of a transfer: bytes that come in, packed by gzip or zstd or not at all, and bytes
 * that go out. Both hold one buffer, whatever the length of the stream. All return -1 with the
 * reason.
 */
#ifndef TRANSFER_STREAM_H
#define TRANSFER_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/bytes.h"
#include "lib/log.h"

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct source;
struct sink;

#define SOURCE_UNKNOWN UINT64_MAX

struct source_input {
	int fd;
	struct bytes before; /* what was read of it already */
	uint64_t len;        /* of all; SOURCE_UNKNOWN: until its end, which may never come */
};

/* Looks at the first bytes to see how it is packed. NULL with the reason. */
struct source *source_open(const struct source_input *input, struct reason *why);
void source_close(struct source *s);
/* Fills len bytes; less only where the stream ends. */
ssize_t source_read(struct source *s, void *data, size_t len, struct reason *why);
/* What there is, at least a byte; 0 where the stream ends. */
ssize_t source_some(struct source *s, void *data, size_t len, struct reason *why);
/* Nothing more has come for so long. */
bool source_idle(const struct source *s, int ms);
/* Exactly len bytes: a stream that ends before is cut off. */
int source_read_all(struct source *s, void *data, size_t len, struct reason *why);
int source_skip(struct source *s, uint64_t len, struct reason *why);
/* Refuses a stream that goes on. */
int source_end(struct source *s, struct reason *why);
/* Of unknown length: who knows where the contents end waits for nothing behind. */
bool source_is_open(const struct source *s);
bool source_is_packed(const struct source *s);
/* Of what source_read() gave out. */
uint64_t source_at(const struct source *s);

struct sink *sink_open(int fd, enum packing packing, struct reason *why);
void sink_close(struct sink *s);
int sink_write(struct sink *s, const void *data, size_t len, struct reason *why);
/* So many zeroes. */
int sink_zeroes(struct sink *s, uint64_t len, struct reason *why);
/* The last of it: afterwards all is with the file descriptor. */
int sink_end(struct sink *s, struct reason *why);
uint64_t sink_at(const struct sink *s);

#endif
