// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * other_config:perfmon of VMs and of the host against what the metrics daemon wrote down. A text
 * that is none is told of once. See watch.h.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>

#include "alerts/perfmon.h"
#include "alerts/watch.h"
#include "lib/deadline.h"

#define SPAN_SECONDS 30

struct owner {
	struct owner *next;
	char ref[API_REF], uuid[40], class[8];
	char *text;
	struct perfmon *perfmon; /* NULL: the text is wrong */
};

static struct owner *owners;

static struct owner **owner_find(const char *ref)
{
	struct owner **at = &owners;

	while (*at && strcmp((*at)->ref, ref) != 0)
		at = &(*at)->next;
	return at;
}

void threshold_drop(const char *ref)
{
	struct owner **at = owner_find(ref), *o = *at;

	if (!o)
		return;
	*at = o->next;
	perfmon_free(o->perfmon);
	free(o->text);
	free(o);
}

static void owner_add(const char *class, const char *ref, const char *uuid, const char *text)
{
	const struct subject of = { class, uuid, "perfmon" };
	struct owner *o = calloc(1, sizeof(*o));
	struct reason why;

	if (!o || !(o->text = strdup(text)))
		abort();
	snprintf(o->ref, sizeof(o->ref), "%s", ref);
	snprintf(o->uuid, sizeof(o->uuid), "%s", uuid);
	snprintf(o->class, sizeof(o->class), "%s", class);
	o->perfmon = perfmon_parse(text, strcmp(class, "Host") == 0, &why);
	o->next = owners;
	owners = o;
	if (!o->perfmon)
		alert_event("PERFMON_INVALID", 4, &of, "other_config:perfmon is not used: %s",
			    why.text);
}

void threshold_set(const char *class, const char *ref, const json_t *record)
{
	const char *text = json_string_value(
		json_object_get(json_object_get(record, "other_config"), "perfmon"));
	const char *uuid = json_string_value(json_object_get(record, "uuid"));
	const struct owner *o = *owner_find(ref);

	if (json_is_true(json_object_get(record, "is_a_template")))
		text = NULL;
	if (o && text && strcmp(o->text, text) == 0)
		return;
	if (o)
		threshold_drop(ref);
	if (text && *text && uuid)
		owner_add(class, ref, uuid, text);
}

/* ---- checks ------------------------------------------------------------------------------ */

static void add_share(struct metrics_sample *samples, size_t *nr, const char *name,
		      const char *path)
{
	struct statvfs fs;

	if (*nr == METRICS_COLUMNS || statvfs(path, &fs) < 0 || !fs.f_blocks)
		return;
	snprintf(samples[*nr].name, METRICS_NAME, "%s", name);
	samples[(*nr)++].value = (double)(fs.f_blocks - fs.f_bfree) / (double)fs.f_blocks;
}

static void check(struct owner *o, const char *metrics)
{
	static struct metrics_sample samples[METRICS_COLUMNS];
	const struct subject of = { o->class, o->uuid, NULL };
	bool host = strcmp(o->class, "Host") == 0;
	int64_t seconds = now_ms() / 1000 + 1;
	size_t nr = metrics_recent(metrics, host ? METRICS_HOST : o->uuid, time(NULL), SPAN_SECONDS,
				   samples);

	if (host) {
		add_share(samples, &nr, "fs_usage", "/var/lib/socle");
		add_share(samples, &nr, "log_fs_usage", "/var/log");
	}
	for (size_t i = 0; o->perfmon && i < o->perfmon->nr; i++) {
		struct perfmon_variable *v = &o->perfmon->variables[i];
		double value = perfmon_value(v, samples, nr);
		struct buf body = { 0 };

		if (isnan(value) || !perfmon_alarm(v, value, seconds))
			continue;
		perfmon_body(v, value, &body);
		if (!body.failed)
			alert_event("ALARM", v->priority, &of, "%s", body.data);
		buf_free(&body);
	}
}

void thresholds_check(const char *metrics)
{
	for (struct owner *o = owners; o; o = o->next)
		check(o, metrics);
}
