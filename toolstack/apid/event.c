// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of changes and the watchers. See event.h.
 */
#include "apid/event.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "apid/object_private.h"
#include "apid/record.h"
#include "lib/uuid.h"

#define GONE_KNOWN 4096 /* deletions that a watcher can still hear of */
#define SNAPSHOTS  64   /* that are kept for the next watcher: a power of two */

static uint64_t counter = 1;
static uint64_t run; /* a token of another run is worth nothing */
static struct object *oldest, *newest;

static struct gone {
	struct store_class *cls;
	uint8_t id[16];
	uint64_t created, number;
} gone[GONE_KNOWN];
static uint64_t nr_gone; /* so far; the ring holds the last ones */

static struct event_watch *watches;
static bool woken;

/* The same object goes to every watcher: it is written once. */
static struct snapshot {
	const struct object *object;
	uint64_t changed;
	enum wire_format format;
	struct buf text;
} snapshots[SNAPSHOTS];

uint64_t event_now(void)
{
	return counter;
}

static size_t class_place(const struct store_class *c)
{
	return c - store_class_at(0);
}

static bool is_told(const struct store_class *c)
{
	return !(c->model->flags & (CLASS_NO_OBJECTS | CLASS_NO_GET_ALL));
}

/* ---- what has changed -------------------------------------------------------------------- */

static void list_remove(struct object *o)
{
	if (!o->changed)
		return;
	*(o->older ? &o->older->newer : &oldest) = o->newer;
	*(o->newer ? &o->newer->older : &newest) = o->older;
	o->older = o->newer = NULL;
	o->changed = 0;
}

static void list_append(struct object *o)
{
	o->older = newest;
	o->newer = NULL;
	*(newest ? &newest->newer : &oldest) = o;
	newest = o;
}

void event_note(struct object *o)
{
	bool known = o->changed != 0;

	if (!is_told(o->cls) || (o->gone && !known))
		return;
	counter++;
	list_remove(o);
	if (o->gone) {
		struct gone *g = &gone[nr_gone++ % GONE_KNOWN];

		*g = (struct gone){ .cls = o->cls, .created = o->created, .number = counter };
		memcpy(g->id, o->id, sizeof(g->id));
		return;
	}
	if (!known)
		o->created = counter;
	o->changed = counter;
	list_append(o);
}

static bool gone_matters(const struct event_watch *w, const struct gone *g)
{
	return g->number > w->since && g->created <= w->since &&
	       (w->classes >> class_place(g->cls) & 1);
}

static bool object_matters(const struct event_watch *w, const struct object *o)
{
	if (w->classes >> class_place(o->cls) & 1)
		return true;
	for (size_t i = 0; i < w->nr_only; i++)
		if (w->only[i] == o)
			return true;
	return false;
}

static uint64_t gone_first(void)
{
	return nr_gone > GONE_KNOWN ? nr_gone - GONE_KNOWN : 0;
}

bool event_any(const struct event_watch *w)
{
	for (const struct object *o = newest; o && o->changed > w->since; o = o->older)
		if (object_matters(w, o))
			return true;
	for (uint64_t i = nr_gone; i > gone_first(); i--) {
		const struct gone *g = &gone[(i - 1) % GONE_KNOWN];

		if (g->number <= w->since)
			break;
		if (gone_matters(w, g))
			return true;
	}
	return false;
}

/* ---- tokens ------------------------------------------------------------------------------ */

static uint64_t this_run(void)
{
	while (!run)
		if (getrandom(&run, sizeof(run), 0) < 0)
			abort();
	return run;
}

void event_token(uint64_t number, char token[48])
{
	snprintf(token, 48, "%016" PRIx64 ",%" PRIu64, this_run(), number);
}

bool event_token_parse(const char *token, uint64_t *number)
{
	uint64_t of;
	char after;

	*number = 0;
	if (!*token)
		return true;
	if (strlen(token) > 40 ||
	    sscanf(token, "%16" SCNx64 ",%" SCNu64 "%c", &of, number, &after) != 2 ||
	    of != this_run() || *number > counter)
		return false;
	return nr_gone <= GONE_KNOWN || gone[nr_gone % GONE_KNOWN].number <= *number;
}

/* ---- writing ----------------------------------------------------------------------------- */

static const struct buf *snapshot_of(const struct object *o, enum wire_format format)
{
	struct snapshot *s = &snapshots[o->changed & (SNAPSHOTS - 1)];
	struct wire w;

	if (s->object == o && s->changed == o->changed && s->format == format)
		return &s->text;
	s->object = o;
	s->changed = o->changed;
	s->format = format;
	s->text.len = 0;
	wire_open(&w, &s->text, format);
	record_write(&w, o);
	return &s->text;
}

static void write_event(struct wire *w, const struct model_class *c, const char *operation,
			const char *ref, uint64_t number, const struct object *o)
{
	char lower[40], text[24];
	size_t i;

	for (i = 0; i < sizeof(lower) - 1 && c->name[i]; i++)
		lower[i] = (char)tolower((unsigned char)c->name[i]);
	lower[i] = '\0';
	wire_struct_begin(w);
	wire_key(w, "id");
	snprintf(text, sizeof(text), "%" PRIu64, number);
	wire_string(w, text);
	wire_key(w, "timestamp");
	wire_string(w, "0.0");
	wire_key(w, "class");
	wire_string(w, lower);
	wire_key(w, "operation");
	wire_string(w, operation);
	wire_key(w, "ref");
	wire_string(w, ref);
	if (o) {
		const struct buf *snapshot = snapshot_of(o, w->format);

		wire_key(w, "snapshot");
		wire_raw(w, snapshot->data, snapshot->len);
	}
	wire_struct_end(w);
}

void event_write_list(const struct event_watch *w, struct wire *out)
{
	char ref[REF_TEXT] = MODEL_REF_PREFIX;
	const struct object *o = newest;

	wire_array_begin(out);
	for (uint64_t i = gone_first(); i < nr_gone; i++) {
		const struct gone *g = &gone[i % GONE_KNOWN];

		if (!gone_matters(w, g))
			continue;
		uuid_format(g->id, ref + strlen(MODEL_REF_PREFIX));
		write_event(out, g->cls->model, "del", ref, g->number, NULL);
	}
	/* The oldest first. */
	while (o && o->older && o->older->changed > w->since)
		o = o->older;
	for (; o; o = o->newer) {
		if (o->changed <= w->since || !object_matters(w, o))
			continue;
		object_ref(o, ref);
		write_event(out, o->cls->model, o->created > w->since ? "add" : "mod", ref,
			    o->changed, o);
	}
	wire_array_end(out);
}

void event_write(const struct event_watch *w, struct wire *out)
{
	char text[48];

	wire_struct_begin(out);
	wire_key(out, "events");
	event_write_list(w, out);
	wire_key(out, "valid_ref_counts");
	wire_struct_begin(out);
	for (size_t i = 0; i < model_nr_classes; i++) {
		const struct store_class *c = store_class_at(i);
		size_t k;

		if (!is_told(c))
			continue;
		for (k = 0; c->model->name[k]; k++)
			text[k] = (char)tolower((unsigned char)c->model->name[k]);
		text[k] = '\0';
		wire_key(out, text);
		wire_number(out, (int64_t)c->nr);
	}
	wire_struct_end(out);
	event_token(counter, text);
	wire_key(out, "token");
	wire_string(out, text);
	wire_struct_end(out);
}

/* ---- waiting ----------------------------------------------------------------------------- */

void event_wait(struct event_watch *w)
{
	w->next = watches;
	watches = w;
}

void event_wait_end(struct event_watch *w)
{
	struct event_watch **at = &watches;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	w->next = NULL;
}

void event_tell(void)
{
	woken = true;
}

bool event_pending(void)
{
	return woken && watches;
}

void event_deliver(void)
{
	struct event_watch *list, *w;

	if (!woken)
		return;
	woken = false;
	/* Those that get something leave the list of those who wait. */
	list = watches;
	watches = NULL;
	while ((w = list)) {
		list = w->next;
		w->next = NULL;
		if (event_any(w))
			w->ready(w);
		else
			event_wait(w);
	}
}
