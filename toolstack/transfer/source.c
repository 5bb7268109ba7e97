// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading and unpacking. A gzip file may have several members and a zstd file several frames: they
 * are one stream. A window larger than WINDOW_LOG_MAX is refused: whoever packed it would have us
 * hold as much.
 */
#include "transfer/stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define BUFFER         (128u << 10)
#define WINDOW_LOG_MAX 25 /* 32 MiB */
#define GZIP_WINDOW    (15 + 16)

struct source {
	struct source_input input; /* what is still to come of it */
	enum packing packing;
	z_stream gzip;
	ZSTD_DStream *zstd;
	bool within; /* a member or frame is not at its end */
	bool ended;  /* the input */
	size_t from, to;
	uint64_t at;
	uint8_t buffer[BUFFER];
};

/* As read(), but what was read before comes first, and what is beyond the length stays there. */
static ssize_t input_read(struct source_input *in, void *data, size_t len, struct reason *why)
{
	ssize_t n;

	if (len > in->len)
		len = (size_t)in->len;
	if (len == 0)
		return 0;
	if (in->before.len) {
		n = (ssize_t)(len < in->before.len ? len : in->before.len);
		memcpy(data, in->before.data, (size_t)n);
		in->before.data += n;
		in->before.len -= (size_t)n;
	} else {
		do
			n = read(in->fd, data, len);
		while (n < 0 && errno == EINTR);
	}
	if (n < 0)
		return reason_errno(why, "reading");
	if (n == 0 && in->len != SOURCE_UNKNOWN)
		return reason_set(why, "the stream is cut off: %llu bytes are missing",
				  (unsigned long long)in->len);
	if (in->len != SOURCE_UNKNOWN)
		in->len -= (uint64_t)n;
	return n;
}

/* Something more of the input behind what is left in the buffer, which has room. */
static int fill(struct source *s, struct reason *why)
{
	ssize_t n;

	memmove(s->buffer, s->buffer + s->from, s->to - s->from);
	s->to -= s->from;
	s->from = 0;
	n = input_read(&s->input, s->buffer + s->to, BUFFER - s->to, why);
	if (n < 0)
		return -1;
	s->ended = n == 0;
	s->to += (size_t)n;
	return 0;
}

static enum packing packing_of(const uint8_t *data, size_t len)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b }, zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if (len >= sizeof(gzip) && memcmp(data, gzip, sizeof(gzip)) == 0)
		return PACKING_GZIP;
	if (len >= sizeof(zstd) && memcmp(data, zstd, sizeof(zstd)) == 0)
		return PACKING_ZSTD;
	return PACKING_NONE;
}

static bool unpacker_start(struct source *s)
{
	if (s->packing == PACKING_GZIP)
		return inflateInit2(&s->gzip, GZIP_WINDOW) == Z_OK;
	if (s->packing == PACKING_ZSTD) {
		s->zstd = ZSTD_createDStream();
		return s->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax,
								       WINDOW_LOG_MAX));
	}
	return true;
}

struct source *source_open(const struct source_input *input, struct reason *why)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s) {
		reason_set(why, "out of memory");
		return NULL;
	}
	s->input = *input;
	while (s->to < 4 && !s->ended)
		if (fill(s, why) < 0)
			goto failed;
	s->packing = packing_of(s->buffer, s->to);
	if (unpacker_start(s))
		return s;
	reason_set(why, "out of memory");
	s->packing = PACKING_NONE;
failed:
	source_close(s);
	return NULL;
}

void source_close(struct source *s)
{
	if (s->packing == PACKING_GZIP)
		inflateEnd(&s->gzip);
	ZSTD_freeDStream(s->zstd);
	free(s);
}

/* Unpacks what is in the buffer: how many bytes it made, which may be none. */
static ssize_t take_gzip(struct source *s, void *data, size_t len, struct reason *why)
{
	int rc;

	s->gzip.next_in = s->buffer + s->from;
	s->gzip.avail_in = (unsigned int)(s->to - s->from);
	s->gzip.next_out = data;
	s->gzip.avail_out = len > 1u << 30 ? 1u << 30 : (unsigned int)len;
	if (!s->within)
		inflateReset(&s->gzip);
	rc = inflate(&s->gzip, Z_NO_FLUSH);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return reason_set(why, "the gzip stream is damaged: %s",
				  s->gzip.msg ? s->gzip.msg : "unknown");
	s->within = rc != Z_STREAM_END;
	s->from = s->to - s->gzip.avail_in;
	return s->gzip.next_out - (uint8_t *)data;
}

static ssize_t take_zstd(struct source *s, void *data, size_t len, struct reason *why)
{
	ZSTD_inBuffer in = { s->buffer + s->from, s->to - s->from, 0 };
	ZSTD_outBuffer out = { data, len, 0 };
	size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);

	if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
		return reason_set(why,
				  "the zstd stream was packed with a window of more than %u "
				  "MiB, which is not unpacked here",
				  (1u << WINDOW_LOG_MAX) >> 20);
	if (ZSTD_isError(rc))
		return reason_set(why, "the zstd stream is damaged: %s", ZSTD_getErrorName(rc));
	s->within = rc != 0;
	s->from += in.pos;
	return (ssize_t)out.pos;
}

static ssize_t take_plain(struct source *s, void *data, size_t len)
{
	size_t n = s->to - s->from < len ? s->to - s->from : len;

	memcpy(data, s->buffer + s->from, n);
	s->from += n;
	return (ssize_t)n;
}

static ssize_t take(struct source *s, void *data, size_t len, struct reason *why)
{
	switch (s->packing) {
	case PACKING_GZIP: return take_gzip(s, data, len, why);
	case PACKING_ZSTD: return take_zstd(s, data, len, why);
	default: return take_plain(s, data, len);
	}
}

/* At least so many, where the stream does not end before, and at most len. */
static ssize_t read_between(struct source *s, void *data, size_t least, size_t len,
			    struct reason *why)
{
	uint8_t *to = data;
	size_t got = 0;

	while (got < least) {
		ssize_t n;

		if (s->from == s->to && !s->ended && fill(s, why) < 0)
			return -1;
		if (s->from == s->to && s->ended && !s->within)
			break;
		n = take(s, to + got, len - got, why);
		if (n < 0)
			return -1;
		if (n == 0 && s->within && s->ended && s->from == s->to)
			return reason_set(why, "the packed stream is cut off");
		/* What is left is too little to go on with. */
		if (n == 0 && s->from != s->to && fill(s, why) < 0)
			return -1;
		got += (size_t)n;
	}
	s->at += got;
	return (ssize_t)got;
}

ssize_t source_read(struct source *s, void *data, size_t len, struct reason *why)
{
	return read_between(s, data, len, len, why);
}

ssize_t source_some(struct source *s, void *data, size_t len, struct reason *why)
{
	return read_between(s, data, 1, len, why);
}

bool source_idle(const struct source *s, int ms)
{
	struct pollfd p = { .fd = s->input.fd, .events = POLLIN };

	return s->from == s->to && !s->ended && !s->input.before.len && poll(&p, 1, ms) == 0;
}

int source_read_all(struct source *s, void *data, size_t len, struct reason *why)
{
	ssize_t got = source_read(s, data, len, why);

	if (got < 0)
		return -1;
	if ((size_t)got < len)
		return reason_set(why, "the stream is cut off after %llu bytes",
				  (unsigned long long)s->at);
	return 0;
}

int source_skip(struct source *s, uint64_t len, struct reason *why)
{
	uint8_t junk[4096];

	while (len) {
		size_t part = len < sizeof(junk) ? (size_t)len : sizeof(junk);

		if (source_read_all(s, junk, part, why) < 0)
			return -1;
		len -= part;
	}
	return 0;
}

int source_end(struct source *s, struct reason *why)
{
	char one;
	ssize_t n = source_read(s, &one, 1, why);

	if (n > 0)
		return reason_set(why, "the stream goes on after %llu bytes, where it should end",
				  (unsigned long long)s->at - 1);
	return (int)n;
}

bool source_is_open(const struct source *s)
{
	return s->input.len == SOURCE_UNKNOWN;
}

bool source_is_packed(const struct source *s)
{
	return s->packing != PACKING_NONE;
}

uint64_t source_at(const struct source *s)
{
	return s->at;
}
