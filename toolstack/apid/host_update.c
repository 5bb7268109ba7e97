// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's version: which ones are in its slots, another one, the way back. A bundle that is
 * uploaded is the stream /host_update's matter.
 */
#include <string.h>

#include "apid/ops.h"

static void slots_told(struct call *c, const json_t *ok)
{
	const char *key;
	json_t *value;

	wire_struct_begin(&c->out);
	json_object_foreach((json_t *)ok, key, value)
	{
		wire_key(&c->out, key);
		if (json_is_boolean(value))
			wire_string(&c->out, json_is_true(value) ? "true" : "false");
		else
			wire_string(&c->out,
				    json_string_value(value) ? json_string_value(value) : "");
	}
	wire_struct_end(&c->out);
}

static void get_update_status(struct call *c)
{
	call_vmd(c, "update.slots", json_object(), slots_told);
}

static void words_told(struct call *c, const json_t *ok)
{
	const char *text = json_string_value(json_object_get(ok, "text"));

	wire_string(&c->out, text ? text : "");
}

static void update_from_url(struct call *c)
{
	if (call_occupy(c, c->refs[0], "apply_updates"))
		call_vmd(c, "update.fetch", json_pack("{s: s}", "url", call_text(c, 1)),
			 words_told);
}

static void change(struct call *c, const char *verb)
{
	if (call_occupy(c, c->refs[0], "apply_updates"))
		call_vmd(c, verb, json_object(), NULL);
}

static void update_cancel(struct call *c)
{
	change(c, "update.cancel");
}

static void update_back(struct call *c)
{
	change(c, "update.back");
}

/* ---- whom it trusts ---------------------------------------------------------------------- */

static void keys_told(struct call *c, const json_t *ok)
{
	const json_t *key;
	size_t i;

	wire_array_begin(&c->out);
	json_array_foreach(json_object_get(ok, "keys"), i, key)
	{
		wire_string(&c->out, json_string_value(key));
	}
	wire_array_end(&c->out);
}

static void get_update_keys(struct call *c)
{
	call_vmd(c, "update.keys", json_object(), keys_told);
}

static void add_update_key(struct call *c)
{
	call_vmd(c, "update.key_add", json_pack("{s: s}", "key", call_text(c, 1)), NULL);
}

static void remove_update_key(struct call *c)
{
	call_vmd(c, "update.key_remove", json_pack("{s: s}", "key", call_text(c, 1)), NULL);
}

const struct binding host_update_bindings[] = {
	{ "host.get_update_status", get_update_status },
	{ "host.update_from_url", update_from_url },
	{ "host.update_cancel", update_cancel },
	{ "host.update_back", update_back },
	{ "host.get_update_keys", get_update_keys },
	{ "host.add_update_key", add_update_key },
	{ "host.remove_update_key", remove_update_key },
	{ NULL, NULL },
};
