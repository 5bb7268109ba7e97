// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's time: its zone, who tells it, its clock. What counts is what the host has in its
 * files, which others change, too; the servers are kept here as well while nobody is asked.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/inventory.h"
#include "apid/ops.h"
#include "lib/zone.h"

#define SERVERS "ntp_custom_servers"

void inventory_time(const json_t *told)
{
	const char *zone = json_string_value(json_object_get(told, "zone"));
	const json_t *servers = json_object_get(told, "servers");
	struct object *host = the_host();

	set_text(host, "timezone", zone ? zone : "");
	set_text(host, "ntp_mode", json_array_size(servers) ? "Custom" : "Disabled");
	if (json_array_size(servers) && !json_equal(servers, get_json(host, SERVERS)))
		set_json(host, SERVERS, servers);
}

/* ---- the zone ---------------------------------------------------------------------------- */

static void zones_told(struct call *c, const json_t *ok)
{
	const json_t *zone;
	size_t i;

	wire_array_begin(&c->out);
	json_array_foreach(json_object_get(ok, "zones"), i, zone)
	{
		wire_string(&c->out, json_string_value(zone));
	}
	wire_array_end(&c->out);
}

static void list_timezones(struct call *c)
{
	call_vmd(c, "host.zones", json_object(), zones_told);
}

static void zone_taken(struct call *c, const json_t *ok)
{
	(void)ok;
	set_text(c->refs[0], "timezone", call_text(c, 1));
}

static void set_timezone(struct call *c)
{
	call_vmd(c, "host.set_zone", json_pack("{s: s}", "zone", call_text(c, 1)), zone_taken);
}

/* ---- who tells it ------------------------------------------------------------------------ */

static void mode_taken(struct call *c, const json_t *ok)
{
	(void)ok;
	set_text(c->refs[0], "ntp_mode", call_text(c, 1));
}

static void set_ntp_mode(struct call *c)
{
	const char *mode = call_text(c, 1);
	const json_t *servers = get_json(c->refs[0], SERVERS);
	bool custom = strcmp(mode, "Custom") == 0;

	if (!custom && strcmp(mode, "Disabled") != 0)
		call_fail(c, "VALUE_NOT_SUPPORTED", "ntp_mode", mode, "expected Custom or Disabled",
			  NULL);
	else if (custom && !json_array_size(servers))
		call_fail(c, "INVALID_VALUE", SERVERS, "there are none", NULL);
	else
		call_vmd(c, "host.set_ntp",
			 custom ? json_pack("{s: O}", "servers", servers)
				: json_pack("{s: []}", "servers"),
			 mode_taken);
}

static void servers_taken(struct call *c, const json_t *ok)
{
	(void)ok;
	set_json(c->refs[0], SERVERS, c->args[1]);
}

static void set_ntp_custom_servers(struct call *c)
{
	if (strcmp(get_text(c->refs[0], "ntp_mode"), "Custom") != 0)
		servers_taken(c, NULL);
	else if (!json_array_size(c->args[1]))
		call_fail(c, "INVALID_VALUE", SERVERS, "in the mode Custom there must be one",
			  NULL);
	else
		call_vmd(c, "host.set_ntp", json_pack("{s: O}", "servers", c->args[1]),
			 servers_taken);
}

static void settings_told(struct call *c, const json_t *ok)
{
	inventory_time(ok);
	wire_bool(&c->out, json_is_true(json_object_get(ok, "synchronised")) &&
				   json_array_size(json_object_get(ok, "servers")));
}

static void get_ntp_synchronized(struct call *c)
{
	call_vmd(c, "host.time_settings", json_object(), settings_told);
}

/* ---- the clock --------------------------------------------------------------------------- */

static void write_time(struct call *c, bool local)
{
	time_t now = time(NULL);
	char text[24];
	struct tm tm;

	zone_follow();
	if (local && localtime_r(&now, &tm))
		now += tm.tm_gmtoff;
	datetime_format(now, text);
	if (local)
		text[17] = '\0'; /* without Z: it is not UTC */
	wire_datetime(&c->out, text);
}

static void get_servertime(struct call *c)
{
	write_time(c, false);
}

static void get_server_localtime(struct call *c)
{
	write_time(c, true);
}

/* How long nobody has used a session is no matter of the clock. */
static void clock_taken(struct call *c, const json_t *ok)
{
	const struct store_class *sessions = store_class_of("session");
	int64_t passed = time(NULL) - *(time_t *)c->state;

	(void)ok;
	for (size_t i = 0; i < sessions->nr; i++)
		set_int(sessions->objects[i], "last_active",
			get_int(sessions->objects[i], "last_active") + passed);
}

static void set_servertime(struct call *c)
{
	int64_t wanted = datetime_parse(call_text(c, 1));
	time_t *before = malloc(sizeof(*before));

	if (!before)
		abort();
	*before = time(NULL);
	c->state = before;
	c->state_free = free;
	if (strcmp(get_text(c->refs[0], "ntp_mode"), "Disabled") != 0)
		call_fail(c, "OPERATION_NOT_ALLOWED",
			  "servers tell the time; see host.set_ntp_mode", NULL);
	else
		call_vmd(c, "host.set_clock", json_pack("{s: I}", "seconds", (json_int_t)wanted),
			 clock_taken);
}

const struct binding host_time_bindings[] = {
	{ "host.list_timezones", list_timezones },
	{ "host.set_timezone", set_timezone },
	{ "host.set_ntp_mode", set_ntp_mode },
	{ "host.set_ntp_custom_servers", set_ntp_custom_servers },
	{ "host.get_ntp_synchronized", get_ntp_synchronized },
	{ "host.get_servertime", get_servertime },
	{ "host.get_server_localtime", get_server_localtime },
	{ "host.set_servertime", set_servertime },
	{ NULL, NULL },
};
