// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packing and writing. The fast settings: a stream that waits for its compressor serves nobody.
 */
#include "transfer/stream.h"

#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/write_all.h"

#define BUFFER      (128u << 10)
#define GZIP_WINDOW (15 + 16)
#define GZIP_LEVEL  1
#define ZSTD_LEVEL  1

struct sink {
	int fd;
	enum packing packing;
	z_stream gzip;
	ZSTD_CStream *zstd;
	uint64_t at;
	uint8_t buffer[BUFFER];
};

struct sink *sink_open(int fd, enum packing packing, struct reason *why)
{
	struct sink *s = calloc(1, sizeof(*s));
	bool ready = s != NULL;

	if (ready && packing == PACKING_GZIP)
		ready = deflateInit2(&s->gzip, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
				     Z_DEFAULT_STRATEGY) == Z_OK;
	if (ready && packing == PACKING_ZSTD) {
		s->zstd = ZSTD_createCStream();
		ready = s->zstd && !ZSTD_isError(ZSTD_initCStream(s->zstd, ZSTD_LEVEL)) &&
			!ZSTD_isError(ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_checksumFlag, 1));
	}
	if (!ready) {
		if (s)
			ZSTD_freeCStream(s->zstd);
		free(s);
		reason_set(why, "out of memory");
		return NULL;
	}
	s->fd = fd;
	s->packing = packing;
	return s;
}

void sink_close(struct sink *s)
{
	if (s->packing == PACKING_GZIP)
		deflateEnd(&s->gzip);
	ZSTD_freeCStream(s->zstd);
	free(s);
}

static int put(struct sink *s, const uint8_t *data, size_t len, struct reason *why)
{
	return write_all(s->fd, data, len) < 0 ? reason_errno(why, "writing") : 0;
}

static int pack_gzip(struct sink *s, const void *data, size_t len, bool last, struct reason *why)
{
	s->gzip.next_in = (uint8_t *)data;
	s->gzip.avail_in = (unsigned int)len;
	do {
		s->gzip.next_out = s->buffer;
		s->gzip.avail_out = BUFFER;
		deflate(&s->gzip, last ? Z_FINISH : Z_NO_FLUSH);
		if (put(s, s->buffer, BUFFER - s->gzip.avail_out, why) < 0)
			return -1;
	} while (s->gzip.avail_out == 0);
	return 0;
}

static int pack_zstd(struct sink *s, const void *data, size_t len, bool last, struct reason *why)
{
	ZSTD_inBuffer in = { data, len, 0 };
	size_t left;

	do {
		ZSTD_outBuffer out = { s->buffer, BUFFER, 0 };

		left = ZSTD_compressStream2(s->zstd, &out, &in,
					    last ? ZSTD_e_end : ZSTD_e_continue);
		if (ZSTD_isError(left))
			return reason_set(why, "zstd: %s", ZSTD_getErrorName(left));
		if (put(s, s->buffer, out.pos, why) < 0)
			return -1;
	} while (in.pos < in.size || (last && left));
	return 0;
}

static int pack(struct sink *s, const void *data, size_t len, bool last, struct reason *why)
{
	switch (s->packing) {
	case PACKING_GZIP: return pack_gzip(s, data, len, last, why);
	case PACKING_ZSTD: return pack_zstd(s, data, len, last, why);
	default: return put(s, data, len, why);
	}
}

int sink_write(struct sink *s, const void *data, size_t len, struct reason *why)
{
	s->at += len;
	return pack(s, data, len, false, why);
}

int sink_zeroes(struct sink *s, uint64_t len, struct reason *why)
{
	static const uint8_t zeroes[4096];

	while (len) {
		size_t part = len < sizeof(zeroes) ? (size_t)len : sizeof(zeroes);

		if (sink_write(s, zeroes, part, why) < 0)
			return -1;
		len -= part;
	}
	return 0;
}

int sink_end(struct sink *s, struct reason *why)
{
	return pack(s, NULL, 0, true, why);
}

uint64_t sink_at(const struct sink *s)
{
	return s->at;
}
