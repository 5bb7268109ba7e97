// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asking vmd, and listening to it. See inventory.h.
 */
#include "apid/inventory.h"

#include <string.h>

#include "apid/call.h"
#include "apid/leftover.h"
#include "apid/ops.h"
#include "apid/vmd_link.h"
#include "lib/deadline.h"

#define AGAIN_MS      1000
#define SRS_OFTEN     20 /* looks at repositories that are not plugged */
#define SRS_OFTEN_MS  3000
#define SRS_SELDOM_MS 60000

static struct vmd_request *watch;
static bool settled;

bool inventory_settled(void)
{
	return settled;
}

static void again_due(struct loop_timer *t)
{
	(void)t;
	inventory_start();
}

static struct loop_timer again = { .expired = again_due };

void inventory_complain(const char *what, const json_t *error)
{
	log_warning("%s: %s %s", what, json_string_value(json_array_get(error, 0)),
		    json_array_size(error) > 1 ? json_string_value(json_array_get(error, 1)) : "");
}

/* ---- answers ----------------------------------------------------------------------------- */

static void host_answer(void *owner, const json_t *ok, const json_t *error)
{
	(void)owner;
	if (!ok) {
		inventory_complain("host.info", error);
		return;
	}
	store_begin();
	inventory_host(ok);
	call_commit_told("host.info");
}

static void vdis_answer(void *owner, const json_t *ok, const json_t *error)
{
	struct object *sr = owner;

	if (!ok)
		inventory_complain("sr.vdis", error);
	if (ok && !sr->gone) {
		store_begin();
		inventory_vdis(sr, json_object_get(ok, "vdis"), false);
		leftovers_settle();
		call_commit_told("sr.vdis");
	}
	object_release(sr);
}

static void ask_of_sr(const char *verb, struct object *sr, vmd_answer *answer)
{
	json_t *args = json_pack("{s: s}", "sr", get_text(sr, "uuid"));

	if (!vmd_ask(verb, args, answer, NULL, object_hold(sr)))
		object_release(sr);
}

static void stat_answer(void *owner, const json_t *ok, const json_t *error)
{
	struct object *sr = owner;

	if (!ok)
		inventory_complain("sr.stat", error);
	if (ok && !sr->gone) {
		store_begin();
		inventory_sr(ok);
		call_commit_told("sr.stat");
		ask_of_sr("sr.vdis", sr, vdis_answer);
	}
	object_release(sr);
}

void inventory_ask_sr(struct object *sr)
{
	ask_of_sr("sr.stat", sr, stat_answer);
}

static void srs_look_again(struct loop_timer *t)
{
	(void)t;
	inventory_ask_srs();
}

/*
 * After a start of the host the service `storage` plugs what the host knows, each when its disk or
 * server is there, and tells nobody: those that are not plugged are looked at again, often at
 * first.
 */
static void srs_wait_for(const json_t *srs)
{
	static struct loop_timer timer = { .expired = srs_look_again };
	static unsigned int looks;
	const json_t *told;
	size_t i;

	json_array_foreach(srs, i, told)
	{
		if (json_is_true(json_object_get(told, "plugged")))
			continue;
		loop_timer_set(&timer,
			       now_ms() + (looks < SRS_OFTEN ? SRS_OFTEN_MS : SRS_SELDOM_MS));
		looks++;
		return;
	}
	looks = 0;
}

static void srs_answer(void *owner, const json_t *ok, const json_t *error)
{
	const json_t *srs = json_object_get(ok, "srs"), *told;
	size_t i;

	(void)owner;
	if (!ok) {
		inventory_complain("sr.list", error);
		return;
	}
	store_begin();
	inventory_srs(srs);
	call_commit_told("sr.list");
	srs_wait_for(srs);
	json_array_foreach(srs, i, told)
	{
		const char *uuid = json_string_value(json_object_get(told, "uuid"));
		struct object *sr = uuid ? object_by_uuid("SR", uuid) : NULL;

		if (sr && json_is_true(json_object_get(told, "plugged")))
			inventory_ask_sr(sr);
	}
}

void inventory_ask_srs(void)
{
	vmd_ask("sr.list", json_object(), srs_answer, NULL, NULL);
}

/* ---- the watch --------------------------------------------------------------------------- */

static void watch_ended(void *owner, const json_t *ok, const json_t *error)
{
	(void)owner;
	watch = NULL;
	settled = false;
	if (!ok)
		inventory_complain("watch", error);
	loop_timer_set(&again, now_ms() + AGAIN_MS);
}

static void watch_message(void *owner, const json_t *m)
{
	const json_t *vm = json_object_get(m, "vm");
	size_t lost;

	(void)owner;
	if (json_is_true(json_object_get(m, "networks")))
		inventory_look_at_networks();
	if (json_is_true(json_object_get(m, "settings")))
		inventory_ask_settings();
	store_begin();
	if (json_is_object(vm))
		inventory_vm(vm);
	if (json_is_object(json_object_get(m, "crash")))
		inventory_crash(json_object_get(m, "crash"));
	if (json_is_true(json_object_get(m, "settled"))) {
		settled = true;
		lost = inventory_vms_settle();
		if (lost)
			log_warning("%zu VMs are not running any more", lost);
		leftovers_settle();
		leftovers_ask();
	}
	call_commit_told("watch");
}

void inventory_start(void)
{
	settled = false;
	store_begin();
	inventory_vms_forget();
	call_commit_told("watch");
	watch = vmd_ask("watch", json_object(), watch_ended, watch_message, NULL);
	if (!watch) {
		loop_timer_set(&again, now_ms() + AGAIN_MS);
		return;
	}
	vmd_ask("host.info", json_object(), host_answer, NULL, NULL);
	inventory_ask_srs();
}
