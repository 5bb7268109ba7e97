// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's objects: all of a class at once, kept until xe ends; their values as text; and which
 * of them a command means.
 */
#ifndef XE_OBJECTS_H
#define XE_OBJECTS_H

#include "xe/api.h"
#include "xe/kinds.h"

/* {reference: record} of a class; not a new reference. */
json_t *objects_of(struct api *api, const char *class);
/* What was read before is read again: something has changed. */
void objects_forget(void);

/* The text of a column of an object; false: it has no such object behind it, or no such key. */
bool column_text(struct api *api, const struct column *c, const json_t *record, struct buf *out);

/*
 * Those that the request's selectors describe: uuid=, KIND=NAME-or-UUID, field=value,
 * map:key=value, set:contains=value. Takes what it uses from the request. Not more than one, unless
 * many; at least one, unless none is fine, too. {reference: record}.
 */
json_t *objects_selected(struct api *api, const struct kind *k, struct request *r, bool many,
			 bool none);
/* The reference of the object that a text names: its UUID or name. Fails when there is not one. */
const char *object_named(struct api *api, const struct kind *k, const char *text);
/* The only host; the host of the pool. */
const char *object_master(struct api *api);

#endif
