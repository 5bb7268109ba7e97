// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What changes all the time: free memory, how full repositories are, and what guests' agents say.
 * Asked for now and then, and only while somebody is logged in.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apid/call.h"
#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/vmd_link.h"
#include "lib/deadline.h"

#define EVERY_MS 10000
#define FIRST_MS 500       /* most sessions of commands are over by then */
#define SELDOM   6         /* times that long: somebody may use `storage` beside us */
#define ABOUT    (1 << 20) /* bytes */

void set_bytes_about(struct object *o, const char *field, int64_t bytes)
{
	int64_t shown = get_int(o, field);

	/* Nothing is something else than little. */
	if (!shown || bytes <= 0 || bytes >= shown + ABOUT || bytes <= shown - ABOUT)
		set_int(o, field, bytes);
}

/* What agents write, the field of VM_guest_metrics that it goes to, and its key there. */
static const struct {
	const char *path, *field, *key;
} said[] = {
	{ "data/os_name", "os_version", "name" },
	{ "data/os_distro", "os_version", "distro" },
	{ "data/os_uname", "os_version", "uname" },
	{ "data/os_majorver", "os_version", "major" },
	{ "data/os_minorver", "os_version", "minor" },
	{ "attr/PVAddons/MajorVersion", "PV_drivers_version", "major" },
	{ "attr/PVAddons/MinorVersion", "PV_drivers_version", "minor" },
	{ "attr/PVAddons/MicroVersion", "PV_drivers_version", "micro" },
	{ "attr/PVAddons/BuildVersion", "PV_drivers_version", "build" },
};

static json_t *known_words(const json_t *guest, const char *field)
{
	json_t *map = json_object();

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		json_t *text = json_object_get(guest, said[i].path);

		if (json_is_string(text) && strcmp(said[i].field, field) == 0)
			json_object_set(map, said[i].key, text);
	}
	return map;
}

/* attr/vif/0/ipv4/0 is 0/ipv4/0, and the first one of an interface also 0/ip. */
static json_t *addresses(const json_t *guest)
{
	json_t *map = json_object(), *text;
	const char *path;

	json_object_foreach((json_t *)guest, path, text)
	{
		unsigned int vif, number;
		char key[24], extra;

		if (!json_is_string(text) ||
		    (sscanf(path, "attr/vif/%2u/ipv4/%2u%c", &vif, &number, &extra) != 2 &&
		     sscanf(path, "attr/vif/%2u/ipv6/%2u%c", &vif, &number, &extra) != 2))
			continue;
		json_object_set(map, path + strlen("attr/vif/"), text);
		if (number || !strstr(path, "ipv4"))
			continue;
		snprintf(key, sizeof(key), "%u/ip", vif);
		json_object_set(map, key, text);
	}
	return map;
}

static void put_map(struct object *o, const char *field, json_t *map)
{
	set_json(o, field, map);
	json_decref(map);
}

static void put_guest(struct object *vm, const json_t *guest)
{
	struct object *metrics = get_ref(vm, "guest_metrics");

	if (!json_object_size(guest))
		return;
	if (!metrics) {
		metrics = object_create("VM_guest_metrics", NULL);
		set_ref(vm, "guest_metrics", metrics);
	}
	put_map(metrics, "os_version", known_words(guest, "os_version"));
	put_map(metrics, "PV_drivers_version", known_words(guest, "PV_drivers_version"));
	put_map(metrics, "networks", addresses(guest));
	set_int(metrics, "PV_drivers_detected", true);
	set_int(metrics, "live", true);
}

static void put_vm(const json_t *told)
{
	const char *uuid = json_string_value(json_object_get(told, "uuid"));
	struct object *vm = uuid ? object_by_uuid("VM", uuid) : NULL;

	if (!vm || !get_ref(vm, "metrics"))
		return;
	set_bytes_about(get_ref(vm, "metrics"), "memory_actual",
			json_integer_value(json_object_get(told, "memory")));
	put_guest(vm, json_object_get(told, "guest"));
}

static void stats_told(void *owner, const json_t *ok, const json_t *error)
{
	const json_t *host = json_object_get(ok, "host"), *told;
	size_t i;

	(void)owner;
	(void)error;
	if (!ok)
		return;
	store_begin();
	json_array_foreach(json_object_get(ok, "vms"), i, told)
	{
		put_vm(told);
	}
	set_bytes_about(get_ref(the_host(), "metrics"), "memory_free",
			json_integer_value(json_object_get(host, "memory_free")));
	call_commit_told("vm.stats");
}

/* The host's own daemons are always there, and look for themselves. */
static bool somebody_looks(void)
{
	const struct store_class *all = store_class_of("session");

	for (size_t i = 0; i < all->nr; i++)
		if (strcmp(get_text(all->objects[i], "originator"), "socle-guard") != 0)
			return true;
	return false;
}

static void ask(struct loop_timer *t)
{
	static unsigned int turn;

	/* The next login begins again. */
	if (!somebody_looks())
		return;
	if (inventory_settled()) {
		vmd_ask("vm.stats", json_object(), stats_told, NULL, NULL);
		if (++turn % SELDOM == 0)
			inventory_ask_srs();
	}
	loop_timer_set(t, now_ms() + EVERY_MS);
}

void inventory_somebody_came(void)
{
	static struct loop_timer timer = { .expired = ask };

	/* What has changed while nobody looked is told soon, and not to a page at rest. */
	if (!timer.at)
		loop_timer_set(&timer, now_ms() + FIRST_MS);
}
