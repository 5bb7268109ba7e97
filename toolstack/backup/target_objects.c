// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A store of objects that speaks S3. It wants to know the length of an object beforehand, and a
 * host has no room to keep an archive: so an archive is a row of objects, "NAME.000000" and on,
 * each made in memory.
 */
#include <stdio.h>
#include <string.h>

#include "backup/target.h"
#include "lib/curl.h"

#define PART_TRIES 3

static void part_name(const struct target *t, const char *name, unsigned int part, char text[160])
{
	(void)t;
	snprintf(text, 160, "%s.%06u", name, part);
}

/* A file is what curl knows the length of. */
static int object_put(struct target *t, const char *name, const struct buf *body,
		      struct reason *why)
{
	int rc = -1;

	for (int i = 0; i < PART_TRIES && rc < 0; i++) {
		struct buf config = { 0 };

		remote_config(t, &config, name, body);
		buf_printf(&config, "upload-file = \"/proc/self/fd/0\"\n");
		rc = remote_run(t, &config, body, NULL, why);
	}
	return rc;
}

static int part_send(struct target *t, struct reason *why)
{
	char name[160];

	part_name(t, t->name, t->parts, name);
	if (object_put(t, name, &t->part, why) < 0)
		return -1;
	t->parts++;
	t->part.len = 0;
	return 0;
}

static int put_begin(struct target *t, struct reason *why)
{
	(void)why;
	t->part.len = 0;
	return 0;
}

static int write_part(struct target *t, const void *data, size_t len, struct reason *why)
{
	const char *at = data;

	while (len > 0) {
		size_t room = TARGET_PART - t->part.len, n = len < room ? len : room;

		buf_append(&t->part, at, n);
		if (t->part.failed)
			return reason_set(why, "out of memory");
		at += n;
		len -= n;
		if (t->part.len == TARGET_PART && part_send(t, why) < 0)
			return -1;
	}
	return 0;
}

static int remove_one(struct target *t, const char *name, unsigned int parts, struct reason *why)
{
	struct reason unknown;
	uint64_t size;
	int rc = 0;

	for (unsigned int i = 0; i < parts; i++) {
		struct buf config = { 0 };
		char part[160];

		part_name(t, name, i, part);
		if (parts == PARTS_LOOK && target_remote.size(t, part, 0, &size, &unknown) < 0)
			break;
		remote_config(t, &config, part, NULL);
		curl_option(&config, "request", "DELETE");
		if (remote_run(t, &config, NULL, NULL, why) < 0 && !strstr(why->text, "404"))
			rc = -1;
	}
	return rc;
}

static void put_cancel(struct target *t)
{
	struct reason unknown;

	remove_one(t, t->name, t->parts + 1, &unknown);
	t->part.len = 0;
}

static int put_end(struct target *t, struct reason *why)
{
	if (t->part.len == 0 || part_send(t, why) == 0)
		return 0;
	put_cancel(t);
	return -1;
}

static int get_begin(struct target *t, unsigned int parts, struct reason *why)
{
	return target_remote.get_begin(t, parts, why);
}

static int get_end(struct target *t, struct reason *why)
{
	return target_remote.get_end(t, why);
}

static int size_of(struct target *t, const char *name, unsigned int parts, uint64_t *size,
		   struct reason *why)
{
	return target_remote.size(t, name, parts, size, why);
}

const struct target_type_ops target_objects = {
	.put_begin = put_begin,
	.write = write_part,
	.put_end = put_end,
	.put_cancel = put_cancel,
	.get_begin = get_begin,
	.get_end = get_end,
	.size = size_of,
	.remove = remove_one,
	.read_small = remote_read_small,
	.write_small = object_put,
};
