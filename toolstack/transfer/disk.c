// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Positioned reads and writes within a disk's size.
 */
#include "transfer/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define DROP (32u << 20)

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

int disk_write(struct disk *d, uint64_t at, const void *data, size_t len, struct reason *why)
{
	if (!inside(d, at, len) &&
	    !(at <= d->size &&
	      sparse_is_zero((const char *)data + (d->size - at), len - (d->size - at))))
		return reason_set(why, "data beyond the disk's end, which is at %llu bytes",
				  (unsigned long long)d->size);
	if (!inside(d, at, len))
		len = (size_t)(d->size - at);
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
