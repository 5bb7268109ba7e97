// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Zeroes are looked for in grains: a smaller one finds more of them and costs more writes.
 */
#include "lib/sparse.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define GRAIN (64u << 10)
#define FLUSH (32u << 20)

bool sparse_is_zero(const void *data, size_t len)
{
	const char *c = data;

	return len == 0 || (c[0] == 0 && memcmp(c, c + 1, len - 1) == 0);
}

static int write_full(int fd, uint64_t at, const char *data, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pwrite(fd, data + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n < 0 ? errno : ENOSPC;
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

int sparse_flush(struct sparse *s)
{
	if (fdatasync(s->fd) < 0 && errno != EINVAL && errno != EROFS)
		return -1;
	if (s->to > s->from)
		posix_fadvise(s->fd, (off_t)s->from, (off_t)(s->to - s->from), POSIX_FADV_DONTNEED);
	s->from = s->to = 0;
	return 0;
}

int sparse_write(struct sparse *s, uint64_t at, const void *data, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t part = GRAIN - (size_t)((at + i) % GRAIN);

		if (part > len - i)
			part = len - i;
		if (!sparse_is_zero((const char *)data + i, part)) {
			if (write_full(s->fd, at + i, (const char *)data + i, part) < 0)
				return -1;
			s->written += part;
		}
		i += part;
	}
	if (s->to == s->from)
		s->from = at;
	if (at < s->from)
		s->from = at;
	if (at + len > s->to)
		s->to = at + len;
	return s->to - s->from >= FLUSH ? sparse_flush(s) : 0;
}
