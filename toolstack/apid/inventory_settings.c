// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings that the host has in files of its own, and that its menu and its administrators change
 * beside us.
 */
#include "apid/call.h"
#include "apid/inventory.h"
#include "apid/vmd_link.h"

static const struct setting {
	const char *verb;
	void (*take)(const json_t *told);
} settings[] = {
	{ "host.time_settings", inventory_time },
	{ "host.certificate", inventory_certificate },
	{ "acme.settings", inventory_acme },
};

static void told(void *owner, const json_t *ok, const json_t *error)
{
	const struct setting *s = owner;

	if (!ok) {
		log_warning("%s: %s", s->verb, json_string_value(json_array_get(error, 0)));
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
