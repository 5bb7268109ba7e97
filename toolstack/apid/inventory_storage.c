// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories and their disks.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "apid/allowed.h"
#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/recent.h"

/* More than it takes to remove a disk, and to look at all of a repository's. */
#define LOOK_MS 30000

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

static json_int_t int_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* ---- disks ------------------------------------------------------------------------------- */

void vdi_update(struct object *vdi, const json_t *from)
{
	set_text(vdi, "name_label", text_of(from, "name"));
	set_text(vdi, "name_description", text_of(from, "description"));
	set_text(vdi, "location", text_of(from, "location"));
	set_int(vdi, "virtual_size", int_of(from, "virtual_size"));
	set_bytes_about(vdi, "physical_utilisation", int_of(from, "physical_utilisation"));
	set_int(vdi, "read_only", json_is_true(json_object_get(from, "read_only")));
	set_int(vdi, "is_a_snapshot", json_is_true(json_object_get(from, "snapshot")));
	if (get_int(vdi, "is_a_snapshot"))
		set_int(vdi, "snapshot_time", int_of(from, "time"));
	set_int(vdi, "missing", false);
}

static void vdi_link(struct object *vdi, const json_t *from)
{
	const char *of = text_of(from, "snapshot_of");

	/* The disk may have moved since, and has another UUID now. */
	if (*of && object_by_uuid("VDI", of))
		set_ref(vdi, "snapshot_of", object_by_uuid("VDI", of));
}

/* Who looked before they came, or before they were removed, tells of what was then. */
static struct recent come = { .ms = LOOK_MS }, going = { .ms = LOOK_MS };

struct object *vdi_from_vmd(struct object *sr, const json_t *told)
{
	struct object *vdi = object_by_uuid("VDI", text_of(told, "uuid"));

	if (!vdi) {
		vdi = object_create("VDI", text_of(told, "uuid"));
		set_ref(vdi, "SR", sr);
		recent_note(&come, get_text(vdi, "uuid"), 0);
	}
	vdi_update(vdi, told);
	vdi_link(vdi, told);
	return vdi;
}

void vdi_drop(struct object *vdi)
{
	recent_note(&going, get_text(vdi, "uuid"), 0);
	object_destroy(vdi);
}

static bool is_going(const char *uuid)
{
	return recent_has(&going, uuid, 0) && !object_by_uuid("VDI", uuid);
}

static bool is_among(const json_t *vdis, const char *uuid)
{
	const json_t *told;
	size_t i;

	json_array_foreach(vdis, i, told)
	{
		if (strcmp(text_of(told, "uuid"), uuid) == 0)
			return true;
	}
	return false;
}

void inventory_vdis(struct object *sr, const json_t *vdis, bool scanned)
{
	const struct many *known;
	const json_t *told;
	size_t i;

	json_array_foreach(vdis, i, told)
	{
		const char *uuid = text_of(told, "uuid");

		if (strlen(uuid) == 36 && (scanned || !is_going(uuid)))
			vdi_from_vmd(sr, told);
	}
	/* A snapshot may be told of before its disk. */
	json_array_foreach(vdis, i, told)
	{
		struct object *vdi = object_by_uuid("VDI", text_of(told, "uuid"));

		if (vdi)
			vdi_link(vdi, told);
	}
	known = get_many(sr, "VDIs");
	for (i = known->nr; i-- > 0;) {
		struct object *vdi = known->items[i];

		if (is_among(vdis, get_text(vdi, "uuid")) ||
		    json_object_size(get_json(vdi, "current_operations")) ||
		    (!scanned && recent_has(&come, get_text(vdi, "uuid"), 0)))
			continue;
		/* Who uses it should see that it is missing. */
		if (get_many(vdi, "VBDs")->nr)
			set_int(vdi, "missing", true);
		else
			object_destroy(vdi);
		known = get_many(sr, "VDIs");
	}
}

/* ---- repositories ------------------------------------------------------------------------ */

/* Shares in hundredths of a percent become text: "41.25". */
static void thin_put(struct object *sr, const json_t *told)
{
	static const char *const shares[] = { "data", "metadata" };
	json_t *map = json_object();
	char text[24];

	for (size_t i = 0; json_is_true(json_object_get(told, "thin")) && i < 2; i++) {
		json_int_t share = int_of(told, shares[i]);

		snprintf(text, sizeof(text), "%d.%02d", (int)(share / 100), (int)(share % 100));
		json_object_set_new(map, shares[i], json_string(text));
	}
	if (json_object_size(map)) {
		snprintf(text, sizeof(text), "%lld", (long long)int_of(told, "room"));
		json_object_set_new(map, "room", json_string(text));
		json_object_set_new(map, "when_full", json_string(text_of(told, "when_full")));
		json_object_set_new(map, "failed",
				    json_string(json_is_true(json_object_get(told, "failed"))
							? "true"
							: "false"));
	}
	set_json(sr, "thin_pool", map);
	json_decref(map);
}

static void pbd_ensure(struct object *sr, const json_t *told)
{
	const struct many *pbds = get_many(sr, "PBDs");
	const char *key = strcmp(text_of(told, "type"), "lvm") == 0 ||
					  strcmp(text_of(told, "type"), "lvmthin") == 0
				  ? "device"
				  : "location";
	struct object *pbd;

	if (!pbds->nr) {
		pbd = object_create("PBD", NULL);
		set_ref(pbd, "SR", sr);
		set_ref(pbd, "host", the_host());
	}
	pbd = get_many(sr, "PBDs")->items[0];
	set_entry(pbd, "device_config", key, text_of(told, "source"));
	set_int(pbd, "currently_attached", json_is_true(json_object_get(told, "plugged")));
}

struct object *sr_from_vmd(const json_t *told)
{
	struct object *sr = object_by_uuid("SR", text_of(told, "uuid"));

	if (!sr) {
		bool iso = strcmp(text_of(told, "type"), "iso") == 0;

		sr = object_create("SR", text_of(told, "uuid"));
		set_text(sr, "type", text_of(told, "type"));
		set_text(sr, "content_type", iso ? "iso" : "user");
		set_text(sr, "name_label", text_of(told, "name"));
		set_text(sr, "name_description", text_of(told, "description"));
	}
	/* A list has no sizes. */
	if (json_object_get(told, "physical_size")) {
		set_int(sr, "physical_size", int_of(told, "physical_size"));
		/* Logs share a file system with images. */
		set_bytes_about(sr, "physical_utilisation", int_of(told, "physical_utilisation"));
		set_int(sr, "virtual_allocation", int_of(told, "virtual_allocation"));
		thin_put(sr, told);
	}
	pbd_ensure(sr, told);
	/* The first one for disks is where disks go. */
	if (!default_sr() && strcmp(get_text(sr, "content_type"), "iso") != 0 &&
	    is_attached(sr, "PBDs"))
		set_ref(the_pool(), "default_SR", sr);
	return sr;
}

void inventory_sr(const json_t *told)
{
	if (strlen(text_of(told, "uuid")) == 36)
		sr_from_vmd(told);
}

void inventory_srs(const json_t *srs)
{
	const struct store_class *all = store_class_of("SR");
	const json_t *told;
	size_t i;

	json_array_foreach(srs, i, told)
	{
		inventory_sr(told);
	}
	/* One that the host does not know any more stays, so that it can be plugged again. */
	for (i = 0; i < all->nr; i++) {
		const struct many *pbds = get_many(all->objects[i], "PBDs");

		if (is_among(srs, get_text(all->objects[i], "uuid")) ||
		    json_object_size(get_json(all->objects[i], "current_operations")))
			continue;
		for (size_t k = 0; k < pbds->nr; k++)
			set_int(pbds->items[k], "currently_attached", false);
	}
}

void sr_gone(struct object *sr)
{
	const struct many *all;

	while ((all = get_many(sr, "VDIs"))->nr)
		object_destroy(all->items[0]);
	while ((all = get_many(sr, "PBDs"))->nr)
		object_destroy(all->items[0]);
	object_destroy(sr);
}
