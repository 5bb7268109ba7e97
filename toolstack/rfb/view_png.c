// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The picture as a PNG (ISO 15948): one header, the pixels packed by zlib in as many parts as it
 * takes, an end.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/write_all.h"
#include "rfb/viewer.h"

#define PART 16384

static bool chunk(int fd, const char type[4], const uint8_t *data, uint32_t len)
{
	uint32_t size = htonl(len), sum;
	uLong crc = crc32(crc32(0, NULL, 0), (const Bytef *)type, 4);

	sum = htonl((uint32_t)(len ? crc32(crc, data, len) : crc));
	return write_all(fd, &size, 4) == 0 && write_all(fd, type, 4) == 0 &&
	       write_all(fd, data, len) == 0 && write_all(fd, &sum, 4) == 0;
}

static bool head(int fd, uint32_t width, uint32_t height)
{
	static const uint8_t magic[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	uint32_t w = htonl(width), h = htonl(height);
	/* 8 bits for each of three colours; nothing interlaced. */
	uint8_t header[13] = { [8] = 8, [9] = 2 };

	memcpy(header, &w, 4);
	memcpy(header + 4, &h, 4);
	return write_all(fd, magic, sizeof(magic)) == 0 &&
	       chunk(fd, "IHDR", header, sizeof(header));
}

/* What the packer has to give so far; all of it at the end. */
static bool drain(int fd, z_stream *z, int flush)
{
	uint8_t part[PART];

	do {
		z->next_out = part;
		z->avail_out = sizeof(part);
		if (deflate(z, flush) == Z_STREAM_ERROR)
			return false;
		if (z->avail_out < sizeof(part) &&
		    !chunk(fd, "IDAT", part, (uint32_t)(sizeof(part) - z->avail_out)))
			return false;
	} while (z->avail_out == 0);
	return true;
}

/* A line begins with how it is filtered: it is not. */
static bool line(int fd, z_stream *z, const uint32_t *pixels, uint32_t width, uint8_t *room)
{
	uint8_t *to = room;

	*to++ = 0;
	for (uint32_t x = 0; x < width; x++) {
		*to++ = (uint8_t)(pixels[x] >> 16);
		*to++ = (uint8_t)(pixels[x] >> 8);
		*to++ = (uint8_t)pixels[x];
	}
	z->next_in = room;
	z->avail_in = 1 + 3 * width;
	return drain(fd, z, Z_NO_FLUSH);
}

void view_png(const struct viewer *v)
{
	uint8_t *room = malloc(1 + 3 * (size_t)v->width);
	z_stream z = { .zalloc = Z_NULL };
	bool good = room && deflateInit(&z, Z_BEST_SPEED) == Z_OK;

	good = good && head(v->client, v->width, v->height);
	for (uint32_t y = 0; good && y < v->height; y++)
		good = line(v->client, &z, v->pixels + (size_t)y * v->width, v->width, room);
	if (good && drain(v->client, &z, Z_FINISH))
		chunk(v->client, "IEND", room, 0);
	deflateEnd(&z);
	free(room);
}
