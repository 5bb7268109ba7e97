// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How objects look on the screen: one below the other, names aligned at their colons; or --minimal,
 * for scripts: one column, joined by commas.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/generated.h"

/* "name-label ( RW)". */
static int title(char *text, size_t len, const struct kind *k, const struct column *c)
{
	return snprintf(text, len, "%s (%3s)", c->name, column_mode(k, c));
}

static void record_print(struct api *api, const struct kind *k, const json_t *record,
			 const struct column *columns, size_t nr, int width)
{
	char text[96];

	for (size_t i = 0; i < nr; i++) {
		struct buf value = { 0 };
		bool there = column_text(api, &columns[i], record, &value);

		title(text, sizeof(text), k, &columns[i]);
		printf(i ? "%*s: %s\n" : "%-*s: %s\n", width, text,
		       there && value.data ? value.data : "<not in database>");
		buf_free(&value);
	}
	printf("\n\n");
}

static void minimal_print(struct api *api, const json_t *record, const struct column *c)
{
	struct buf value = { 0 };

	column_text(api, c, record, &value);
	for (const char *at = value.data; at && *at; at++) {
		if (*at == ',' || *at == '\\')
			putchar('\\');
		putchar(*at);
	}
	buf_free(&value);
}

void records_print(struct api *api, const struct kind *k, json_t *records,
		   const struct column *columns, size_t nr, bool minimal)
{
	const char *ref, *between = "";
	char text[96];
	json_t *record;
	int width = 0;

	for (size_t i = 0; i < nr; i++) {
		int len = title(text, sizeof(text), k, &columns[i]);

		width = len > width ? len : width;
	}
	json_object_foreach(records, ref, record)
	{
		if (minimal) {
			printf("%s", between);
			minimal_print(api, record, columns);
			between = ",";
		} else {
			record_print(api, k, record, columns, nr, width);
		}
	}
	if (minimal)
		printf("\n");
}

size_t columns_named(const struct kind *k, const char *names, struct column *columns)
{
	char *copy = strdup(names), *at = copy, *name;
	size_t nr = 0;

	if (!copy)
		die_memory();
	while ((name = strsep(&at, ","))) {
		if (!*name)
			continue;
		if (nr == MAX_COLUMNS || !column_find(k, name, &columns[nr]))
			request_wrong("a %s has no parameter '%s'; see: xe %s-list params=all",
				      k->name, name, k->name);
		nr++;
	}
	free(copy);
	return nr;
}

void list_run(struct api *api, const struct kind *k, struct request *r)
{
	static struct column columns[MAX_COLUMNS];
	const char *params = request_get(r, "params");
	bool minimal = request_flag(r, "minimal");
	json_t *found;
	size_t nr;

	request_flag(r, "multiple"); /* as always here */
	if (params && strcmp(params, "all") == 0)
		nr = columns_all(k, columns);
	else if (params || k->shown)
		nr = columns_named(k, params ? params : k->shown, columns);
	else
		nr = columns_all(k, columns);
	if (!params && !k->shown && nr > 6)
		nr = 6;
	if (!nr)
		request_wrong("params= names nothing");
	found = objects_selected(api, k, r, true, true);
	request_finish(r);
	records_print(api, k, found, columns, nr, minimal);
	json_decref(found);
}
