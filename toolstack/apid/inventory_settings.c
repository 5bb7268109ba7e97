// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings that the host has in files of its own, and that its menu and its administrators change
 * beside us.
 */
#include <string.h>

#include "apid/call.h"
#include "apid/inventory.h"
#include "apid/vmd_link.h"
#include "lib/deadline.h"

#define AGAIN_MS 10000

static const struct setting {
	const char *verb;
	void (*take)(const json_t *told);
} settings[] = {
	{ "host.time_settings", inventory_time },
	{ "host.certificate", inventory_certificate },
	{ "acme.settings", inventory_acme },
};

static void ask_again(struct loop_timer *t)
{
	(void)t;
	inventory_ask_settings();
}

static void told(void *owner, const json_t *ok, const json_t *error)
{
	static struct loop_timer later = { .expired = ask_again };
	const struct setting *s = owner;

	if (!ok) {
		inventory_complain(s->verb, error);
		/* That there was something to see is told of only once. */
		if (strcmp(json_string_value(json_array_get(error, 0)), "TOO_BUSY") == 0)
			loop_timer_set(&later, now_ms() + AGAIN_MS);
		return;
	}
	store_begin();
	s->take(ok);
	call_commit_told(s->verb);
}

void inventory_ask_settings(void)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		vmd_ask(settings[i].verb, json_object(), told, NULL, (void *)&settings[i]);
}
