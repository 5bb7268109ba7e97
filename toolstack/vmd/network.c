// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the host's networks: the network service is asked, which alone changes them, and
 * which undoes what loses the host.
 */
#include <stdio.h>
#include <string.h>

#include "network/client.h"
#include "network/files.h"
#include "vmd/network_list.h"
#include "vmd/verbs.h"

#define CONFIG_MAX (64 * 1024)

static const struct arg check_args[] = { ARG("config", TEXT, .max = CONFIG_MAX), ARGS_END };
static const struct arg change_args[] = {
	ARG("config", TEXT, .max = CONFIG_MAX),
	ARG("confirm_within", NUMBER, .optional = true, .min = 5, .max = 3600),
	ARGS_END,
};

static int request(struct call *c, const char *line)
{
	const char *config = arg_text(c->args, "config");
	struct bytes text = { (const uint8_t *)config, config ? strlen(config) : 0 };
	struct buf answer = { 0 };
	struct reason why;
	bool done = false;

	if (client_request("", line, text, &answer, &done, &why) < 0)
		call_fail_why(c, "INTERNAL_ERROR", &why);
	else if (!done)
		call_fail(c, "OPERATION_NOT_ALLOWED", answer.data, "%s", answer.data);
	else
		call_set(c, "text", json_string(answer.data));
	buf_free(&answer);
	return done ? 0 : -1;
}

static int do_show(struct call *c)
{
	return request(c, "show");
}

static int do_get(struct call *c)
{
	struct buf text = { 0 };

	if (file_read("", FILE_CONF, &text) < 0)
		call_set(c, "text", json_string(""));
	else
		call_set(c, "text", json_string(text.data ? text.data : ""));
	buf_free(&text);
	return 0;
}

static int do_check(struct call *c)
{
	return request(c, "check config");
}

static int do_change(struct call *c)
{
	char line[64];

	snprintf(line, sizeof(line), "apply config %u",
		 (unsigned int)arg_number(c->args, "confirm_within", 0));
	return request(c, line);
}

static int do_confirm(struct call *c)
{
	return request(c, "confirm");
}

static int do_rollback(struct call *c)
{
	return request(c, "rollback");
}

/* A word, a number or none, and in the next line words: see network/requests.c. */
static void state_put(struct call *c, const char *answer)
{
	const char *text = strchr(answer, '\n');
	unsigned int seconds = 0;
	char word[16] = "none";

	sscanf(answer, "%15s %u", word, &seconds);
	text = text ? text + 1 : "";
	call_set(c, "state", json_string(word));
	call_set(c, "seconds", json_integer(strcmp(word, "waiting") == 0 ? seconds : 0));
	call_set(c, "text", json_stringn(text, strcspn(text, "\n")));
}

static int do_state(struct call *c)
{
	struct buf answer = { 0 };
	struct reason why;
	bool done = false;

	if (client_request("", "state", (struct bytes){ NULL, 0 }, &answer, &done, &why) < 0)
		call_fail_why(c, "INTERNAL_ERROR", &why);
	else if (done && answer.data)
		state_put(c, answer.data);
	else
		call_fail(c, "INTERNAL_ERROR", "network", "the network service has no state");
	done = done && answer.data;
	buf_free(&answer);
	return done ? 0 : -1;
}

const struct verb network_verbs[] = {
	{ "network.show", args_none, do_show, "networks, NICs, addresses, for people: {text}" },
	{ "network.list", args_none, do_network_list,
	  "bridges, what they are on, addresses: {networks, bonds, dns}" },
	{ "network.get", args_none, do_get, "network.conf as it is: {text}" },
	{ "network.check", check_args, do_check, "what another would change: {text}" },
	{ "network.change", change_args, do_change, "makes it so, or goes back: {text}" },
	{ "network.state", args_none, do_state,
	  "a change that waits, or the last one: {state: waiting|testing|kept|undone|none, seconds, "
	  "text}" },
	{ "network.confirm", args_none, do_confirm, "keeps the change that waits: {text}" },
	{ "network.rollback", args_none, do_rollback, "goes back now: {text}" },
	{ .name = NULL },
};
