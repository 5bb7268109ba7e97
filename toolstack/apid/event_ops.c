// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The methods of event: they read what has changed, or wait for it. A wait ends with the client's
 * time, or ours if that is longer. Older clients register for classes, and ask for what is next:
 * what they have heard of is kept with their session.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apid/ops.h"
#include "apid/record.h"
#include "lib/deadline.h"

#define WAIT_MOST 3600.0
#define ONLY_MOST 1024

static bool watch_one(struct call *c, struct store_class *cls, const char *ref)
{
	struct object *o = object_find(cls, ref);
	struct event_watch *w = &c->watch;

	/* One that is gone already has no more events. */
	if (!o)
		return true;
	if (w->nr_only == ONLY_MOST)
		return false;
	w->only = reallocarray(w->only, w->nr_only + 1, sizeof(struct object *));
	if (!w->only)
		abort();
	w->only[w->nr_only++] = object_hold(o);
	return true;
}

/* "*", "vm" or "vm/OpaqueRef:..." */
static void watch_class(struct call *c, const char *word)
{
	const char *slash = strchr(word, '/');
	const struct model_class *m;
	char name[40];

	if (strcmp(word, "*") == 0) {
		c->watch.classes = UINT64_MAX;
		return;
	}
	if ((slash ? (size_t)(slash - word) : strlen(word)) >= sizeof(name)) {
		call_fail(c, "INVALID_VALUE", "classes", word, NULL);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", slash ? (int)(slash - word) : 40, word);
	m = model_event_class(name);
	/* Clients ask for classes that a host may not have: nothing ever comes of them. */
	if (!m || (m->flags & (CLASS_NO_OBJECTS | CLASS_NO_GET_ALL)))
		return;
	if (!slash)
		c->watch.classes |= 1ull << (store_class_of(m->name) - store_class_at(0));
	else if (!watch_one(c, store_class_of(m->name), slash + 1))
		call_fail(c, "INVALID_VALUE", "classes", "too many", NULL);
}

static void watch_classes(struct call *c, const json_t *words)
{
	json_t *word;
	size_t i;

	json_array_foreach(words, i, word)
	{
		watch_class(c, json_string_value(word));
	}
}

static void answer(struct call *c)
{
	event_write(&c->watch, &c->out);
}

static struct call *of_watch(struct event_watch *w)
{
	return w->owner;
}

static void answer_next(struct call *c);

static void next_ready(struct event_watch *w)
{
	call_resume(w->owner, answer_next);
}

static void from_ready(struct event_watch *w)
{
	call_resume(of_watch(w), answer);
}

static struct call *of_timer(struct loop_timer *t)
{
	return (struct call *)((char *)t - offsetof(struct call, timer));
}

static void from_expired(struct loop_timer *t)
{
	event_wait_end(&of_timer(t)->watch);
	call_resume(of_timer(t), answer);
}

static void wait_for(struct call *c, double seconds, void (*ready)(struct event_watch *w),
		     void (*expired)(struct loop_timer *t))
{
	c->watch.owner = c;
	c->watch.ready = ready;
	c->timer.expired = expired;
	loop_timer_set(&c->timer, now_ms() + (int64_t)(seconds * 1000) + 1);
	event_wait(&c->watch);
	call_wait(c);
}

static void from(struct call *c)
{
	double seconds = json_number_value(c->args[2]);

	watch_classes(c, c->args[0]);
	if (!event_token_parse(call_text(c, 1), &c->watch.since)) {
		call_fail(c, "EVENTS_LOST", NULL);
		return;
	}
	if (call_failed(c))
		return;
	if (!*call_text(c, 1) || event_any(&c->watch) || seconds <= 0)
		answer(c);
	else
		wait_for(c, seconds < WAIT_MOST ? seconds : WAIT_MOST, from_ready, from_expired);
}

static void inject(struct call *c)
{
	const struct model_class *m = model_event_class(call_text(c, 0));
	struct object *o = m ? object_find(store_class_of(m->name), call_text(c, 1)) : NULL;
	char token[48];

	if (!o) {
		call_fail(c, "HANDLE_INVALID", call_text(c, 0), call_text(c, 1), NULL);
		return;
	}
	event_token(event_now(), token);
	object_touch(o);
	wire_string(&c->out, token);
}

/* ---- older clients ------------------------------------------------------------------------- */

struct registration {
	struct registration *next;
	struct object *session; /* held */
	uint64_t classes, since;
};

static struct registration *registrations;

/* Of this session; those of sessions that have ended go. NULL: there is none. */
static struct registration *registration_of(const struct object *session)
{
	struct registration **at = &registrations, *found = NULL;

	while (*at) {
		struct registration *r = *at;

		if (r->session->gone) {
			*at = r->next;
			object_release(r->session);
			free(r);
			continue;
		}
		if (r->session == session)
			found = r;
		at = &r->next;
	}
	return found;
}

static void event_register(struct call *c)
{
	struct registration *r = registration_of(c->session);

	watch_classes(c, c->args[0]);
	if (call_failed(c))
		return;
	if (!r) {
		r = calloc(1, sizeof(*r));
		if (!r)
			abort();
		r->session = object_hold(c->session);
		r->since = event_now();
		r->next = registrations;
		registrations = r;
	}
	r->classes |= c->watch.classes;
}

static void event_unregister(struct call *c)
{
	struct registration *r = registration_of(c->session);

	watch_classes(c, c->args[0]);
	if (r)
		r->classes &= ~c->watch.classes;
}

static void answer_next(struct call *c)
{
	struct registration *r = registration_of(c->session);

	event_write_list(&c->watch, &c->out);
	if (r)
		r->since = event_now();
}

static void next_expired(struct loop_timer *t)
{
	event_wait_end(&of_timer(t)->watch);
	call_resume(of_timer(t), answer_next);
}

static void event_next(struct call *c)
{
	struct registration *r = registration_of(c->session);
	char token[48];

	if (!r || !r->classes) {
		call_fail_ref(c, "SESSION_NOT_REGISTERED", c->session);
		return;
	}
	event_token(r->since, token);
	if (!event_token_parse(token, &c->watch.since)) {
		r->since = event_now();
		call_fail(c, "EVENTS_LOST", NULL);
		return;
	}
	c->watch.classes = r->classes;
	if (event_any(&c->watch))
		answer_next(c);
	else
		wait_for(c, WAIT_MOST, next_ready, next_expired);
}

static void get_current_id(struct call *c)
{
	wire_int(&c->out, (int64_t)event_now());
}

const struct binding event_bindings[] = {
	{ "event.from", from },
	{ "event.inject", inject },
	{ "event.register", event_register },
	{ "event.unregister", event_unregister },
	{ "event.next", event_next },
	{ "event.get_current_id", get_current_id },
	{ NULL, NULL },
};
