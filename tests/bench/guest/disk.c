// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks: reads or writes without the page cache, one at a time, for so many seconds. A run of
 * writes ends with a flush, which counts: what was written is then on the disk, whoever holds it
 * back.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RANDOM_SIZE     4096
#define SEQUENTIAL_SIZE (1 << 20)

struct run {
	const char *path;
	bool random, write;
	uint64_t nanoseconds;
	int fd;
	size_t size;     /* of one operation */
	uint64_t blocks; /* of that size on the disk */
	void *buffer;
};

/* Whether word is the second of the two; anything else ends the program. */
static bool is_second(const char *word, const char *first, const char *second)
{
	if (strcmp(word, first) && strcmp(word, second)) {
		errno = EINVAL;
		fail("%s is neither %s nor %s", word, first, second);
	}
	return !strcmp(word, second);
}

static void run_prepare(struct run *r)
{
	off_t end;

	r->fd = open(r->path, (r->write ? O_RDWR : O_RDONLY) | O_DIRECT);
	if (r->fd < 0)
		fail("%s", r->path);
	end = lseek(r->fd, 0, SEEK_END);
	r->size = r->random ? RANDOM_SIZE : SEQUENTIAL_SIZE;
	r->blocks = end < 0 ? 0 : (uint64_t)end / r->size;
	if (!r->blocks)
		fail("%s holds no %zu bytes", r->path, r->size);
	r->buffer = aligned_alloc(4096, r->size);
	if (!r->buffer)
		fail("%zu bytes", r->size);
	memset(r->buffer, 0xa5, r->size);
}

static void run_operation(const struct run *r, uint64_t block)
{
	off_t at = (off_t)(block * r->size);
	ssize_t done = r->write ? pwrite(r->fd, r->buffer, r->size, at)
				: pread(r->fd, r->buffer, r->size, at);

	if (done != (ssize_t)r->size)
		fail("%s: %zd of %zu bytes at %lld", r->path, done, r->size, (long long)at);
}

int disk_main(char **arguments)
{
	struct run r = {
		.path = arguments[0],
		.random = !is_second(arguments[1], "random", "sequential"),
		.write = is_second(arguments[2], "read", "write"),
		.nanoseconds = number(arguments[3], 3600) * SECOND,
	};
	uint64_t x = 2463534242, operations = 0, start;

	run_prepare(&r);
	start = now();
	do {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		run_operation(&r, (r.random ? x : operations) % r.blocks);
		operations++;
	} while (now() - start < r.nanoseconds);
	if (r.write && fsync(r.fd))
		fail("%s: flush", r.path);
	figure_print(operations, operations * r.size, now() - start);
	return 0;
}
