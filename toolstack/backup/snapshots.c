// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots that policies make. other_config:vmpp of one is its policy's UUID. See run.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backup/run.h"

#define MARK "vmpp"

int snapshot_make(struct backup *b, const char *vm, const char *name, const char *policy_uuid,
		  bool checkpoint, char snapshot[API_REF], struct reason *why)
{
	json_t *made = api_call(&b->api, checkpoint ? "VM.checkpoint" : "VM.snapshot",
				json_pack("[ss]", vm, name));

	if (!made)
		return backup_api_failed(b, why);
	snprintf(snapshot, API_REF, "%s", json_string_value(made));
	json_decref(made);
	if (api_do(&b->api, "VM.add_to_other_config",
		   json_pack("[sss]", snapshot, MARK, policy_uuid)))
		return 0;
	backup_api_failed(b, why);
	snapshot_destroy(b, snapshot, &(struct reason){ "" });
	return -1;
}

/* Of its disks: new references. */
static json_t *disks_of(struct backup *b, const char *snapshot)
{
	json_t *vbds = api_call(&b->api, "VM.get_VBDs", json_pack("[s]", snapshot)), *ref;
	json_t *disks = json_array();
	size_t i;

	json_array_foreach(vbds, i, ref)
	{
		json_t *vbd = api_call(&b->api, "VBD.get_record", json_pack("[O]", ref));

		if (strcmp(record_text(vbd, "type"), "Disk") == 0 &&
		    strcmp(record_text(vbd, "VDI"), "OpaqueRef:NULL") != 0)
			json_array_append(disks, json_object_get(vbd, "VDI"));
		json_decref(vbd);
	}
	json_decref(vbds);
	return disks;
}

int snapshot_destroy(struct backup *b, const char *snapshot, struct reason *why)
{
	json_t *disks = disks_of(b, snapshot), *disk;
	int rc = 0;
	size_t i;

	if (!api_do(&b->api, "VM.destroy", json_pack("[s]", snapshot)))
		rc = backup_api_failed(b, why);
	json_array_foreach(disks, i, disk) if (rc == 0 && !api_do(&b->api, "VDI.destroy",
								  json_pack("[O]", disk)))
		rc = backup_api_failed(b, why);
	json_decref(disks);
	return rc;
}

void snapshots_destroy_named(struct backup *b, const char *name)
{
	json_t *found = api_call(&b->api, "VM.get_by_name_label", json_pack("[s]", name)), *ref;
	struct reason why;
	size_t i;

	json_array_foreach(found, i, ref)
	{
		json_t *is = api_call(&b->api, "VM.get_is_a_snapshot", json_pack("[O]", ref));

		if (json_is_true(is) && snapshot_destroy(b, json_string_value(ref), &why) < 0)
			log_warning("%s: %s", name, why.text);
		json_decref(is);
	}
	json_decref(found);
}

struct made {
	char ref[API_REF], time[24];
};

static int by_time(const void *a, const void *b)
{
	return strcmp(((const struct made *)b)->time, ((const struct made *)a)->time);
}

/* The policy's, the newest first. Their number. */
static size_t snapshots_of(struct backup *b, const char *vm, const char *policy_uuid,
			   struct made **made)
{
	json_t *all = api_call(&b->api, "VM.get_snapshots", json_pack("[s]", vm)), *ref;
	size_t nr = 0, i;

	*made = calloc(json_array_size(all) + 1, sizeof(**made));
	json_array_foreach(all, i, ref)
	{
		json_t *o = api_call(&b->api, "VM.get_record", json_pack("[O]", ref));

		if (*made && strcmp(record_text(json_object_get(o, "other_config"), MARK),
				    policy_uuid) == 0) {
			snprintf((*made)[nr].ref, API_REF, "%s", json_string_value(ref));
			snprintf((*made)[nr++].time, 24, "%s", record_text(o, "snapshot_time"));
		}
		json_decref(o);
	}
	json_decref(all);
	if (nr)
		qsort(*made, nr, sizeof(**made), by_time);
	return nr;
}

int snapshots_retain(struct backup *b, const char *vm, const char *policy_uuid, unsigned int keep,
		     struct reason *why)
{
	struct made *made;
	size_t nr = snapshots_of(b, vm, policy_uuid, &made);
	int rc = 0;

	for (size_t i = keep; i < nr; i++)
		if (snapshot_destroy(b, made[i].ref, why) < 0)
			rc = -1;
	free(made);
	return rc;
}
