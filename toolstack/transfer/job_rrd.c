// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /rrd_updates: what the host and its VMs did over time.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/write_all.h"
#include "metrics/metrics.h"
#include "transfer/job.h"
#include "transfer/ova.h"

#define OWNERS_MAX 4096

static size_t owners_add(struct job *j, const char *class, const char *kind,
			 struct metrics_owner *owners, size_t nr)
{
	char method[32];
	json_t *all, *one;
	const char *key;

	snprintf(method, sizeof(method), "%s.get_all_records", class);
	all = api_call(&j->api, method, json_array());
	json_object_foreach(all, key, one)
	{
		if (nr == OWNERS_MAX || json_is_true(json_object_get(one, "is_a_template")) ||
		    json_is_true(json_object_get(one, "is_control_domain")))
			continue;
		owners[nr].kind = kind;
		owners[nr].file = strcmp(kind, "host") == 0 ? METRICS_HOST : NULL;
		snprintf(owners[nr++].uuid, UUID_TEXT, "%s", ova_text(one, "uuid"));
	}
	json_decref(all);
	return nr;
}

static bool flag(struct job *j, const char *name)
{
	char text[8];

	request_param(j->request, name, text, sizeof(text));
	return strcmp(text, "true") == 0;
}

static int64_t number(struct job *j, const char *name)
{
	char text[24];

	request_param(j->request, name, text, sizeof(text));
	return strtoll(text, NULL, 10);
}

static int answer(struct job *j, const struct metrics_query *q, struct metrics_owner *owners)
{
	struct buf out = { 0 };
	struct reason why;
	size_t nr = 0;
	int rc;

	json_decref(j->api.error);
	j->api.error = NULL;
	if (flag(j, "host"))
		nr = owners_add(j, "host", "host", owners, nr);
	nr = owners_add(j, "VM", "vm", owners, nr);
	if (j->api.error)
		return -1;
	rc = metrics_query(j->metrics, q, owners, nr, &out, &why);
	if (rc == 0)
		rc = reply_begin(j->request, q->json ? "application/json" : "text/xml", NULL, &why);
	if (rc == 0 && write_all(j->request->fd, out.data, out.len) < 0)
		rc = reason_set(&why, "the client has gone");
	buf_free(&out);
	return rc < 0 ? job_fail(j, "INTERNAL_ERROR", &why) : 0;
}

int job_rrd_updates(struct job *j)
{
	const struct metrics_query q = { .start = number(j, "start"),
					 .now = time(NULL),
					 .interval = number(j, "interval"),
					 .json = flag(j, "json") };
	struct metrics_owner *owners = calloc(OWNERS_MAX, sizeof(*owners));
	int rc = owners ? answer(j, &q, owners)
			: api_fail(&j->api, "INTERNAL_ERROR", "out of memory", NULL);

	free(owners);
	return rc;
}
