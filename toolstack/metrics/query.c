// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answer's text. Numbers that are not known are NaN, as a string in JSON, which has no other
 * word for it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/table.h"

struct answer {
	const struct metrics_query *q;
	const struct metrics_owner *owners;
	struct table *tables; /* of owners that have one; else its fd is -1 */
	size_t nr;
	unsigned int level;
	int64_t first, last; /* slots; none if last < first */
	struct buf *out;
};

/* The finest level that goes back to start, or the one that was asked for; the coarsest at last. */
static unsigned int level_choose(const struct metrics_query *q)
{
	unsigned int level = 0;

	while (level < LEVELS - 1 &&
	       (q->interval ? levels[level].step < q->interval
			    : q->start < q->now - levels[level].step * levels[level].rows))
		level++;
	return level;
}

int64_t metrics_step(const struct metrics_query *q)
{
	return levels[level_choose(q)].step;
}

/* Whole rows: the first one begins at start or later. */
static void slots_choose(struct answer *a)
{
	const struct level *l = &levels[a->level];

	a->last = a->q->now / l->step - 1;
	a->first = a->q->start > 0 ? (a->q->start + l->step - 1) / l->step : 0;
	if (a->first < a->last - l->rows + 1)
		a->first = a->last - l->rows + 1;
}

static void legend_put(struct answer *a)
{
	const char *form = a->q->json ? "%s\"AVERAGE:%s:%s:%s\""
				      : "%s<entry>AVERAGE:%s:%s:%s</entry>";
	const char *comma = "";

	for (size_t i = 0; i < a->nr; i++) {
		for (uint32_t c = 0; a->tables[i].fd >= 0 && c < a->tables[i].columns; c++) {
			buf_printf(a->out, form, comma, a->owners[i].kind, a->owners[i].uuid,
				   a->tables[i].names[c]);
			comma = a->q->json ? "," : "";
		}
	}
}

static void value_put(struct answer *a, float value, bool first)
{
	const char *comma = a->q->json && !first ? "," : "";

	if (!a->q->json)
		buf_printf(a->out, isfinite(value) ? "<v>%.9g</v>" : "<v>NaN</v>", (double)value);
	else if (isfinite(value))
		buf_printf(a->out, "%s%.9g", comma, (double)value);
	else
		buf_printf(a->out, "%s\"NaN\"", comma);
}

/* A row, if any of the owners has one of that time. */
static bool row_put(struct answer *a, int64_t slot, bool first)
{
	const int64_t end = (slot + 1) * levels[a->level].step;
	float values[METRICS_COLUMNS];
	bool any = false, begun = false;
	size_t before = a->out->len;

	buf_printf(a->out, a->q->json ? "%s{\"t\":%lld,\"values\":[" : "%s<row><t>%lld</t>",
		   a->q->json && !first ? "," : "", (long long)end);
	for (size_t i = 0; i < a->nr; i++) {
		bool there = a->tables[i].fd >= 0 &&
			     table_row(&a->tables[i], a->level, slot, values);

		any |= there;
		for (uint32_t c = 0; a->tables[i].fd >= 0 && c < a->tables[i].columns; c++) {
			value_put(a, there ? values[c] : NAN, !begun);
			begun = true;
		}
	}
	buf_printf(a->out, "%s", a->q->json ? "]}" : "</row>");
	if (!any && !a->out->failed)
		a->out->len = before;
	return any;
}

static size_t rows_put(struct answer *a)
{
	size_t rows = 0;

	for (int64_t slot = a->last; slot >= a->first; slot--)
		rows += row_put(a, slot, rows == 0);
	return rows;
}

/* The number of rows stands before them: they are made first. */
static void answer_put(struct answer *a)
{
	const int64_t step = levels[a->level].step;
	struct buf *out = a->out, rows = { 0 };
	size_t nr, columns = 0;

	for (size_t i = 0; i < a->nr; i++)
		columns += a->tables[i].fd >= 0 ? a->tables[i].columns : 0;
	a->out = &rows;
	nr = rows_put(a);
	a->out = out;
	buf_printf(out,
		   a->q->json ? "{\"meta\":{\"start\":%lld,\"step\":%lld,\"end\":%lld,"
				"\"rows\":%zu,\"columns\":%zu,\"legend\":["
			      : "<?xml version=\"1.0\"?><xport><meta><start>%lld</start>"
				"<step>%lld</step><end>%lld</end><rows>%zu</rows>"
				"<columns>%zu</columns><legend>",
		   (long long)(a->first * step), (long long)step, (long long)((a->last + 1) * step),
		   nr, columns);
	legend_put(a);
	buf_printf(out, "%s", a->q->json ? "]},\"data\":[" : "</legend></meta><data>");
	if (rows.len)
		buf_append(out, rows.data, rows.len);
	out->failed |= rows.failed;
	buf_printf(out, "%s", a->q->json ? "]}" : "</data></xport>");
	buf_free(&rows);
}

int metrics_query(const char *folder, const struct metrics_query *q,
		  const struct metrics_owner *owners, size_t nr, struct buf *out,
		  struct reason *why)
{
	struct answer a = { .q = q, .owners = owners, .nr = nr, .out = out };
	struct reason unknown;

	a.tables = calloc(nr + 1, sizeof(*a.tables));
	if (!a.tables)
		return reason_set(why, "out of memory");
	for (size_t i = 0; i < nr; i++)
		if (table_open(&a.tables[i], folder,
			       owners[i].file ? owners[i].file : owners[i].uuid, false,
			       &unknown) < 0)
			a.tables[i].fd = -1;
	a.level = level_choose(q);
	slots_choose(&a);
	answer_put(&a);
	for (size_t i = 0; i < nr; i++)
		if (a.tables[i].fd >= 0)
			table_close(&a.tables[i]);
	free(a.tables);
	return out->failed ? reason_set(why, "out of memory") : 0;
}
