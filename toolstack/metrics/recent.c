// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an owner does now, for those who compare it with a limit.
 */
#include <math.h>
#include <stdio.h>

#include "metrics/table.h"

size_t metrics_recent(const char *folder, const char *uuid, int64_t now, int64_t seconds,
		      struct metrics_sample *samples)
{
	double sums[METRICS_COLUMNS] = { 0 };
	unsigned int counts[METRICS_COLUMNS] = { 0 };
	float values[METRICS_COLUMNS];
	struct reason unknown;
	struct table t;
	size_t nr = 0;

	if (now <= 0 || table_open(&t, folder, uuid, false, &unknown) < 0)
		return 0;
	for (int64_t slot = (now - seconds) / METRICS_STEP; slot <= now / METRICS_STEP; slot++) {
		if (!table_row(&t, 0, slot, values))
			continue;
		for (uint32_t c = 0; c < t.columns; c++) {
			if (isnan(values[c]))
				continue;
			sums[c] += (double)values[c];
			counts[c]++;
		}
	}
	for (uint32_t c = 0; c < t.columns; c++) {
		if (!counts[c])
			continue;
		snprintf(samples[nr].name, METRICS_NAME, "%s", t.names[c]);
		samples[nr++].value = sums[c] / counts[c];
	}
	table_close(&t);
	return nr;
}
