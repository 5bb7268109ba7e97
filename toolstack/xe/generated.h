// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The commands that every kind of object has: KIND-list and KIND-param-*.
 */
#ifndef XE_GENERATED_H
#define XE_GENERATED_H

#include "xe/objects.h"

struct generated {
	const char *name; /* behind "KIND-" */
	const char *args; /* for help: "name=" that must be given, "[name=]" that may */
	const char *doc;
	void (*run)(struct api *api, const struct kind *k, struct request *r);
	bool writes; /* only for kinds with something to write */
};

extern const struct generated generated_commands[];
extern const size_t nr_generated_commands;

/* NULL: none of that name. */
const struct generated *generated_find(const char *name);

/* list.c. Prints records in columns, or with minimal their first one. */
void records_print(struct api *api, const struct kind *k, json_t *records,
		   const struct column *columns, size_t nr, bool minimal);
void list_run(struct api *api, const struct kind *k, struct request *r);
/* "a,b": columns by name. Returns how many. */
size_t columns_named(const struct kind *k, const char *names, struct column *columns);

#endif
