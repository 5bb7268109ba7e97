// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file: a header, names, rows of 64-bit slot and 32-bit floats, all in the machine's own order.
 * It has room for some columns; when that is full it is written again, twice as wide, beside its
 * place. Values of columns that came later are NAN.
 */
#include "metrics/table.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM_FIRST 16
#define VERSION    1

const struct level levels[LEVELS] = { { 5, 120 }, { 60, 120 }, { 3600, 168 }, { 86400, 366 } };

static const char MAGIC[8] = "SocleRRD";

struct header {
	char magic[8];
	uint32_t version;
	uint32_t room;
	int64_t last;
};

struct row {
	int64_t slot;
	float values[METRICS_COLUMNS];
};

static size_t row_len(const struct table *t)
{
	return offsetof(struct row, values) + t->room * sizeof(float);
}

/* Where a level begins; LEVELS: the file's size. */
static off_t level_at(const struct table *t, unsigned int level)
{
	size_t at = sizeof(struct header) + t->room * (size_t)METRICS_NAME;

	for (unsigned int i = 0; i < level; i++)
		at += (size_t)levels[i].rows * row_len(t);
	return (off_t)at;
}

static off_t row_at(const struct table *t, unsigned int level, int64_t slot)
{
	return level_at(t, level) + (off_t)((size_t)(slot % levels[level].rows) * row_len(t));
}

static bool put(int fd, const void *data, size_t len, off_t at)
{
	ssize_t n = pwrite(fd, data, len, at);

	if (n >= 0 && (size_t)n < len)
		errno = ENOSPC;
	return n >= 0 && (size_t)n == len;
}

/* Whether what is open is a whole file of ours; takes its names. */
static bool table_read(struct table *t)
{
	struct header h;
	struct stat st;

	if (pread(t->fd, &h, sizeof(h), 0) != sizeof(h) ||
	    memcmp(h.magic, MAGIC, sizeof(MAGIC)) != 0 || h.version != VERSION || h.room == 0 ||
	    h.room > METRICS_COLUMNS)
		return false;
	t->room = h.room;
	t->last = h.last;
	t->columns = 0;
	if (fstat(t->fd, &st) < 0 || st.st_size != level_at(t, LEVELS) ||
	    pread(t->fd, t->names, h.room * (size_t)METRICS_NAME, sizeof(h)) !=
		    (ssize_t)(h.room * (size_t)METRICS_NAME))
		return false;
	while (t->columns < t->room && t->names[t->columns][0]) {
		if (t->names[t->columns][METRICS_NAME - 1])
			return false;
		t->columns++;
	}
	return true;
}

/* A file of t's room and names, at t's place when it is complete; the rows are those of from. */
static int table_write(struct table *t, const struct table *from, struct reason *why)
{
	struct header h = { .version = VERSION, .room = t->room, .last = t->last };
	char beside[sizeof(t->path) + 8];
	struct row row;

	memcpy(h.magic, MAGIC, sizeof(h.magic));
	snprintf(beside, sizeof(beside), "%s.new", t->path);
	t->fd = open(beside, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (t->fd < 0)
		return reason_errno(why, "%s", beside);
	if (ftruncate(t->fd, level_at(t, LEVELS)) < 0 || !put(t->fd, &h, sizeof(h), 0) ||
	    !put(t->fd, t->names, t->room * (size_t)METRICS_NAME, sizeof(h)))
		goto failed;
	for (unsigned int level = 0; from && level < LEVELS; level++) {
		for (int64_t i = 0; i < levels[level].rows; i++) {
			for (uint32_t c = from->columns; c < t->room; c++)
				row.values[c] = NAN;
			if (pread(from->fd, &row, row_len(from), row_at(from, level, i)) !=
				    (ssize_t)row_len(from) ||
			    !put(t->fd, &row, row_len(t), row_at(t, level, i)))
				goto failed;
		}
	}
	if (rename(beside, t->path) == 0)
		return 0;
failed:
	reason_errno(why, "%s", beside);
	close(t->fd);
	unlink(beside);
	return -1;
}

int table_open(struct table *t, const char *folder, const char *uuid, bool create,
	       struct reason *why)
{
	if ((size_t)snprintf(t->path, sizeof(t->path), "%s/%s.rrd", folder, uuid) >=
	    sizeof(t->path))
		return reason_set(why, "%s: the name is too long", folder);
	t->fd = open(t->path, (create ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (t->fd >= 0 && table_read(t))
		return 0;
	if (t->fd >= 0) {
		close(t->fd);
		reason_set(why, "%s: damaged", t->path);
	} else {
		reason_errno(why, "%s", t->path);
		if (errno != ENOENT)
			return -1;
	}
	if (!create)
		return -1;
	t->last = t->columns = 0;
	t->room = ROOM_FIRST;
	memset(t->names, 0, sizeof(t->names));
	return table_write(t, NULL, why);
}

void table_close(struct table *t)
{
	close(t->fd);
}

int table_last_put(struct table *t, int64_t last, struct reason *why)
{
	t->last = last;
	return put(t->fd, &last, sizeof(last), offsetof(struct header, last))
		       ? 0
		       : reason_errno(why, "%s", t->path);
}

static int table_widen(struct table *t, struct reason *why)
{
	struct table from = *t;

	if (t->room == METRICS_COLUMNS)
		return reason_set(why, "%s: more than %d names", t->path, METRICS_COLUMNS);
	t->room = 2 * t->room < METRICS_COLUMNS ? 2 * t->room : METRICS_COLUMNS;
	memset(t->names[from.room], 0, (t->room - from.room) * sizeof(t->names[0]));
	if (table_write(t, &from, why) < 0) {
		*t = from;
		return -1;
	}
	close(from.fd);
	return 0;
}

int table_column(struct table *t, const char *name, struct reason *why)
{
	uint32_t i = 0;

	while (i < t->columns && strcmp(t->names[i], name) != 0)
		i++;
	if (i < t->columns)
		return (int)i;
	if (i == t->room && table_widen(t, why) < 0)
		return -1;
	snprintf(t->names[i], METRICS_NAME, "%s", name);
	if (!put(t->fd, t->names[i], METRICS_NAME,
		 (off_t)(sizeof(struct header) + i * (size_t)METRICS_NAME)))
		return reason_errno(why, "%s", t->path);
	t->columns++;
	return (int)i;
}

bool table_row(const struct table *t, unsigned int level, int64_t slot, float *values)
{
	struct row row;

	if (pread(t->fd, &row, row_len(t), row_at(t, level, slot)) != (ssize_t)row_len(t) ||
	    row.slot != slot)
		return false;
	memcpy(values, row.values, t->columns * sizeof(*values));
	return true;
}

int table_row_put(struct table *t, unsigned int level, int64_t slot, const float *values,
		  struct reason *why)
{
	struct row row = { .slot = slot };

	for (uint32_t i = 0; i < t->room; i++)
		row.values[i] = i < t->columns ? values[i] : NAN;
	if (!put(t->fd, &row, row_len(t), row_at(t, level, slot)))
		return reason_errno(why, "%s", t->path);
	return 0;
}
