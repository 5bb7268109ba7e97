// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host, the pool and networks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "apid/ops.h"
#include "apid/record.h"
#include "lib/bytes.h"

/* ---- host -------------------------------------------------------------------------------- */

static void host_enable(struct call *c)
{
	set_int(c->refs[0], "enabled", true);
}

static void host_disable(struct call *c)
{
	set_int(c->refs[0], "enabled", false);
}

static bool guests_run(struct call *c)
{
	const struct many *vms = get_many(the_host(), "resident_VMs");

	for (size_t i = 0; i < vms->nr; i++) {
		if (get_int(vms->items[i], "is_control_domain"))
			continue;
		call_fail_ref(c, "HOST_HAS_RESIDENT_VMS", the_host());
		return true;
	}
	return false;
}

static void power(struct call *c, const char *action, const char *operation)
{
	if (get_int(c->refs[0], "enabled"))
		call_fail_ref(c, "HOST_NOT_DISABLED", c->refs[0]);
	else if (!guests_run(c) && call_occupy(c, c->refs[0], operation))
		call_vmd(c, "host.power", json_pack("{s: s}", "action", action), NULL);
}

static void host_shutdown(struct call *c)
{
	power(c, "off", "shutdown");
}

static void host_reboot(struct call *c)
{
	power(c, "reboot", "reboot");
}

static void dmesg_told(struct call *c, const json_t *ok)
{
	const char *text = json_string_value(json_object_get(ok, "text"));

	wire_string(&c->out, text ? text : "");
}

static void host_dmesg(struct call *c)
{
	call_vmd(c, "host.dmesg", json_object(), dmesg_told);
}

static void write_time(struct call *c, bool local)
{
	time_t now = time(NULL);
	char text[24];
	struct tm tm;

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

static void free_told(struct call *c, const json_t *ok)
{
	const json_t *free_now = json_object_get(ok, "memory_free");

	set_int(get_ref(the_host(), "metrics"), "memory_free", json_integer_value(free_now));
	wire_int(&c->out, json_integer_value(free_now));
}

static void compute_free_memory(struct call *c)
{
	call_vmd(c, "host.info", json_object(), free_told);
}

static void compute_memory_overhead(struct call *c)
{
	wire_int(&c->out, get_int(c->refs[0], "memory_overhead"));
}

static void get_vms_which_prevent_evacuation(struct call *c)
{
	const struct many *vms = get_many(the_host(), "resident_VMs");
	char ref[REF_TEXT];

	/* There is nowhere to go. */
	wire_struct_begin(&c->out);
	for (size_t i = 0; i < vms->nr; i++) {
		if (get_int(vms->items[i], "is_control_domain"))
			continue;
		object_ref(vms->items[i], ref);
		wire_key(&c->out, ref);
		wire_array_begin(&c->out);
		wire_string(&c->out, "NO_HOSTS_AVAILABLE");
		wire_array_end(&c->out);
	}
	wire_struct_end(&c->out);
}

static void get_uncooperative_resident_VMs(struct call *c)
{
	wire_array_begin(&c->out);
	wire_array_end(&c->out);
}

/* ---- pool -------------------------------------------------------------------------------- */

/* Every call that changes something has been written when it returns. */
static void pool_sync_database(struct call *c)
{
	(void)c;
}

static void pool_get_license_state(struct call *c)
{
	wire_struct_begin(&c->out);
	wire_key(&c->out, "edition");
	wire_string(&c->out, "free");
	wire_key(&c->out, "expiry");
	wire_string(&c->out, "never");
	wire_struct_end(&c->out);
}

const struct binding host_bindings[] = {
	{ "host.enable", host_enable },
	{ "host.disable", host_disable },
	{ "host.shutdown", host_shutdown },
	{ "host.reboot", host_reboot },
	{ "host.dmesg", host_dmesg },
	{ "host.get_servertime", get_servertime },
	{ "host.get_server_localtime", get_server_localtime },
	{ "host.compute_free_memory", compute_free_memory },
	{ "host.compute_memory_overhead", compute_memory_overhead },
	{ "host.get_vms_which_prevent_evacuation", get_vms_which_prevent_evacuation },
	{ "host.get_uncooperative_resident_VMs", get_uncooperative_resident_VMs },
	{ "pool.sync_database", pool_sync_database },
	{ "pool.get_license_state", pool_get_license_state },
	{ NULL, NULL },
};

/* ---- networks: internal ones are a block in the host's settings ----------------------------- */

/* The bridge of a network that is being made is its state. */
static void network_made(struct call *c, const json_t *ok)
{
	struct object *network = object_create("network", NULL);

	(void)ok;
	arg_take(network, c->args[0]);
	set_text(network, "bridge", c->state);
	set_int(network, "managed", true);
	record_write_ref(&c->out, network);
}

static void bridge_choose(char bridge[16])
{
	const struct store_class *all = store_class_of("network");

	for (int n = 0;; n++) {
		size_t i = 0;

		snprintf(bridge, 16, "int%d", n);
		while (i < all->nr && strcmp(get_text(all->objects[i], "bridge"), bridge) != 0)
			i++;
		if (i == all->nr)
			return;
	}
}

static void settings_for_more(struct call *c, const json_t *ok)
{
	const char *text = json_string_value(json_object_get(ok, "text"));
	json_int_t mtu = json_integer_value(arg_field(c, 0, "MTU"));
	struct buf config = { 0 };

	buf_printf(&config, "%s\nnetwork %s\n", text ? text : "", (const char *)c->state);
	if (mtu)
		buf_printf(&config, "mtu %lld\n", (long long)mtu);
	call_vmd(c, "network.change", json_pack("{s: s}", "config", config.data), network_made);
	buf_free(&config);
}

static void network_create(struct call *c)
{
	char *bridge = calloc(1, 16);

	if (!bridge)
		abort();
	c->state = bridge;
	c->state_free = free;
	bridge_choose(bridge);
	call_vmd(c, "network.get", json_object(), settings_for_more);
}

static void network_ended(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		object_destroy(c->refs[0]);
}

/* Where its block begins and ends; false: it has none. */
static bool block_find(const char *text, const char *bridge, size_t *from, size_t *to)
{
	const char *line = text, *next;
	bool inside = false;
	char first[16], name[32];

	*from = *to = 0;
	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (sscanf(line, "%15s %31s", first, name) != 2 ||
		    (strcmp(first, "network") != 0 && strcmp(first, "bond") != 0))
			continue;
		if (inside)
			break;
		if (strcmp(first, "network") == 0 && strcmp(name, bridge) == 0) {
			inside = true;
			*from = (size_t)(line - text);
		}
	}
	*to = (size_t)(line - text);
	return inside;
}

static void settings_for_less(struct call *c, const json_t *ok)
{
	const char *text = json_string_value(json_object_get(ok, "text"));
	struct buf config = { 0 };
	size_t from, to;

	if (c->refs[0]->gone)
		return;
	if (!text || !block_find(text, get_text(c->refs[0], "bridge"), &from, &to)) {
		network_ended(c, NULL);
		return;
	}
	buf_append(&config, text, from);
	buf_printf(&config, "%s", text + to);
	call_vmd(c, "network.change", json_pack("{s: s}", "config", config.data), network_ended);
	buf_free(&config);
}

static void network_destroy(struct call *c)
{
	struct object *network = c->refs[0];

	if (get_many(network, "PIFs")->nr)
		call_fail(c, "NETWORK_CONTAINS_PIF", get_text(network, "uuid"), NULL);
	else if (get_many(network, "VIFs")->nr)
		call_fail(c, "NETWORK_CONTAINS_VIF", get_text(network, "uuid"), NULL);
	else if (call_occupy(c, network, "attaching"))
		call_vmd(c, "network.get", json_object(), settings_for_less);
}

const struct binding network_bindings[] = {
	{ "network.create", network_create },
	{ "network.destroy", network_destroy },
	{ NULL, NULL },
};
