// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs about the time: its zone, who tells it, the machine's clock. The zone is changed by
 * host-timezone; the servers stand in a file that ntpd's service reads when it starts.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "lib/file.h"
#include "lib/ip.h"
#include "storage/program.h"
#include "vmd/verbs.h"

#define SERVERS     "/etc/socle/ntp-servers"
#define SERVICE     "/etc/service/ntpd"
#define SERVERS_MAX 16
#define SERVER_MAX  253
#define FILE_LIMIT  8192
#define CLOCK_FIRST 1577836800 /* 2020 */
#define CLOCK_LAST  4102444800 /* 2100 */

static const struct arg zone_args[] = { ARG("zone", NAME, .min = 1, .max = 64), ARGS_END };
static const struct arg one_server = ARG("servers", NAME, .min = 1, .max = SERVER_MAX);
static const struct arg servers_args[] = {
	ARG("servers", LIST, .max = SERVERS_MAX, .parts = &one_server),
	ARGS_END,
};
static const struct arg clock_args[] = {
	ARG("seconds", NUMBER, .min = CLOCK_FIRST, .max = CLOCK_LAST),
	ARGS_END,
};

/* -1: the call has failed. */
static int run(struct call *c, const char *const argv[], struct buf *out)
{
	struct sr_error e = { .code = "INTERNAL_ERROR" };

	if (program_run(argv, PROGRAM_TIMEOUT, out, &e) < 0)
		return call_fail_why(c, "INTERNAL_ERROR", &e.why);
	return 0;
}

/* ---- what is so -------------------------------------------------------------------------- */

/* Words of the file; what # begins is for people. */
static json_t *servers_read(void)
{
	json_t *servers = json_array();
	struct buf text = { 0 };
	char *line, *lines, *word;

	if (buf_read_file(&text, SERVERS, FILE_LIMIT) < 0)
		text.len = 0;
	lines = text.len ? text.data : NULL;
	while ((line = strsep(&lines, "\n"))) {
		line[strcspn(line, "#")] = '\0';
		while ((word = strsep(&line, " \t")))
			if (*word)
				json_array_append_new(servers, json_string(word));
	}
	buf_free(&text);
	return servers;
}

static bool is_synchronised(void)
{
	struct timex t = { 0 };

	return adjtimex(&t) != TIME_ERROR && !(t.status & STA_UNSYNC);
}

static int do_settings(struct call *c)
{
	static const char *const zone[] = { "host-timezone", NULL };
	struct buf text = { 0 };
	int rc = run(c, zone, &text);

	if (rc == 0) {
		call_set(c, "zone",
			 json_stringn(text.data ? text.data : "",
				      text.data ? strcspn(text.data, "\n") : 0));
		call_set(c, "servers", servers_read());
		call_set(c, "synchronised", json_boolean(is_synchronised()));
	}
	buf_free(&text);
	return rc;
}

static int do_zones(struct call *c)
{
	static const char *const list[] = { "host-timezone", "--list", NULL };
	struct buf text = { 0 };
	char *line, *lines;

	call_set(c, "zones", json_array());
	if (run(c, list, &text) < 0)
		return -1;
	for (lines = text.data; (line = strsep(&lines, "\n"));)
		if (*line)
			call_item(c, "zones", json_string(line));
	buf_free(&text);
	return 0;
}

/* ---- changes ----------------------------------------------------------------------------- */

static int do_set_zone(struct call *c)
{
	const char *zone = arg_text(c->args, "zone");
	const char *const check[] = { "host-timezone", "--check", zone, NULL };
	const char *const take[] = { "host-timezone", zone, NULL };
	struct sr_error e = { .code = "INTERNAL_ERROR" };

	if (program_run(check, PROGRAM_TIMEOUT, NULL, &e) < 0)
		return call_fail(c, "INVALID_VALUE", "timezone", "there is no time zone %s", zone);
	return run(c, take, NULL);
}

/* Nothing that ntpd takes for something else. */
static bool is_server(const char *name)
{
	struct ip ip;

	if (ip_parse(name, &ip))
		return true;
	for (const char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '.')
			return false;
	return isalnum((unsigned char)name[0]);
}

static int do_set_servers(struct call *c)
{
	const json_t *servers = json_object_get(c->args, "servers"), *one;
	/* Without servers the service would take itself down, and `sv restart` wait for it. */
	const char *const service[] = { "sv", json_array_size(servers) ? "restart" : "down",
					SERVICE, NULL };
	struct buf text = { 0 };
	int rc = 0;
	size_t i;

	json_array_foreach(servers, i, one)
	{
		const char *name = json_string_value(one);

		if (!is_server(name))
			rc = call_fail(c, "INVALID_VALUE", "servers",
				       "%s is neither a name nor an address", name);
		buf_printf(&text, "%s\n", name);
	}
	if (rc == 0 &&
	    (text.failed || file_replace(SERVERS, text.data ? text.data : "", text.len, 0644) < 0))
		rc = call_fail(c, "INTERNAL_ERROR", SERVERS, "%s: %s", SERVERS, strerror(errno));
	buf_free(&text);
	return rc < 0 ? -1 : run(c, service, NULL);
}

static int do_set_clock(struct call *c)
{
	static const char *const keep[] = { "hwclock", "-w", "-u", NULL };
	const struct timespec ts = { .tv_sec = (time_t)arg_number(c->args, "seconds", 0) };

	if (clock_settime(CLOCK_REALTIME, &ts) < 0)
		return call_fail(c, "INTERNAL_ERROR", "clock", "the clock: %s", strerror(errno));
	return run(c, keep, NULL);
}

const struct verb host_time_verbs[] = {
	{ "host.time_settings", args_none, do_settings, "{zone, servers, synchronised}" },
	{ "host.zones", args_none, do_zones, "time zones that there are: {zones}" },
	{ "host.set_zone", zone_args, do_set_zone, "one of these" },
	{ "host.set_ntp", servers_args, do_set_servers, "who tells the time; none: the machine" },
	{ "host.set_clock", clock_args, do_set_clock, "seconds since 1970, also for the machine" },
	{ .name = NULL },
};
