// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What waits, until when, and what came of it. See network_pending.h.
 */
#include "apid/network_pending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/vmd_link.h"
#include "lib/deadline.h"

#define PENDING  "pending_network_change"
#define LEAST    5
#define MOST     3600
#define LATER_MS 500 /* behind the deadline the host has undone it */

static void deadline_passed(struct loop_timer *t)
{
	(void)t;
	network_pending_ask();
}

static struct loop_timer timer = { .expired = deadline_passed };

static bool pending(void)
{
	return json_object_size(get_json(the_host(), PENDING)) != 0;
}

unsigned int network_confirm_seconds(struct call *c)
{
	const char *text = get_entry(c->session, "other_config", NETWORK_CONFIRM_KEY);
	char *end;
	unsigned long seconds = strtoul(text, &end, 10);

	if (!*text)
		return 0;
	if (*end || seconds < LEAST || seconds > MOST) {
		call_fail(c, "INVALID_VALUE", NETWORK_CONFIRM_KEY, text, NULL);
		return 0;
	}
	return (unsigned int)seconds;
}

bool network_pending_none(struct call *c)
{
	char ref[REF_TEXT];

	if (!pending())
		return true;
	object_ref(the_host(), ref);
	call_fail(c, "OTHER_OPERATION_IN_PROGRESS", "host", ref, NULL);
	return false;
}

/* ---- what the host says of it ------------------------------------------------------------ */

static void pending_set(json_int_t seconds, const struct call *by)
{
	json_t *map = json_copy((json_t *)get_json(the_host(), PENDING));
	char deadline[24];

	datetime_format(time(NULL) + seconds, deadline);
	json_object_set_new(map, "deadline", json_string(deadline));
	if (by) {
		json_object_set_new(map, "operation", json_string(by->rpc.method));
		json_object_set_new(map, "user", json_string(by->user));
	}
	set_json(the_host(), PENDING, map);
	json_decref(map);
	loop_timer_set(&timer, now_ms() + seconds * 1000 + LATER_MS);
}

static void pending_clear(void)
{
	set_json(the_host(), PENDING, NULL);
	loop_timer_stop(&timer);
}

/* What was tried does not come with the next change, either: without the key all stays as it is. */
static void domains_forget(void)
{
	const struct store_class *all = store_class_of("PIF");

	for (size_t i = 0; i < all->nr; i++)
		if (json_object_get(get_json(all->objects[i], "other_config"), DOMAIN_KEY))
			drop_entry(all->objects[i], "other_config", DOMAIN_KEY);
}

static void undone(const char *because)
{
	const json_t *map = get_json(the_host(), PENDING);
	const char *operation = json_string_value(json_object_get(map, "operation"));
	const char *user = json_string_value(json_object_get(map, "user"));
	char words[600];

	snprintf(words, sizeof(words), "%s%s%s%s%s", operation ? operation : "",
		 operation ? " of " : "", operation ? user : "", operation ? ": " : "", because);
	message_make("NETWORK_CHANGE_UNDONE", 3, "Host", get_text(the_host(), "uuid"), words);
	if (!operation || strstr(operation, "PIF.reconfigure"))
		domains_forget();
	pending_clear();
}

void network_pending_told(const json_t *state, const struct call *by)
{
	const char *word = json_string_value(json_object_get(state, "state"));
	const char *text = json_string_value(json_object_get(state, "text"));

	if (word && strcmp(word, "waiting") == 0) {
		pending_set(json_integer_value(json_object_get(state, "seconds")), by);
	} else if (word && pending()) {
		if (strcmp(word, "undone") == 0)
			undone(text ? text : "");
		else
			pending_clear();
	}
}

static void state_answer(void *owner, const json_t *ok, const json_t *error)
{
	bool waited = pending();

	(void)owner;
	(void)error;
	if (!ok)
		return;
	store_begin();
	network_pending_told(ok, NULL);
	call_commit_told("network.state");
	if (waited && !pending())
		inventory_ask_networks();
}

void network_pending_ask(void)
{
	vmd_ask("network.state", json_object(), state_answer, NULL, NULL);
}

/* ---- methods ----------------------------------------------------------------------------- */

static void modes_told(struct call *c, const json_t *ok)
{
	(void)c;
	inventory_network_modes(ok);
}

static void listed(struct call *c, const json_t *ok)
{
	inventory_networks(ok);
	inventory_pifs_settle(ok);
	call_vmd(c, "network.get", json_object(), modes_told);
}

/* Nobody waits for the client that asked for it: the host has said what came of it. */
static void confirmed(struct call *c, const json_t *ok)
{
	(void)c;
	(void)ok;
	pending_clear();
}

static void gone_back(struct call *c, const json_t *ok)
{
	char words[80];

	(void)ok;
	snprintf(words, sizeof(words), "undone by %s", c->user);
	undone(words);
	call_vmd(c, "network.list", json_object(), listed);
}

/* There was none, or it has just ended: what the host has is told to all. */
static void refused(struct call *c, const json_t *error)
{
	network_pending_ask();
	c->error = json_incref((json_t *)error);
}

void network_change_confirm(struct call *c)
{
	call_vmd(c, "network.confirm", json_object(), confirmed);
	c->otherwise = refused;
}

void network_change_undo(struct call *c)
{
	call_vmd(c, "network.rollback", json_object(), gone_back);
	c->otherwise = refused;
}
