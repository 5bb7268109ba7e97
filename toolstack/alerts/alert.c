// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See alert.h. The messages themselves are the memory of what was told: after a start they are read
 * again. The body of a state's begins with its subject's part and ": ", by which it is found.
 */
#include "alerts/alert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/deadline.h"
#include "lib/log.h"

#define BURST      60    /* messages at once, then */
#define PER_MS     20000 /* one in that time */
#define KEPT       500   /* messages of all */
#define BODY_MAX   4096
#define STATES_MAX 1024

struct state {
	char name[40], uuid[40], part[ALERT_SUBJECT];
	char ref[API_REF]; /* "": dismissed, or not made for want of room */
	int priority;
};

static struct {
	struct api *api;
	struct state *states;
	size_t nr;
	double room; /* messages that may be made now */
	int64_t room_at;
	unsigned int left_out;
} all;

/* Names of messages that tell of a state. */
static const char *const state_names[] = {
	"SR_SPACE_LOW",  "SR_UNREACHABLE", "HOST_MEMORY_LOW",           "HOST_FS_SPACE_LOW",
	"RAID_DEGRADED", "NIC_LINK_DOWN",  "HOST_CLOCK_UNSYNCHRONISED", "ALERT_NOT_SENT",
};

void alerts_open(struct api *api)
{
	all.api = api;
	all.room = BURST;
	all.room_at = now_ms();
}

/* ---- how many ---------------------------------------------------------------------------- */

static bool room_take(void)
{
	int64_t now = now_ms();

	all.room += (double)(now - all.room_at) / PER_MS;
	all.room_at = now;
	if (all.room > BURST)
		all.room = BURST;
	if (all.room < 1) {
		all.left_out++;
		return false;
	}
	all.room--;
	return true;
}

/* ref: where the reference goes, or NULL. */
static void create(const char *name, int priority, const struct subject *of, const char *body,
		   char *ref)
{
	json_t *made;

	log_info("%s (%d) %s %s: %s", name, priority, of->class, of->uuid, body);
	made = api_call(all.api, "message.create",
			json_pack("[sisss]", name, priority, of->class, of->uuid, body));
	if (ref)
		snprintf(ref, API_REF, "%s", made ? json_string_value(made) : "");
	if (!made) {
		struct buf words = { 0 };

		api_error_words(all.api, &words);
		log_warning("message.create: %s", words.data ? words.data : "");
		buf_free(&words);
	}
	json_decref(made);
}

static void format(char *body, const struct subject *of, const char *fmt, va_list words)
{
	int len = of->part ? snprintf(body, BODY_MAX, "%.60s: ", of->part) : 0;

	vsnprintf(body + len, (size_t)(BODY_MAX - len), fmt, words);
}

void alert_event(const char *name, int priority, const struct subject *of, const char *fmt, ...)
{
	char body[BODY_MAX];
	va_list words;

	if (!room_take())
		return;
	va_start(words, fmt);
	format(body, of, fmt, words);
	va_end(words);
	create(name, priority, of, body, NULL);
}

/* ---- states ------------------------------------------------------------------------------ */

static struct state *state_find(const char *name, const char *uuid, const char *part)
{
	for (size_t i = 0; i < all.nr; i++) {
		struct state *s = &all.states[i];

		if (strcmp(s->name, name) == 0 && strcmp(s->uuid, uuid) == 0 &&
		    strcmp(s->part, part) == 0)
			return s;
	}
	return NULL;
}

static struct state *state_add(const char *name, const char *uuid, const char *part)
{
	struct state *more, *s;

	if (all.nr == STATES_MAX)
		return NULL;
	more = realloc(all.states, (all.nr + 1) * sizeof(*more));
	if (!more)
		return NULL;
	all.states = more;
	s = &all.states[all.nr++];
	*s = (struct state){ .priority = 0 };
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->uuid, sizeof(s->uuid), "%s", uuid);
	snprintf(s->part, sizeof(s->part), "%s", part);
	return s;
}

static const char *part_of(const struct subject *of)
{
	return of->part ? of->part : "";
}

int alert_priority(const char *name, const struct subject *of)
{
	const struct state *s = state_find(name, of->uuid, part_of(of));

	return s ? s->priority : 0;
}

bool alert_state(const char *name, int priority, const struct subject *of, const char *fmt, ...)
{
	struct state *s = state_find(name, of->uuid, part_of(of));
	char body[BODY_MAX];
	va_list words;

	if ((s ? s->priority : 0) == priority)
		return false;
	if (s && s->ref[0]) {
		api_do(all.api, "message.destroy", json_pack("[s]", s->ref));
		s->ref[0] = '\0';
	}
	if (!priority) {
		log_info("%s %s %s %s: over", name, of->class, of->uuid, part_of(of));
		*s = all.states[--all.nr];
		return true;
	}
	if (!s)
		s = state_add(name, of->uuid, part_of(of));
	if (!s || !room_take())
		return false;
	s->priority = priority;
	va_start(words, fmt);
	format(body, of, fmt, words);
	va_end(words);
	create(name, priority, of, body, s->ref);
	return true;
}

void alerts_adopt(const char *ref, const json_t *message)
{
	const char *name = json_string_value(json_object_get(message, "name"));
	const char *uuid = json_string_value(json_object_get(message, "obj_uuid"));
	const char *body = json_string_value(json_object_get(message, "body"));
	const char *end = body ? strstr(body, ": ") : NULL;
	char part[ALERT_SUBJECT] = "";
	struct state *s;

	for (size_t i = 0; name && uuid && i < sizeof(state_names) / sizeof(*state_names); i++) {
		if (strcmp(name, state_names[i]) != 0)
			continue;
		if (end && end - body < ALERT_SUBJECT)
			snprintf(part, sizeof(part), "%.*s", (int)(end - body), body);
		if (state_find(name, uuid, part) || !(s = state_add(name, uuid, part)))
			return;
		s->priority = (int)json_integer_value(json_object_get(message, "priority"));
		snprintf(s->ref, sizeof(s->ref), "%s", ref);
	}
}

void alerts_dismissed(const char *ref)
{
	for (size_t i = 0; i < all.nr; i++)
		if (strcmp(all.states[i].ref, ref) == 0)
			all.states[i].ref[0] = '\0';
}

/* ---- old ones ---------------------------------------------------------------------------- */

static bool is_state(const char *ref)
{
	for (size_t i = 0; i < all.nr; i++)
		if (strcmp(all.states[i].ref, ref) == 0)
			return true;
	return false;
}

/* The least important, and of those the oldest, goes first. */
static const char *least(json_t *messages)
{
	const char *ref, *worst = NULL, *worst_time = "";
	json_int_t worst_priority = 0;
	json_t *m;

	json_object_foreach(messages, ref, m)
	{
		json_int_t priority = json_integer_value(json_object_get(m, "priority"));
		const char *time = json_string_value(json_object_get(m, "timestamp"));

		if (is_state(ref) ||
		    (worst && (priority < worst_priority ||
			       (priority == worst_priority && strcmp(time, worst_time) >= 0))))
			continue;
		worst = ref;
		worst_priority = priority;
		worst_time = time;
	}
	return worst;
}

static void prune(void)
{
	json_t *messages = api_call(all.api, "message.get_all_records", json_array());
	const char *ref;

	while (json_object_size(messages) > KEPT && (ref = least(messages))) {
		api_do(all.api, "message.destroy", json_pack("[s]", ref));
		json_object_del(messages, ref);
	}
	json_decref(messages);
}

void alerts_tend(void)
{
	json_t *hosts;
	const char *ref;
	json_t *host;

	prune();
	if (!all.left_out || all.room < BURST / 2)
		return;
	hosts = api_call(all.api, "host.get_all_records", json_array());
	json_object_foreach(hosts, ref, host)
	{
		const struct subject of = { "Host",
					    json_string_value(json_object_get(host, "uuid")),
					    NULL };

		alert_event("ALERTS_LEFT_OUT", 4, &of,
			    "%u messages were left out because there were too many at once; the "
			    "system log has what happened",
			    all.left_out);
		all.left_out = 0;
		break;
	}
	json_decref(hosts);
}
