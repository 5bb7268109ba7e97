// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only place where pointers into foreign bytes are advanced.
 */
#include "lib/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool bytes_part(struct bytes b, uint64_t at, uint64_t len, struct bytes *out)
{
	if (at > b.len || len > b.len - at)
		return false;
	out->data = b.data + at;
	out->len = len;
	return true;
}

bool bytes_read(struct bytes b, uint64_t at, void *out, size_t len)
{
	struct bytes part;

	if (!bytes_part(b, at, len, &part))
		return false;
	memcpy(out, part.data, len);
	return true;
}

bool bytes_u32(struct bytes b, uint64_t at, uint32_t *out)
{
	uint8_t raw[4];

	if (!bytes_read(b, at, raw, sizeof(raw)))
		return false;
	*out = raw[0] | raw[1] << 8 | raw[2] << 16 | (uint32_t)raw[3] << 24;
	return true;
}

static bool buf_reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1;
	size_t room = b->room ? b->room : 256;
	char *data;

	if (b->failed || need < more) {
		b->failed = true;
		return false;
	}
	if (need <= b->room)
		return true;
	while (room < need)
		room *= 2;
	data = realloc(b->data, room);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->room = room;
	return true;
}

void buf_append(struct buf *b, const void *data, size_t len)
{
	if (!buf_reserve(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !buf_reserve(b, len))
		return;
	va_start(args, fmt);
	vsnprintf(b->data + b->len, len + 1, fmt, args);
	va_end(args);
	b->len += len;
}

void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

int buf_read_file(struct buf *b, const char *path, size_t limit)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = -1;
	ssize_t got;

	if (fd < 0)
		return -1;
	for (;;) {
		if (!buf_reserve(b, 4096)) {
			errno = ENOMEM;
			break;
		}
		got = read(fd, b->data + b->len, b->room - b->len - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			rc = (int)got;
			break;
		}
		b->len += got;
		b->data[b->len] = '\0';
		if (b->len > limit) {
			errno = EFBIG;
			break;
		}
	}
	if (rc == 0)
		b->data[b->len] = '\0';
	close(fd);
	return rc;
}
