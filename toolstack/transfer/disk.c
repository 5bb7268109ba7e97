// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Positioned reads and writes within a disk's size.
 */
#include "transfer/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DROP  (32u << 20)
#define GRAIN (64u << 10)

struct disk disk_of(int fd, uint64_t size)
{
	return (struct disk){ .out = { .fd = fd }, .fd = fd, .size = size };
}

static bool inside(const struct disk *d, uint64_t at, size_t len)
{
	return at <= d->size && len <= d->size - at;
}

int disk_read(struct disk *d, uint64_t at, void *data, size_t len, struct reason *why)
{
	if (!inside(d, at, len))
		return reason_set(why, "a read beyond the disk's end");
	for (size_t done = 0; done < len;) {
		ssize_t n = pread(d->fd, (char *)data + done, len - done, (off_t)(at + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return reason_errno(why, "reading the disk at %llu",
					    (unsigned long long)(at + done));
		if (n == 0)
			return reason_set(why, "the disk ends after %llu of %llu bytes",
					  (unsigned long long)(at + done),
					  (unsigned long long)d->size);
		done += (size_t)n;
	}
	if (at + len >= d->dropped + DROP) {
		posix_fadvise(d->fd, (off_t)d->dropped, DROP, POSIX_FADV_DONTNEED);
		d->dropped += DROP;
	}
	return 0;
}

/* The next place from at on that may hold data; end: there is none before it. */
static uint64_t data_next(const struct disk *d, uint64_t at, uint64_t end)
{
	off_t next = lseek(d->fd, (off_t)at, SEEK_DATA);

	if (next < 0)
		return errno == ENXIO ? end : at; /* else it does not know */
	return (uint64_t)next < end ? (uint64_t)next : end;
}

/* Gives the space back, where that makes zeroes; else writes them. */
static int zeroes_put(struct disk *d, uint64_t at, size_t len, struct reason *why)
{
	static const uint8_t zeroes[GRAIN];

	if (fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)len) ==
	    0)
		return 0;
	while (len) {
		ssize_t n = pwrite(d->fd, zeroes, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return reason_errno(why, "writing the disk near %llu",
					    (unsigned long long)at);
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

int disk_zero(struct disk *d, uint64_t at, uint64_t len, struct reason *why)
{
	static uint8_t there[GRAIN];
	const uint64_t end = at + len;

	if (!d->used)
		return 0;
	while ((at = data_next(d, at, end)) < end) {
		size_t part = GRAIN - (size_t)(at % GRAIN);

		if (part > end - at)
			part = (size_t)(end - at);
		if (disk_read(d, at, there, part, why) < 0 ||
		    (!sparse_is_zero(there, part) && zeroes_put(d, at, part, why) < 0))
			return -1;
		at += part;
	}
	return 0;
}

/* By grains: zeroes over what was there before are written, too. */
static int used_write(struct disk *d, uint64_t at, const char *data, size_t len, struct reason *why)
{
	for (size_t i = 0, part; i < len; i += part) {
		part = GRAIN - (size_t)((at + i) % GRAIN);
		if (part > len - i)
			part = len - i;
		if (sparse_is_zero(data + i, part)) {
			if (disk_zero(d, at + i, part, why) < 0)
				return -1;
		} else if (sparse_write(&d->out, at + i, data + i, part) < 0) {
			return reason_errno(why, "writing the disk near %llu",
					    (unsigned long long)(at + i));
		}
	}
	return 0;
}

int disk_write(struct disk *d, uint64_t at, const void *data, size_t len, struct reason *why)
{
	if (!inside(d, at, len) &&
	    !(at <= d->size &&
	      sparse_is_zero((const char *)data + (d->size - at), len - (d->size - at))))
		return reason_set(why, "data beyond the disk's end, which is at %llu bytes",
				  (unsigned long long)d->size);
	if (!inside(d, at, len))
		len = (size_t)(d->size - at);
	if (d->used)
		return used_write(d, at, data, len, why);
	if (sparse_write(&d->out, at, data, len) < 0)
		return reason_errno(why, "writing the disk near %llu", (unsigned long long)at);
	return 0;
}

int disk_end(struct disk *d, struct reason *why)
{
	return sparse_flush(&d->out) < 0 ? reason_errno(why, "writing the disk's last part") : 0;
}

int progress_tell(const struct progress *p, uint64_t done, uint64_t all, struct reason *why)
{
	return p && p->tell ? p->tell(p->arg, all ? (double)done / (double)all : 1.0, why) : 0;
}
