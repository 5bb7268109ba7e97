// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose figures they are is kept up to date by the API's events: nothing is asked twice.
 */
#include "transfer/figures.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transfer/ova.h"

#define OWNERS_MAX 4096

static size_t owner_find(const struct figures *f, const char *ref)
{
	size_t i = 0;

	while (i < f->nr && strcmp(f->refs[i], ref) != 0)
		i++;
	return i;
}

static void owner_drop(struct figures *f, const char *ref)
{
	size_t i = owner_find(f, ref);

	if (i == f->nr)
		return;
	f->nr--;
	memmove(&f->owners[i], &f->owners[i + 1], (f->nr - i) * sizeof(f->owners[0]));
	memmove(&f->refs[i], &f->refs[i + 1], (f->nr - i) * sizeof(f->refs[0]));
}

static bool room_make(struct figures *f)
{
	const size_t room = f->room ? f->room * 2 : 16;
	void *owners, *refs;

	if (f->nr < f->room)
		return true;
	owners = f->room < OWNERS_MAX ? reallocarray(f->owners, room, sizeof(f->owners[0])) : NULL;
	f->owners = owners ? owners : f->owners;
	refs = owners ? reallocarray(f->refs, room, sizeof(f->refs[0])) : NULL;
	f->refs = refs ? refs : f->refs;
	f->room = refs ? room : f->room;
	return refs != NULL;
}

static void owner_add(struct figures *f, const char *ref, bool host, const json_t *record)
{
	if (owner_find(f, ref) < f->nr || !room_make(f))
		return;
	f->owners[f->nr].kind = host ? "host" : "vm";
	f->owners[f->nr].file = host ? METRICS_HOST : NULL;
	snprintf(f->owners[f->nr].uuid, UUID_TEXT, "%s", ova_text(record, "uuid"));
	snprintf(f->refs[f->nr], API_REF, "%s", ref);
	f->nr++;
}

static bool has_figures(const json_t *record)
{
	return record && !json_is_true(json_object_get(record, "is_a_template")) &&
	       !json_is_true(json_object_get(record, "is_control_domain"));
}

static void event_take(struct figures *f, const json_t *event)
{
	const char *ref = ova_text(event, "ref");
	const json_t *record = json_object_get(event, "snapshot");
	const bool host = strcmp(ova_text(event, "class"), "host") == 0;

	if (has_figures(record))
		owner_add(f, ref, host, record);
	else
		owner_drop(f, ref);
}

int figures_look(struct figures *f, double seconds)
{
	json_t *classes = f->host ? json_pack("[s,s]", "host", "vm") : json_pack("[s]", "vm");
	json_t *news, *event;
	size_t i;

	news = api_call(
		&f->job->api, "event.from",
		json_pack("[o,s,f]", classes, f->token ? f->token : "", f->token ? seconds : 0.0));
	if (!news) {
		const char *code = json_string_value(json_array_get(f->job->api.error, 0));

		/* It has forgotten what we know: all anew. */
		if (!f->token || strcmp(code, "EVENTS_LOST") != 0)
			return -1;
		free(f->token);
		f->token = NULL;
		f->nr = 0;
		return figures_look(f, 0);
	}
	json_array_foreach(json_object_get(news, "events"), i, event) event_take(f, event);
	free(f->token);
	f->token = strdup(ova_text(news, "token"));
	json_decref(news);
	return f->token ? 0 : api_fail(&f->job->api, "INTERNAL_ERROR", "out of memory", NULL);
}

int figures_write(struct figures *f, struct buf *out)
{
	struct reason why;

	f->query.now = time(NULL);
	if (metrics_query(f->job->metrics, &f->query, f->owners, f->nr, out, &why) < 0)
		return job_fail(f->job, "INTERNAL_ERROR", &why);
	return 0;
}

void figures_free(struct figures *f)
{
	free(f->owners);
	free(f->refs);
	free(f->token);
}
