// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The copy loop: one block at a time, with full reads and writes.
 */
#include "storage/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/sparse.h"

#define BLOCK (1 << 20)
#define FLUSH (32 << 20)

void (*stream_progress)(double done);

struct copy {
	int in;
	struct sparse out;
	uint64_t at, size;
	uint64_t flushed;
	bool sparse, in_seeks;
	char *block;
	struct sr_error *e;
};

/* As much as there is, up to len; less only at the end. */
static ssize_t read_full(struct copy *c, size_t len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(c->in, c->block + got, len - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return sr_fail_errno(c->e, ERR_STREAM, "reading at %" PRIu64, c->at + got);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int write_failed(const struct copy *c)
{
	return sr_fail_errno(c->e, errno == ENOSPC ? ERR_SR_FULL : ERR_BACKEND,
			     "writing at %" PRIu64, c->at);
}

/* Into a pipe, or a file that has a position. */
static int write_on(struct copy *c, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = write(c->out.fd, c->block + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return write_failed(c);
		done += (size_t)n;
	}
	return 0;
}

static int write_block(struct copy *c, size_t len)
{
	if (!c->sparse)
		return write_on(c, len);
	return sparse_write(&c->out, c->at, c->block, len) < 0 ? write_failed(c) : 0;
}

/* Writes what the kernel holds, and lets it forget it: the control domain's memory is small. */
static int flush(struct copy *c)
{
	if (!c->sparse) {
		c->out.from = c->flushed;
		c->out.to = c->at;
	}
	if (sparse_flush(&c->out) < 0)
		return write_failed(c);
	posix_fadvise(c->in, (off_t)c->flushed, (off_t)(c->at - c->flushed), POSIX_FADV_DONTNEED);
	c->flushed = c->at;
	if (stream_progress)
		stream_progress((double)c->at / (double)c->size);
	return 0;
}

/* Past a hole of the source, if the target is sparse, too; in stays where c->at says. */
static void skip_hole(struct copy *c)
{
	off_t data;

	if (!c->sparse || !c->in_seeks)
		return;
	data = lseek(c->in, (off_t)c->at, SEEK_DATA);
	if (data < 0)
		data = errno == ENXIO ? (off_t)c->size : (off_t)c->at;
	if ((uint64_t)data > c->size)
		data = (off_t)c->size;
	c->at = (uint64_t)data;
	lseek(c->in, data, SEEK_SET);
}

static int copy_all(struct copy *c)
{
	for (skip_hole(c); c->at < c->size; skip_hole(c)) {
		uint64_t left = c->size - c->at;
		size_t want = left < BLOCK ? (size_t)left : BLOCK;
		ssize_t got = read_full(c, want);

		if (got < 0)
			return -1;
		if ((size_t)got < want)
			return sr_fail(c->e, ERR_STREAM,
				       "the stream ended after %" PRIu64 " of %" PRIu64 " bytes",
				       c->at + (uint64_t)got, c->size);
		if (write_block(c, want) < 0)
			return -1;
		c->at += want;
		if (c->at - c->flushed >= FLUSH && flush(c) < 0)
			return -1;
	}
	return 0;
}

int stream_copy(int in, int out, uint64_t size, bool sparse, struct sr_error *e)
{
	struct copy c = { .in = in, .size = size, .sparse = sparse, .e = e };
	struct stat st;
	int rc;

	/* A file's offset is where its data begins only if that is its beginning. */
	c.in_seeks = fstat(in, &st) == 0 && S_ISREG(st.st_mode) && lseek(in, 0, SEEK_CUR) == 0 &&
		     (uint64_t)st.st_size >= size;
	c.out.fd = out;
	c.block = malloc(BLOCK);
	if (!c.block)
		return sr_fail(e, ERR_BACKEND, "out of memory");
	rc = copy_all(&c);
	if (rc == 0)
		rc = flush(&c);
	free(c.block);
	return rc;
}

int stream_ends(int in, uint64_t size, struct sr_error *e)
{
	ssize_t n;
	char c;

	do
		n = read(in, &c, 1);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	if (n < 0)
		return sr_fail_errno(e, ERR_STREAM, "reading at %" PRIu64, size);
	return sr_fail(e, ERR_STREAM, "the stream is longer than %" PRIu64 " bytes", size);
}
