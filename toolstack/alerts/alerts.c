// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: events of the API for a while, then a look at what has none. See alerts.h.
 */
#include "alerts/alerts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "alerts/deliver.h"
#include "alerts/watch.h"
#include "lib/deadline.h"

#define SR_EVERY    6 /* looks */
#define TEND_EVERY  30
#define SWEEP_EVERY 360

static struct {
	const struct alerts_settings *settings;
	struct courier *courier;
	struct api api;
	char token[64], host[40];
	bool fresh;       /* what comes now was there before */
	json_t *messages; /* by their references: what is known when they go */
} d;

static const char *text_of(const json_t *o, const char *field)
{
	const char *text = json_string_value(json_object_get(o, field));

	return text ? text : "";
}

/* ---- events ------------------------------------------------------------------------------ */

static void on_vm(const char *ref, const json_t *record)
{
	if (!record) {
		vm_watch_gone(ref, d.settings->metrics);
		threshold_drop(ref);
		return;
	}
	vm_watch(ref, record, d.fresh);
	threshold_set("VM", ref, record);
}

static void on_host(const char *ref, const json_t *record)
{
	if (record)
		threshold_set("Host", ref, record);
}

static void on_task(const char *ref, const json_t *record)
{
	(void)ref;
	if (record && !d.fresh)
		task_watch(record, d.host);
}

static void on_message(const char *ref, const json_t *record)
{
	json_t *known = json_object_get(d.messages, ref);

	if (!record && known) {
		deliver(known, true);
		alerts_dismissed(ref);
		json_object_del(d.messages, ref);
	} else if (record && !known) {
		json_object_set(d.messages, ref, (json_t *)record);
		if (d.fresh) {
			alerts_adopt(ref, record);
			deliver_missed(record);
		} else {
			deliver(record, false);
		}
	}
}

static const struct {
	const char *class;
	void (*on)(const char *ref, const json_t *record);
} classes[] = {
	{ "vm", on_vm },
	{ "host", on_host },
	{ "task", on_task },
	{ "message", on_message },
};

static void event_take(const json_t *event)
{
	const char *ref = text_of(event, "ref");

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strcmp(text_of(event, "class"), classes[i].class) == 0)
			classes[i].on(ref, json_object_get(event, "snapshot"));
}

/* False: there is no session any more, or events were lost. */
static bool events_wait(void)
{
	json_t *batch = api_call(&d.api, "event.from",
				 json_pack("[[ssss]sf]", "vm", "host", "task", "message", d.token,
					   (double)d.settings->every_ms / 1000));
	json_t *event;
	size_t i;

	if (!batch)
		return false;
	d.fresh = !d.token[0];
	snprintf(d.token, sizeof(d.token), "%s", text_of(batch, "token"));
	json_array_foreach(json_object_get(batch, "events"), i, event)
	{
		event_take(event);
	}
	json_decref(batch);
	return true;
}

/* ---- the session ------------------------------------------------------------------------- */

static bool host_find(void)
{
	json_t *hosts = api_call(&d.api, "host.get_all_records", json_array());
	const json_t *first = json_object_iter_value(json_object_iter(hosts));

	snprintf(d.host, sizeof(d.host), "%s", text_of(first, "uuid"));
	json_decref(hosts);
	return d.host[0];
}

/* Once it was missed, everything is looked at again: what is known by now is told once. */
static void session_begin(void)
{
	bool said = false;

	d.token[0] = '\0';
	while (!courier_login(d.courier, &d.api) || !host_find()) {
		if (!said)
			log_info("waiting for the API");
		said = true;
		sleep(2);
	}
}

/* ---- the loop ---------------------------------------------------------------------------- */

static void look(unsigned int turn)
{
	const struct alerts_settings *s = d.settings;

	disk_watch(s->kmsg, d.host);
	host_watch(d.host);
	thresholds_check(s->metrics);
	if (turn % SR_EVERY == 0)
		sr_watch(&d.api, s->vmd);
	if (turn % TEND_EVERY == 0)
		alerts_tend();
	if (turn % SWEEP_EVERY == SWEEP_EVERY - 1)
		metrics_sweep(&d.api, s->metrics);
	deliver_tend(d.host);
}

int alerts_run(const struct alerts_settings *s, struct courier *c)
{
	int64_t next = 0;
	struct reason why;
	unsigned int turn = 0;

	d.settings = s;
	d.courier = c;
	d.api.socket = s->api;
	d.messages = json_object();
	alerts_open(&d.api);
	if (deliver_open(s->state, s->every_ms, &d.api, c, &why) < 0) {
		log_error("%s", why.text);
		return 1;
	}
	session_begin();
	for (;;) {
		if (!events_wait()) {
			session_begin();
			continue;
		}
		/* Events may come all the time: looks do not. */
		if (now_ms() < next)
			continue;
		next = now_ms() + s->every_ms;
		look(turn++);
	}
}
