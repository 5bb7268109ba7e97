// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adding. Coarser rows are averages of the finer ones that are in the file, made when their time is
 * over: so a writer that was away for a while, or is another process, goes on where the file is.
 */
#include "metrics/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "metrics/table.h"

static bool name_good(const char *name)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t len = strnlen(name, METRICS_NAME);

	return len > 0 && len < METRICS_NAME && strspn(name, allowed) == len;
}

/* One row of a level, of the rows below that there are. */
static int consolidate(struct table *t, unsigned int level, int64_t slot, struct reason *why)
{
	const int64_t ratio = levels[level].step / levels[level - 1].step;
	double sums[METRICS_COLUMNS] = { 0 };
	unsigned int counts[METRICS_COLUMNS] = { 0 };
	float values[METRICS_COLUMNS];
	bool any = false;

	for (int64_t i = 0; i < ratio; i++) {
		if (!table_row(t, level - 1, slot * ratio + i, values))
			continue;
		any = true;
		for (uint32_t c = 0; c < t->columns; c++) {
			if (isnan(values[c]))
				continue;
			sums[c] += (double)values[c];
			counts[c]++;
		}
	}
	for (uint32_t c = 0; c < t->columns; c++)
		values[c] = counts[c] ? (float)(sums[c] / counts[c]) : NAN;
	return any ? table_row_put(t, level, slot, values, why) : 0;
}

/* The coarser rows that the last sample was in, and that are over since. */
static int consolidate_all(struct table *t, int64_t now, struct reason *why)
{
	for (unsigned int level = 1; t->last > 0 && level < LEVELS; level++) {
		const int64_t slot = t->last / levels[level].step;

		if (slot != now / levels[level].step && consolidate(t, level, slot, why) < 0)
			return -1;
	}
	return 0;
}

static int samples_put(struct table *t, int64_t now, const struct metrics_sample *samples,
		       size_t nr, struct reason *why)
{
	float values[METRICS_COLUMNS];

	for (unsigned int i = 0; i < METRICS_COLUMNS; i++)
		values[i] = NAN;
	for (size_t i = 0; i < nr; i++) {
		int column;

		if (!name_good(samples[i].name))
			return reason_set(why, "a metric without a good name");
		column = table_column(t, samples[i].name, why);
		if (column < 0)
			return -1;
		values[column] = (float)samples[i].value;
	}
	return table_row_put(t, 0, now / METRICS_STEP, values, why);
}

int metrics_add(const char *folder, const char *uuid, int64_t now,
		const struct metrics_sample *samples, size_t nr, struct reason *why)
{
	struct table t;
	int rc;

	if (now <= 0)
		return reason_set(why, "a time before 1970");
	if (table_open(&t, folder, uuid, true, why) < 0)
		return -1;
	/* In this order a writer that ends in between leaves nothing out. */
	rc = consolidate_all(&t, now, why);
	if (rc == 0 && t.last != now)
		rc = table_last_put(&t, now, why);
	if (rc == 0)
		rc = samples_put(&t, now, samples, nr, why);
	table_close(&t);
	return rc;
}

int metrics_forget(const char *folder, const char *uuid, struct reason *why)
{
	char path[512];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s.rrd", folder, uuid) >= sizeof(path))
		return reason_set(why, "%s: the name is too long", folder);
	return unlink(path) < 0 && errno != ENOENT ? reason_errno(why, "%s", path) : 0;
}
