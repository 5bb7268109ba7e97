// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Storage repositories, their connections to hosts, and disks in them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/generated.h"
#include "xe/stream.h"
#include "xe/verbs.h"

static void vdi_path(struct buf *path, const char *what, const char *vdi, const char *format)
{
	buf_printf(path, "/%s?vdi=%s&format=%s", what, vdi, format ? format : "raw");
	if (path->failed)
		die_memory();
}

static void vdi_export(struct api *api, struct request *r)
{
	const char *file = request_need(r, "filename"), *format = request_get(r, "format");
	const char *base = request_get(r, "base"), *vdi = verb_object(api, "vdi", r);
	struct buf path = { 0 };

	if (base && (!format || strcmp(format, "vhd") != 0))
		request_wrong("base=: differences are exported with format=vhd");
	request_finish(r);
	vdi_path(&path, "export_raw_vdi", vdi, format);
	if (base)
		buf_printf(&path, "&base=%s", object_named(api, kind_find("vdi"), base));
	stream_download(api, path.data, file);
	buf_free(&path);
}

static void vdi_import(struct api *api, struct request *r)
{
	const char *file = request_need(r, "filename"), *format = request_get(r, "format");
	const char *vdi = verb_object(api, "vdi", r);
	struct buf path = { 0 };

	request_finish(r);
	vdi_path(&path, "import_raw_vdi", vdi, format);
	json_decref(stream_upload(api, path.data, file));
	buf_free(&path);
}

/* The CD images of all libraries. */
static void cd_list(struct api *api, struct request *r)
{
	const struct kind *k = kind_find("vdi");
	const char *params = request_get(r, "params") ?: "uuid,name-label", *ref;
	bool minimal = request_flag(r, "minimal");
	json_t *all, *found = json_object(), *vdi;
	struct column columns[MAX_COLUMNS];

	all = objects_selected(api, k, r, true, true);
	request_finish(r);
	json_object_foreach(all, ref, vdi)
	{
		const char *sr = json_string_value(json_object_get(vdi, "SR"));
		json_t *record = json_object_get(objects_of(api, "SR"), sr ? sr : "");
		const char *content = json_string_value(json_object_get(record, "content_type"));

		if (content && strcmp(content, "iso") == 0)
			json_object_set(found, ref, vdi);
	}
	records_print(api, k, found, columns, columns_named(k, params, columns), minimal);
	json_decref(found);
	json_decref(all);
}

const struct verb storage_verbs[] = {
	{ "sr-create", NULL, "SR.create", NULL,
	  "[host-uuid=] [device-config:] [physical-size=0] name-label= [name-description=] type= "
	  "[content-type=user] [shared=false] [sm-config:]",
	  "makes storage; what was there is gone; prints its UUID", NULL, false },
	{ "sr-introduce", NULL, "SR.introduce", NULL,
	  "uuid= name-label= [name-description=] type= [content-type=user] [shared=false] "
	  "[sm-config:]",
	  "makes storage known that is there; prints its UUID", NULL, false },
	{ "sr-probe", NULL, "SR.probe", NULL, "[host-uuid=] [device-config:] type= [sm-config:]",
	  "looks what is there", NULL, false },
	{ "sr-scan", "sr", "SR.scan", NULL, "", "looks which disks are there", NULL, false },
	{ "sr-add-disk", "sr", "SR.add_disk", NULL, "[device-config:]",
	  "one more disk: device-config:device=/dev/sdb, and force=true if what is there may go",
	  NULL, false },
	{ "host-disk-list", "host", "host.list_disks", NULL, "", "its disks, and what is on them",
	  NULL, false },
	{ "sr-update", "sr", "SR.update", NULL, "", "looks how full it is", NULL, false },
	{ "sr-forget", "sr", "SR.forget", NULL, "", "forgets it; its disks stay", NULL, false },
	{ "sr-destroy", "sr", "SR.destroy", NULL, "", "destroys it and all in it", NULL, false },
	{ "pbd-create", NULL, "PBD.create", NULL, "[host-uuid=] sr-uuid= [device-config:]",
	  "how a host reaches storage; prints its UUID", NULL, true },
	{ "pbd-destroy", "pbd", "PBD.destroy", NULL, "", "forgets how", NULL, true },
	{ "pbd-plug", "pbd", "PBD.plug", NULL, "", "connects the host", NULL, false },
	{ "pbd-unplug", "pbd", "PBD.unplug", NULL, "", "disconnects it", NULL, false },
	{ "vdi-create", NULL, "VDI.create", NULL,
	  "sr-uuid= name-label= [name-description=] virtual-size= [type=user] [sharable=false] "
	  "[read-only=false] [sm-config:]",
	  "makes a disk; prints its UUID", NULL, false },
	{ "vdi-destroy", "vdi", "VDI.destroy", NULL, "", "destroys it", NULL, false },
	{ "vdi-clone", "vdi", "VDI.clone", NULL, "", "copies it at once; prints the UUID", NULL,
	  false },
	{ "vdi-copy", "vdi", "VDI.copy", NULL, "[sr-uuid=] [base-vdi-uuid=] [into-vdi-uuid=]",
	  "copies it to storage, or into a disk; prints the UUID", NULL, false },
	{ "vdi-pool-migrate", "vdi", "VDI.pool_migrate", NULL, "sr-uuid=",
	  "moves it to other storage while no VM that runs has it; prints the UUID", NULL, false },
	{ "vdi-introduce", NULL, "VDI.introduce", NULL,
	  "uuid= [name-label=] [name-description=] sr-uuid= [type=user] [sharable=false] "
	  "[read-only=false] [other-config:] [location=] [xenstore-data:] [sm-config:]",
	  "makes a disk known that is in its storage; prints its UUID", NULL, false },
	{ "vdi-snapshot", "vdi", "VDI.snapshot", NULL, "", "keeps it as it is now; prints the UUID",
	  NULL, false },
	{ "vdi-resize", "vdi", "VDI.resize", NULL, "disk-size=", "makes it larger", NULL, false },
	{ "vdi-update", "vdi", "VDI.update", NULL, "", "looks at it again", NULL, false },
	{ "vdi-forget", "vdi", "VDI.forget", NULL, "", "forgets it; it stays", NULL, false },
	{ "vdi-export", "vdi", NULL, NULL, "filename= [format=raw] [base=]",
	  "writes it to a file: raw, vhd, qcow2; as vhd what differs from base", vdi_export,
	  false },
	{ "vdi-import", "vdi", NULL, NULL, "filename= [format=raw]",
	  "writes a file to it: raw, vhd, qcow2", vdi_import, false },
	{ "cd-list", NULL, NULL, NULL, "[params=] [--minimal]", "the CD images there are", cd_list,
	  false },
	{ 0 },
};
