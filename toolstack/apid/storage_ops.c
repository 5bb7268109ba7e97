// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories (SR) and how the host reaches them (PBD).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apid/allowed.h"
#include "apid/inventory.h"
#include "apid/ops.h"
#include "apid/record.h"

/* XenAPI's names of kinds, and vmd's. */
static const char *const kinds[][2] = {
	{ "lvm", "lvm" },  { "lvmthin", "lvmthin" }, { "dir", "dir" }, { "ext", "dir" },
	{ "file", "dir" }, { "iso", "iso" },         { "nfs", "nfs" }, { "lvmoiscsi", "lvmoiscsi" },
};

static const char *kind_of(const char *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i][0], type) == 0)
			return kinds[i][1];
	return NULL;
}

static const char *config(const json_t *map, const char *key)
{
	const char *text = json_string_value(json_object_get(map, key));

	return text ? text : "";
}

/* Where it is, as vmd names it: a device, a folder, server:path, or portal/iqn/LUN. */
static bool source_of(struct call *c, const json_t *map, char *source, size_t len)
{
	const char *lun = *config(map, "SCSIid") ? config(map, "SCSIid") : config(map, "LUNid");

	if (*config(map, "target"))
		snprintf(source, len, "%s/%s%s%s", config(map, "target"), config(map, "targetIQN"),
			 *lun ? "/" : "", lun);
	else if (*config(map, "server"))
		snprintf(source, len, "%s:%s", config(map, "server"), config(map, "serverpath"));
	else
		snprintf(source, len, "%s",
			 *config(map, "device") ? config(map, "device") : config(map, "location"));
	if (*source)
		return true;
	call_fail(c, "SR_BACKEND_FAILURE_90", "",
		  "device_config has none of device, location, server, target", "", NULL);
	return false;
}

/* What is on the device may go. */
static bool is_forced(const json_t *map)
{
	return strcmp(config(map, "force"), "true") == 0;
}

static void put_login(json_t *args, const json_t *map)
{
	if (!*config(map, "chapuser"))
		return;
	json_object_set_new(args, "user", json_string(config(map, "chapuser")));
	json_object_set_new(args, "password", json_string(config(map, "chappassword")));
}

static json_t *sr_args(const struct object *sr)
{
	return json_pack("{s: s}", "sr", get_text(sr, "uuid"));
}

/* ---- create, introduce ------------------------------------------------------------------- */

static void created(struct call *c, const json_t *ok)
{
	struct object *sr = sr_from_vmd(ok);

	set_int(sr, "shared", call_bool(c, 7));
	if (*call_text(c, 6))
		set_text(sr, "content_type", call_text(c, 6));
	if (c->nr_args > 8)
		set_json(sr, "sm_config", c->args[8]);
	record_write_ref(&c->out, sr);
}

static void create(struct call *c)
{
	const char *kind = kind_of(call_text(c, 5));
	char source[512];
	json_t *args;

	if (!kind)
		call_fail(c, "SR_UNKNOWN_DRIVER", call_text(c, 5), NULL);
	else if (!*call_text(c, 3))
		call_fail(c, "INVALID_VALUE", "name_label", "", NULL);
	if (call_failed(c) || !source_of(c, c->args[1], source, sizeof(source)))
		return;
	args = json_pack("{s: s, s: s, s: s, s: s}", "type", kind, "source", source, "name",
			 call_text(c, 3), "description", call_text(c, 4));
	put_login(args, c->args[1]);
	if (is_forced(c->args[1]))
		json_object_set_new(args, "force", json_true());
	call_vmd(c, "sr.create", args, created);
}

/* Known, but not reached yet: PBD.create and PBD.plug follow, as XenAPI has it. */
static void introduce(struct call *c)
{
	struct object *sr;

	if (!kind_of(call_text(c, 3))) {
		call_fail(c, "SR_UNKNOWN_DRIVER", call_text(c, 3), NULL);
		return;
	}
	if (strlen(call_text(c, 0)) != 36 || object_by_uuid("SR", call_text(c, 0))) {
		call_fail(c, "SR_UUID_EXISTS", call_text(c, 0), NULL);
		return;
	}
	sr = object_create("SR", call_text(c, 0));
	set_text(sr, "name_label", call_text(c, 1));
	set_text(sr, "name_description", call_text(c, 2));
	set_text(sr, "type", call_text(c, 3));
	set_text(sr, "content_type", call_text(c, 4));
	set_int(sr, "shared", call_bool(c, 5));
	if (c->nr_args > 6)
		set_json(sr, "sm_config", c->args[6]);
	record_write_ref(&c->out, sr);
}

/* ---- the end of one ---------------------------------------------------------------------- */

static void forgotten(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		sr_gone(c->refs[0]);
}

static void end(struct call *c, const char *verb, const char *operation)
{
	if (is_attached(c->refs[0], "PBDs"))
		call_fail_ref(c, "SR_HAS_PBD", c->refs[0]);
	else if (call_occupy(c, c->refs[0], operation))
		call_vmd(c, verb, sr_args(c->refs[0]), forgotten);
}

static void forget(struct call *c)
{
	end(c, "sr.forget", "forget");
}

static void destroy(struct call *c)
{
	end(c, "sr.destroy", "destroy");
}

/* ---- looking ----------------------------------------------------------------------------- */

static void disks_told(struct call *c, const json_t *ok)
{
	if (!c->refs[0]->gone)
		inventory_vdis(c->refs[0], json_object_get(ok, "vdis"), true);
}

static void size_told(struct call *c, const json_t *ok)
{
	if (c->refs[0]->gone)
		return;
	inventory_sr(ok);
	call_vmd(c, "sr.vdis", sr_args(c->refs[0]), disks_told);
}

static void scanned(struct call *c, const json_t *ok)
{
	(void)ok;
	call_vmd(c, "sr.stat", sr_args(c->refs[0]), size_told);
}

static void scan(struct call *c)
{
	if (call_occupy(c, c->refs[0], "scan"))
		call_vmd(c, "sr.scan", sr_args(c->refs[0]), scanned);
}

static void update(struct call *c)
{
	if (call_occupy(c, c->refs[0], "update"))
		scanned(c, NULL);
}

/* ---- disks ------------------------------------------------------------------------------- */

static void disk_added(struct call *c, const json_t *ok)
{
	if (!c->refs[0]->gone)
		inventory_sr(ok);
}

static void add_disk(struct call *c)
{
	json_t *args;

	if (!*config(c->args[1], "device"))
		call_fail(c, "SR_BACKEND_FAILURE_90", "", "device_config has no device", "", NULL);
	if (call_failed(c) || !call_occupy(c, c->refs[0], "update"))
		return;
	args = sr_args(c->refs[0]);
	json_object_set_new(args, "source", json_string(config(c->args[1], "device")));
	json_object_set_new(args, "force", json_boolean(is_forced(c->args[1])));
	call_vmd(c, "sr.add_disk", args, disk_added);
}

/* Everything as text, as the maps of other classes have it. */
static void disk_write(struct wire *out, const json_t *disk)
{
	const char *name;
	json_t *v;
	char number[24];

	wire_key(out, config(disk, "path"));
	wire_struct_begin(out);
	json_object_foreach((json_t *)disk, name, v)
	{
		if (strcmp(name, "path") == 0)
			continue;
		wire_key(out, name);
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		wire_string(out, json_is_boolean(v)   ? (json_is_true(v) ? "true" : "false")
				 : json_is_integer(v) ? number
						      : json_string_value(v));
	}
	wire_struct_end(out);
}

static void disks_listed(struct call *c, const json_t *ok)
{
	const json_t *disk;
	size_t i;

	wire_struct_begin(&c->out);
	json_array_foreach(json_object_get(ok, "disks"), i, disk)
	{
		disk_write(&c->out, disk);
	}
	wire_struct_end(&c->out);
}

static void list_disks(struct call *c)
{
	call_vmd(c, "sr.disks", json_object(), disks_listed);
}

/* ---- more looking ------------------------------------------------------------------------ */

static void probed(struct call *c, const json_t *ok)
{
	const char *uuid = json_string_value(json_object_get(ok, "uuid"));
	char text[160];

	/* XenAPI answers with an XML text. */
	if (uuid)
		snprintf(text, sizeof(text), "<SRlist><SR><UUID>%.36s</UUID></SR></SRlist>", uuid);
	else
		snprintf(text, sizeof(text), "<SRlist></SRlist>");
	wire_string(&c->out, text);
}

static void probe(struct call *c)
{
	char source[512];

	if (!kind_of(call_text(c, 2)))
		call_fail(c, "SR_UNKNOWN_DRIVER", call_text(c, 2), NULL);
	else if (source_of(c, c->args[1], source, sizeof(source)))
		call_vmd(c, "sr.probe", json_pack("{s: s}", "source", source), probed);
}

static void set_name_label(struct call *c)
{
	set_text(c->refs[0], "name_label", call_text(c, 1));
}

static void set_name_description(struct call *c)
{
	set_text(c->refs[0], "name_description", call_text(c, 1));
}

static void get_supported_types(struct call *c)
{
	wire_array_begin(&c->out);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		wire_string(&c->out, kinds[i][0]);
	wire_array_end(&c->out);
}

const struct binding sr_bindings[] = {
	{ "SR.create", create },
	{ "SR.introduce", introduce },
	{ "SR.forget", forget },
	{ "SR.destroy", destroy },
	{ "SR.scan", scan },
	{ "SR.update", update },
	{ "SR.probe", probe },
	{ "SR.add_disk", add_disk },
	{ "host.list_disks", list_disks },
	{ "SR.set_name_label", set_name_label },
	{ "SR.set_name_description", set_name_description },
	{ "SR.get_supported_types", get_supported_types },
	{ NULL, NULL },
};

/* ---- PBD --------------------------------------------------------------------------------- */

static void pbd_create(struct call *c)
{
	struct object *host, *sr, *pbd;

	if (!arg_ref(c, 0, "host", &host) || !arg_ref(c, 0, "SR", &sr))
		return;
	if (!sr) {
		call_fail(c, "HANDLE_INVALID", "SR", MODEL_NULL_REF, NULL);
		return;
	}
	if (get_many(sr, "PBDs")->nr) {
		call_fail(c, "PBD_EXISTS", get_text(sr, "uuid"), NULL);
		return;
	}
	pbd = object_create("PBD", NULL);
	arg_take(pbd, c->args[0]);
	set_ref(pbd, "host", the_host());
	set_ref(pbd, "SR", sr);
	record_write_ref(&c->out, pbd);
}

static void pbd_destroy(struct call *c)
{
	if (get_int(c->refs[0], "currently_attached"))
		call_fail(c, "OPERATION_NOT_ALLOWED", "unplug it first", NULL);
	else
		object_destroy(c->refs[0]);
}

static void plugged(struct call *c, const json_t *ok)
{
	struct object *sr = get_ref(c->refs[0], "SR");

	(void)ok;
	if (c->refs[0]->gone || !sr)
		return;
	set_int(c->refs[0], "currently_attached", true);
	inventory_ask_sr(sr);
}

static void plug_known(struct call *c, const json_t *ok)
{
	struct object *sr = get_ref(c->refs[0], "SR");

	(void)ok;
	if (sr)
		call_vmd(c, "sr.plug", sr_args(sr), plugged);
}

/* vmd may not know it yet: it was introduced. Then it is told, and asked again. */
static void plug_unknown(struct call *c, const json_t *error)
{
	const struct object *sr = get_ref(c->refs[0], "SR");
	const char *kind = sr ? kind_of(get_text(sr, "type")) : NULL;
	char source[512];
	json_t *args;

	(void)error;
	if (!kind || !source_of(c, get_json(c->refs[0], "device_config"), source, sizeof(source)))
		return;
	args = json_pack("{s: s, s: s}", "source", source, "type", kind);
	put_login(args, get_json(c->refs[0], "device_config"));
	call_vmd(c, "sr.introduce", args, plug_known);
}

static void pbd_plug(struct call *c)
{
	struct object *sr = get_ref(c->refs[0], "SR");

	if (!sr) {
		call_fail(c, "HANDLE_INVALID", "SR", MODEL_NULL_REF, NULL);
		return;
	}
	if (get_int(c->refs[0], "currently_attached") || !call_occupy(c, sr, "plug"))
		return;
	call_vmd(c, "sr.plug", sr_args(sr), plugged);
	c->otherwise = plug_unknown;
}

static void unplugged(struct call *c, const json_t *ok)
{
	(void)ok;
	if (!c->refs[0]->gone)
		set_int(c->refs[0], "currently_attached", false);
}

static void pbd_unplug(struct call *c)
{
	struct object *sr = get_ref(c->refs[0], "SR");

	if (sr && get_int(c->refs[0], "currently_attached") && call_occupy(c, sr, "unplug"))
		call_vmd(c, "sr.unplug", sr_args(sr), unplugged);
}

const struct binding pbd_bindings[] = {
	{ "PBD.create", pbd_create },
	{ "PBD.destroy", pbd_destroy },
	{ "PBD.plug", pbd_plug },
	{ "PBD.unplug", pbd_unplug },
	{ NULL, NULL },
};
