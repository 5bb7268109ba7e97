// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What commands are about: a kind is a class of the model, or a part of one (templates and
 * snapshots are VMs), under the name that commands have in front: vm-list, sr-param-get.
 */
#ifndef XE_KINDS_H
#define XE_KINDS_H

#include <jansson.h>
#include <stdbool.h>

#include "model/model.h"

struct kind {
	const char *name;
	const char *class;
	/* What a listing shows, "a,b,c"; NULL: the first few fields. */
	const char *shown;
	/* Which objects of the class are meant; NULL: all. */
	bool (*is)(const json_t *record);
};

/* Of those that have a row and of all other classes with objects; NULL: there is none. */
const struct kind *kind_find(const char *name);
/* For each in turn, from 0; NULL behind the last. */
const struct kind *kind_at(size_t i);
/* The kind whose name begins command, and what follows its '-': the longest one. */
const struct kind *kind_of_command(const char *command, const char **rest);

/*
 * A column is what a listing shows and a selector compares: a field of the object under xe's name
 * (with '-'), or of the object that one of its references names.
 */
enum column_part { PART_VALUE, PART_UUID, PART_NAME, PART_KEY };

struct column {
	char name[72];
	const struct model_field *field;
	const struct model_field *via; /* NULL, or the field of the object that leads there */
	enum column_part part;
	char key[128]; /* PART_KEY: of a map */
};

#define MAX_COLUMNS 192

/* All of a kind; at most MAX_COLUMNS. Returns how many. */
size_t columns_all(const struct kind *k, struct column *columns);
/* By name, "name:key" for a map's; false: there is none. */
bool column_find(const struct kind *k, const char *name, struct column *column);
/* "RO", "SRW" and so on. */
const char *column_mode(const struct kind *k, const struct column *c);
/* The field can be written: it has a setter, generated or of its own. */
bool field_writable(const struct model_class *c, const struct model_field *f);

#endif
