// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's certificate. Texts are passed on as they are: who parses them has no privilege, and
 * is not this daemon either.
 */
#include <string.h>

#include "apid/inventory.h"
#include "apid/ops.h"

static const char *const said[] = { "subject", "issuer", "key", "fingerprint_sha256",
				    "fingerprint_sha1" };

static struct object *certificate_of_host(void)
{
	const struct many *all = get_many(the_host(), "certificates");

	return all->nr ? all->items[0] : NULL;
}

static const char *text_of(const json_t *told, const char *key)
{
	const char *text = json_string_value(json_object_get(told, key));

	return text ? text : "";
}

/* Another certificate is another object. */
void inventory_certificate(const json_t *told)
{
	struct object *o = certificate_of_host();

	if (o && strcmp(get_text(o, "fingerprint_sha256"), text_of(told, "fingerprint_sha256"))) {
		object_destroy(o);
		o = NULL;
	}
	if (!o)
		o = object_create("Certificate", NULL);
	set_ref(o, "host", the_host());
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		set_text(o, said[i], text_of(told, said[i]));
	set_text(o, "fingerprint", text_of(told, "fingerprint_sha256"));
	set_int(o, "not_before", datetime_parse(text_of(told, "not_before")));
	set_int(o, "not_after", datetime_parse(text_of(told, "not_after")));
	set_int(o, "self_signed", json_is_true(json_object_get(told, "self_signed")));
	set_int(o, "has_former", json_is_true(json_object_get(told, "former")));
	set_json(o, "names", json_object_get(told, "names"));
}

/* ---- calls ------------------------------------------------------------------------------- */

static void pem_told(struct call *c, const json_t *ok)
{
	inventory_certificate(ok);
	wire_string(&c->out, text_of(ok, "pem"));
}

static void get_server_certificate(struct call *c)
{
	call_vmd(c, "host.certificate", json_object(), pem_told);
}

static void told(struct call *c, const json_t *ok)
{
	(void)c;
	inventory_certificate(ok);
}

static void changed(struct call *c, const json_t *ok)
{
	(void)ok;
	call_vmd(c, "host.certificate", json_object(), told);
}

/* Files come with any ends of lines. */
static json_t *text_arg(const struct call *c, size_t arg)
{
	const char *text = call_text(c, arg);
	struct buf plain = { 0 };
	json_t *v;

	buf_append(&plain, "", 0);
	for (; *text; text++)
		if (*text != '\r')
			buf_append(&plain, text, 1);
	v = plain.failed ? NULL : json_stringn(plain.data ? plain.data : "", plain.len);
	buf_free(&plain);
	return v;
}

static void install_server_certificate(struct call *c)
{
	call_vmd(c, "host.set_certificate",
		 json_pack("{s: o, s: o, s: o}", "certificate", text_arg(c, 1), "key",
			   text_arg(c, 2), "chain", text_arg(c, 3)),
		 changed);
}

static void reset_server_certificate(struct call *c)
{
	call_vmd(c, "host.reset_certificate", json_object(), changed);
}

static void restore_server_certificate(struct call *c)
{
	call_vmd(c, "host.former_certificate", json_object(), changed);
}

/* ---- of an authority --------------------------------------------------------------------- */

static void put(json_t *map, const char *key, const char *text)
{
	json_object_set_new(map, key, json_string(text));
}

/* "a,b" */
static void put_names(json_t *map, const json_t *names)
{
	struct buf text = { 0 };
	const json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		buf_printf(&text, "%s%s", i ? "," : "", json_string_value(name));
	}
	put(map, "names", text.data ? text.data : "");
	buf_free(&text);
}

void inventory_acme(const json_t *settings)
{
	const json_t *tried = json_object_get(settings, "tried");
	json_t *map = json_object();
	char when[24];
	bool enabled = json_is_true(json_object_get(settings, "enabled"));

	put(map, "enabled", enabled ? "true" : "false");
	if (enabled) {
		put(map, "directory", text_of(settings, "directory"));
		put(map, "contact", text_of(settings, "contact"));
		put_names(map, json_object_get(settings, "names"));
		put(map, "fingerprint", text_of(settings, "fingerprint"));
	}
	if (json_is_integer(tried)) {
		datetime_format(json_integer_value(tried), when);
		put(map, "tried", when);
		put(map, "error", text_of(settings, "error"));
	}
	set_json(the_host(), "acme", map);
	json_decref(map);
}

static void acme_told(struct call *c, const json_t *ok)
{
	(void)c;
	inventory_acme(ok);
}

static void certificate_told(struct call *c, const json_t *ok)
{
	inventory_certificate(ok);
	call_vmd(c, "acme.settings", json_object(), acme_told);
}

static void acme_done(struct call *c, const json_t *ok)
{
	(void)ok;
	call_vmd(c, "host.certificate", json_object(), certificate_told);
}

static void acme_enable(struct call *c)
{
	json_t *args = json_pack("{s: s, s: O}", "directory", call_text(c, 1), "names", c->args[3]);

	if (*call_text(c, 2))
		json_object_set(args, "contact", c->args[2]);
	call_vmd(c, "acme.set", args, acme_done);
}

static void acme_renew(struct call *c)
{
	call_vmd(c, "acme.renew", json_pack("{s: b}", "now", 1), acme_done);
}

static void acme_disable(struct call *c)
{
	call_vmd(c, "acme.forget", json_object(), acme_done);
}

const struct binding certificate_bindings[] = {
	{ "host.acme_enable", acme_enable },
	{ "host.acme_renew", acme_renew },
	{ "host.acme_disable", acme_disable },
	{ "host.get_server_certificate", get_server_certificate },
	{ "host.install_server_certificate", install_server_certificate },
	{ "host.reset_server_certificate", reset_server_certificate },
	{ "host.refresh_server_certificate", reset_server_certificate },
	{ "host.emergency_reset_server_certificate", reset_server_certificate },
	{ "host.restore_server_certificate", restore_server_certificate },
	{ NULL, NULL },
};
