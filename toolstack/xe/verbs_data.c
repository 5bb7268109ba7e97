// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is measured, as clients of other hosts name it: data sources. Here all of them are recorded,
 * always; they come from the host's answer to /rrd_updates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "xe/die.h"
#include "xe/stream.h"
#include "xe/verbs.h"

#define STEP 5
#define BACK 60 /* seconds; a host that is busy may be late */

/* {"meta": {"legend": ["AVERAGE:host:UUID:NAME"...]}, "data": [{"values": [...]}, newest first]} */
static json_t *figures_fetch(struct api *api)
{
	struct buf path = { 0 };
	json_t *answer;

	buf_printf(&path, "/rrd_updates?start=%lld&interval=%d&cf=AVERAGE&host=true&json=true",
		   (long long)time(NULL) - BACK, STEP);
	if (path.failed)
		die_memory();
	answer = stream_json(api, path.data);
	buf_free(&path);
	return answer;
}

/* The newest value that is one; false: there is none. */
static bool newest(const json_t *answer, size_t column, double *value)
{
	const json_t *row, *v;
	size_t i;

	json_array_foreach(json_object_get(answer, "data"), i, row)
	{
		v = json_array_get(json_object_get(row, "values"), column);
		/* What is not known is "NaN". */
		if (json_is_number(v)) {
			*value = json_number_value(v);
			return true;
		}
	}
	return false;
}

/* The object that is meant: its kind in legends, its UUID, and what was measured of all of them. */
struct measured {
	const char *kind;
	json_t *uuid, *answer;
};

static const json_t *legend_of(const struct measured *m)
{
	return json_object_get(json_object_get(m->answer, "meta"), "legend");
}

/* "cpu0" of "AVERAGE:host:UUID:cpu0", if that column is of the object; or NULL. */
static const char *source_of(const struct measured *m, size_t column)
{
	const char *legend = json_string_value(json_array_get(legend_of(m), column)) ?: "";
	char begin[100];
	int len = snprintf(begin, sizeof(begin), "AVERAGE:%s:%s:", m->kind,
			   json_string_value(m->uuid) ?: "");

	return strncmp(legend, begin, (size_t)len) == 0 ? legend + len : NULL;
}

/* All that the request says has been asked for by then. */
static void measured_open(struct api *api, struct request *r, bool host, struct measured *m)
{
	char method[40];
	const char *ref;

	m->kind = host ? "host" : "vm";
	if (host) {
		request_get(r, "host");
		request_get(r, "uuid");
		ref = object_master(api);
	} else {
		ref = verb_object(api, "vm", r);
	}
	snprintf(method, sizeof(method), "%s.get_uuid", host ? "host" : "VM");
	m->uuid = api_call(api, method, json_pack("[s]", ref));
	request_finish(r);
	m->answer = figures_fetch(api);
}

static void measured_close(struct measured *m)
{
	json_decref(m->answer);
	json_decref(m->uuid);
}

static void sources_list(struct api *api, struct request *r, bool host)
{
	struct measured m;
	const char *name;

	measured_open(api, r, host, &m);
	for (size_t i = 0; i < json_array_size(legend_of(&m)); i++)
		if ((name = source_of(&m, i)))
			printf("%s\n", name);
	measured_close(&m);
}

static void source_query(struct api *api, struct request *r, bool host)
{
	const char *wanted = request_need(r, "data-source"), *name;
	bool found = false;
	struct measured m;
	double value;

	measured_open(api, r, host, &m);
	for (size_t i = 0; i < json_array_size(legend_of(&m)); i++) {
		name = source_of(&m, i);
		if (name && strcmp(name, wanted) == 0 && newest(m.answer, i, &value)) {
			printf("%.15g\n", value);
			found = true;
		}
	}
	if (!found)
		die(EXIT_REFUSED, "nothing is known of '%s'; %s-data-source-list names what is",
		    wanted, m.kind);
	measured_close(&m);
}

static void host_list(struct api *api, struct request *r)
{
	sources_list(api, r, true);
}

static void host_query(struct api *api, struct request *r)
{
	source_query(api, r, true);
}

static void vm_list(struct api *api, struct request *r)
{
	sources_list(api, r, false);
}

static void vm_query(struct api *api, struct request *r)
{
	source_query(api, r, false);
}

static void record(struct api *api, struct request *r)
{
	(void)api;
	for (size_t i = 0; i < r->nr; i++)
		r->params[i].used = true;
	printf("it is recorded: everything is\n");
}

static void forget(struct api *api, struct request *r)
{
	(void)api;
	(void)r;
	die(EXIT_REFUSED, "figures go by themselves: after a year, or with their VM");
}

const struct verb data_verbs[] = {
	{ "host-data-source-list", NULL, NULL, NULL, "", "what is measured of the host", host_list,
	  false },
	{ "host-data-source-query", NULL, NULL, NULL, "data-source=", "its newest value",
	  host_query, false },
	{ "host-data-source-record", NULL, NULL, NULL,
	  "data-source=", "nothing to do: everything is recorded", record, false },
	{ "host-data-source-forget", NULL, NULL, NULL,
	  "data-source=", "refused: figures go by themselves", forget, false },
	{ "vm-data-source-list", "vm", NULL, NULL, "", "what is measured of a VM", vm_list, false },
	{ "vm-data-source-query", "vm", NULL, NULL, "data-source=", "its newest value", vm_query,
	  false },
	{ "vm-data-source-record", "vm", NULL, NULL,
	  "data-source=", "nothing to do: everything is recorded", record, false },
	{ "vm-data-source-forget", "vm", NULL, NULL,
	  "data-source=", "refused: figures go by themselves", forget, false },
	{ 0 },
};
