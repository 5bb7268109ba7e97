// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which devices there are: the control domain's back ends, and the records of those that driver
 * domains have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/device_store.h"

/* The children of path that are numbers: calls back until it returns false. */
static bool each_number(struct store *s, const char *path, struct device_id *id, uint32_t *number,
			bool (*callback)(void *arg, struct store *s, const struct device_id *id),
			void *arg)
{
	struct buf names = { 0 };
	bool more = true;

	if (store_list(s, path, &names) == 0 && !names.failed) {
		for (size_t at = 0; more && at < names.len; at += strlen(names.data + at) + 1) {
			char *end;

			*number = (uint32_t)strtoul(names.data + at, &end, 10);
			if (end != names.data + at && !*end)
				more = callback(arg, s, id);
		}
	}
	buf_free(&names);
	return more;
}

struct each {
	bool (*callback)(void *arg, struct store *s, const struct device_id *id);
	void *arg;
};

static bool each_of_domain(void *arg, struct store *s, const struct device_id *of)
{
	const struct each *each = arg;
	struct device_id id = *of;
	char path[DEVICE_PATH_MAX];

	snprintf(path, sizeof(path), "/local/domain/%u/backend/%s/%u", id.backend,
		 device_type(id.kind), id.domid);
	return each_number(s, path, &id, &id.devid, each->callback, each->arg);
}

/* Whose back end it is stands in the record. */
static bool has_record(struct store *s, struct device_id *id)
{
	char text[12];

	id->backend = DEVICE_BACKEND_GONE;
	if (!device_read(s, id, "backend-id", text, sizeof(text)))
		return false;
	id->backend = (unsigned int)strtoul(text, NULL, 10);
	return id->backend != 0;
}

static bool each_record(void *arg, struct store *s, const struct device_id *of)
{
	const struct each *each = arg;
	struct device_id id = *of;

	return !has_record(s, &id) || each->callback(each->arg, s, &id);
}

static bool each_record_of_domain(void *arg, struct store *s, const struct device_id *of)
{
	struct device_id id = *of;
	char path[DEVICE_PATH_MAX];

	snprintf(path, sizeof(path), "/libxl/%u/device/%s", id.domid, device_type(id.kind));
	return each_number(s, path, &id, &id.devid, each_record, arg);
}

static bool each_back(struct store *s, struct each *each, enum device_kind kind,
		      unsigned int backend)
{
	struct device_id id = { .kind = kind, .backend = backend };
	char path[DEVICE_PATH_MAX];

	snprintf(path, sizeof(path), "/local/domain/%u/backend/%s", backend, device_type(kind));
	return each_number(s, path, &id, &id.domid, each_of_domain, each);
}

void device_each_back(struct store *s, enum device_kind kind, unsigned int backend,
		      bool (*callback)(void *arg, struct store *s, const struct device_id *id),
		      void *arg)
{
	struct each each = { callback, arg };

	each_back(s, &each, kind, backend);
}

void device_each(struct store *s, enum device_kind kind, unsigned int domid,
		 bool (*callback)(void *arg, struct store *s, const struct device_id *id),
		 void *arg)
{
	struct each each = { callback, arg };
	struct device_id id = { .domid = domid, .kind = kind };
	bool recorded = kind == DEVICE_NETWORK;

	if (domid != DEVICE_EVERY_DOMAIN) {
		if (each_of_domain(&each, s, &id) && recorded)
			each_record_of_domain(&each, s, &id);
		return;
	}
	if (each_back(s, &each, kind, 0) && recorded)
		each_number(s, "/libxl", &id, &id.domid, each_record_of_domain, &each);
}

bool device_find(struct store *s, struct device_id *id)
{
	if (id->kind == DEVICE_NETWORK && has_record(s, id))
		return true;
	id->backend = 0;
	return device_back_state(s, id) != DEVICE_UNKNOWN;
}
