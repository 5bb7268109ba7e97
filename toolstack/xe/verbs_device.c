// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What VMs have: disks, CD drives, network interfaces.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xe/die.h"
#include "xe/generated.h"
#include "xe/text.h"
#include "xe/verbs.h"

static const char *field(const json_t *record, const char *name)
{
	return json_string_value(json_object_get(record, name)) ?: "";
}

static bool vbd_is(const json_t *vbd, const char *vm, const char *type)
{
	return strcmp(field(vbd, "VM"), vm) == 0 && strcmp(field(vbd, "type"), type) == 0;
}

/* The VBDs of a VM of one type, "Disk" or "CD". */
static json_t *vbds_of(struct api *api, const char *vm, const char *type)
{
	json_t *found = json_object(), *vbd;
	const char *ref;

	json_object_foreach(objects_of(api, "VBD"), ref, vbd)
	{
		if (vbd_is(vbd, vm, type))
			json_object_set(found, ref, vbd);
	}
	return found;
}

/* The one of those that the VM knows by that number or name. */
static const char *vbd_of(struct api *api, const char *vm, const char *type, const char *device)
{
	const char *ref, *found = NULL;
	json_t *vbd;

	json_object_foreach(objects_of(api, "VBD"), ref, vbd)
	{
		if (!vbd_is(vbd, vm, type) ||
		    (device && strcmp(field(vbd, "userdevice"), device) != 0 &&
		     strcmp(field(vbd, "device"), device) != 0))
			continue;
		if (found)
			die(EXIT_USAGE, "the VM has several; which one? device=");
		found = ref;
	}
	if (!found)
		die(EXIT_REFUSED, "the VM has no %s%s%s",
		    strcmp(type, "CD") == 0 ? "CD drive" : "disk", device ? " " : "",
		    device ? device : "");
	return found;
}

static void drives_list(struct api *api, const char *kind, struct request *r, const char *type)
{
	bool minimal = request_flag(r, "minimal"), many = request_flag(r, "multiple");
	const struct kind *vbd_kind = kind_find("vbd"), *vdi_kind = kind_find("vdi");
	struct column vbd_columns[8], vdi_columns[8];
	size_t nr_vbd = columns_named(vbd_kind, "uuid,vm-name-label,userdevice,empty", vbd_columns);
	size_t nr_vdi = columns_named(vdi_kind, "uuid,name-label,virtual-size,sr-name-label",
				      vdi_columns);
	json_t *vms = objects_selected(api, kind_find(kind), r, many, false), *vm;
	const char *ref;

	request_finish(r);
	json_object_foreach(vms, ref, vm)
	{
		json_t *vbds = vbds_of(api, ref, type), *vdis = json_object(), *vbd;
		const char *vbd_ref;

		json_object_foreach(vbds, vbd_ref, vbd)
		{
			const char *vdi = field(vbd, "VDI");
			json_t *record = json_object_get(objects_of(api, "VDI"), vdi);

			if (record)
				json_object_set(vdis, vdi, record);
		}
		records_print(api, vbd_kind, vbds, vbd_columns, nr_vbd, minimal);
		records_print(api, vdi_kind, vdis, vdi_columns, nr_vdi, minimal);
		json_decref(vdis);
		json_decref(vbds);
	}
	json_decref(vms);
}

static void vm_disk_list(struct api *api, struct request *r)
{
	drives_list(api, "vm", r, "Disk");
}

static void snapshot_disk_list(struct api *api, struct request *r)
{
	drives_list(api, "snapshot", r, "Disk");
}

static void vm_cd_list(struct api *api, struct request *r)
{
	drives_list(api, "vm", r, "CD");
}

static void vm_vif_list(struct api *api, struct request *r)
{
	const struct kind *k = kind_find("vif");
	bool minimal = request_flag(r, "minimal");
	const char *vm = verb_object(api, "vm", r), *ref;
	json_t *found = json_object(), *vif;
	struct column columns[8];

	request_finish(r);
	json_object_foreach(objects_of(api, "VIF"), ref, vif)
	{
		if (strcmp(field(vif, "VM"), vm) == 0)
			json_object_set(found, ref, vif);
	}
	records_print(api, k, found, columns,
		      columns_named(k, "uuid,device,MAC,network-uuid,network-name-label", columns),
		      minimal);
	json_decref(found);
}

static bool running(struct api *api, const char *vm)
{
	json_t *state = api_call(api, "VM.get_power_state", json_pack("[s]", vm));
	bool runs = strcmp(json_string_value(state) ?: "", "Running") == 0;

	json_decref(state);
	return runs;
}

/* Plugged in at once when the VM runs. */
static void vbd_add(struct api *api, const char *vm, const char *vdi, const char *device,
		    const char *type)
{
	bool cd = strcmp(type, "CD") == 0;
	json_t *vbd = api_call(
		api, "VBD.create",
		json_pack("[{s:s, s:s, s:s, s:b, s:s, s:s, s:b, s:b, s:{}, s:s, s:{}}]", "VM", vm,
			  "VDI", vdi ? vdi : MODEL_NULL_REF, "userdevice", device, "bootable", 0,
			  "mode", cd ? "RO" : "RW", "type", type, "unpluggable", 1, "empty", !vdi,
			  "other_config", "qos_algorithm_type", "", "qos_algorithm_params"));

	if (running(api, vm))
		json_decref(api_task(api, "VBD.plug", json_pack("[O]", vbd)));
	verb_print_uuid(api, "VBD", json_string_value(vbd) ?: "");
	json_decref(vbd);
}

static const char *default_sr(struct api *api)
{
	json_t *record;
	const char *ref, *sr = MODEL_NULL_REF;

	json_object_foreach(objects_of(api, "pool"), ref, record) sr = field(record, "default_SR");
	if (strcmp(sr, MODEL_NULL_REF) == 0)
		die(EXIT_USAGE, "which storage? sr-uuid=, or a default: xe pool-param-set "
				"uuid=POOL default-SR=SR");
	return sr;
}

static void vm_disk_add(struct api *api, struct request *r)
{
	const char *device = request_get(r, "device") ?: "autodetect";
	const char *text = request_need(r, "disk-size"), *sr_text = request_get(r, "sr-uuid"), *sr;
	const char *name = request_get(r, "name-label") ?: "disk", *vm;
	json_t *vdi;
	int64_t size;

	if (!size_parse(text, &size) || size <= 0)
		request_wrong("disk-size=%s: expected bytes, or a number with MiB, GiB", text);
	sr = sr_text ? object_named(api, kind_find("sr"), sr_text) : default_sr(api);
	vm = verb_object(api, "vm", r);
	request_finish(r);
	vdi = api_task(api, "VDI.create",
		       json_pack("[{s:s, s:s, s:s, s:I, s:s, s:b, s:b, s:{}, s:{}, s:{}}]",
				 "name_label", name, "name_description", "", "SR", sr,
				 "virtual_size", size, "type", "user", "sharable", 0, "read_only",
				 0, "other_config", "xenstore_data", "sm_config"));
	vbd_add(api, vm, json_string_value(vdi), device, "Disk");
	json_decref(vdi);
}

static void vm_disk_remove(struct api *api, struct request *r)
{
	const char *device = request_need(r, "device"), *vm = verb_object(api, "vm", r), *vbd;
	json_t *vdi;

	request_finish(r);
	vbd = vbd_of(api, vm, "Disk", device);
	vdi = api_call(api, "VBD.get_VDI", json_pack("[s]", vbd));
	if (running(api, vm))
		json_decref(api_task(api, "VBD.unplug", json_pack("[s]", vbd)));
	json_decref(api_call(api, "VBD.destroy", json_pack("[s]", vbd)));
	json_decref(api_task(api, "VDI.destroy", json_pack("[O]", vdi)));
	json_decref(vdi);
}

static void vm_disk_resize(struct api *api, struct request *r)
{
	const char *device = request_need(r, "device"), *text = request_need(r, "disk-size");
	const char *vm = verb_object(api, "vm", r);
	json_t *vdi;
	int64_t size;

	request_finish(r);
	if (!size_parse(text, &size))
		request_wrong("disk-size=%s: expected bytes, or a number with MiB, GiB", text);
	vdi = api_call(api, "VBD.get_VDI", json_pack("[s]", vbd_of(api, vm, "Disk", device)));
	json_decref(api_task(api, running(api, vm) ? "VDI.resize_online" : "VDI.resize",
			     json_pack("[OI]", vdi, size)));
	json_decref(vdi);
}

static void vm_cd_add(struct api *api, struct request *r)
{
	const char *cd = request_get(r, "cd-name"), *device = request_get(r, "device");
	const char *vm = verb_object(api, "vm", r);

	request_finish(r);
	vbd_add(api, vm, cd ? object_named(api, kind_find("vdi"), cd) : NULL, device ? device : "3",
		"CD");
}

static void vm_cd_remove(struct api *api, struct request *r)
{
	const char *vm = verb_object(api, "vm", r), *vbd;

	vbd = vbd_of(api, vm, "CD", request_get(r, "device"));
	request_finish(r);
	if (running(api, vm))
		json_decref(api_task(api, "VBD.unplug", json_pack("[s]", vbd)));
	json_decref(api_call(api, "VBD.destroy", json_pack("[s]", vbd)));
}

static void vm_cd_insert(struct api *api, struct request *r)
{
	const char *cd = object_named(api, kind_find("vdi"), request_need(r, "cd-name"));
	const char *vm = verb_object(api, "vm", r);

	request_finish(r);
	json_decref(
		api_task(api, "VBD.insert", json_pack("[ss]", vbd_of(api, vm, "CD", NULL), cd)));
}

static void vm_cd_eject(struct api *api, struct request *r)
{
	const char *vm = verb_object(api, "vm", r);

	request_finish(r);
	json_decref(api_task(api, "VBD.eject", json_pack("[s]", vbd_of(api, vm, "CD", NULL))));
}

static void vm_vif_add(struct api *api, struct request *r)
{
	const char *network = object_named(api, kind_find("network"), request_need(r, "network"));
	const char *device = request_get(r, "device") ?: "autodetect";
	const char *mac = request_get(r, "mac") ?: "", *vm = verb_object(api, "vm", r);
	json_t *vif;

	request_finish(r);
	vif = api_call(api, "VIF.create",
		       json_pack("[{s:s, s:s, s:s, s:s, s:i, s:{}, s:s, s:{}}]", "VM", vm,
				 "network", network, "device", device, "MAC", mac, "MTU", 1500,
				 "other_config", "qos_algorithm_type", "", "qos_algorithm_params"));
	if (running(api, vm))
		json_decref(api_task(api, "VIF.plug", json_pack("[O]", vif)));
	verb_print_uuid(api, "VIF", json_string_value(vif) ?: "");
	json_decref(vif);
}

static void vm_vif_remove(struct api *api, struct request *r)
{
	const char *device = request_need(r, "device"), *vm = verb_object(api, "vm", r), *ref;
	const char *found = NULL;
	json_t *vif;

	request_finish(r);
	json_object_foreach(objects_of(api, "VIF"), ref, vif)
	{
		if (strcmp(field(vif, "VM"), vm) == 0 && strcmp(field(vif, "device"), device) == 0)
			found = ref;
	}
	if (!found)
		die(EXIT_REFUSED, "the VM has no interface %s", device);
	if (running(api, vm))
		json_decref(api_task(api, "VIF.unplug", json_pack("[s]", found)));
	json_decref(api_call(api, "VIF.destroy", json_pack("[s]", found)));
}

const struct verb device_verbs[] = {
	{ "vm-disk-list", "vm", NULL, NULL, "", "its disks", vm_disk_list, false },
	{ "snapshot-disk-list", "snapshot", NULL, NULL, "", "the disks that it keeps",
	  snapshot_disk_list, false },
	{ "vm-disk-add", "vm", NULL, NULL, "disk-size= [device=] [sr-uuid=] [name-label=]",
	  "gives it a new disk; prints the VBD's UUID", vm_disk_add, false },
	{ "vm-disk-remove", "vm", NULL, NULL, "device=", "destroys a disk of it", vm_disk_remove,
	  false },
	{ "vm-disk-resize", "vm", NULL, NULL, "device= disk-size=", "makes a disk of it larger",
	  vm_disk_resize, false },
	{ "vm-cd-list", "vm", NULL, NULL, "", "its CD drives", vm_cd_list, false },
	{ "vm-cd-add", "vm", NULL, NULL, "[cd-name=] [device=3]", "gives it a CD drive", vm_cd_add,
	  false },
	{ "vm-cd-remove", "vm", NULL, NULL, "[device=]", "takes its CD drive", vm_cd_remove,
	  false },
	{ "vm-cd-insert", "vm", NULL, NULL, "cd-name=", "puts a CD into its drive", vm_cd_insert,
	  false },
	{ "vm-cd-eject", "vm", NULL, NULL, "", "empties its drive", vm_cd_eject, false },
	{ "vm-vif-list", "vm", NULL, NULL, "", "its network interfaces", vm_vif_list, false },
	{ "vm-vif-add", "vm", NULL, NULL, "network= [device=] [mac=]",
	  "gives it a network interface; prints its UUID", vm_vif_add, false },
	{ "vm-vif-remove", "vm", NULL, NULL, "device=", "takes a network interface", vm_vif_remove,
	  false },
	{ "vbd-create", NULL, "VBD.create", NULL,
	  "vm-uuid= userdevice= [vdi-uuid=] [bootable=false] [mode=RW] [type=Disk] "
	  "[unpluggable=true] [empty=false] [qos-algorithm-type=]",
	  "gives a VM a disk; prints the VBD's UUID", NULL, true },
	{ "vbd-destroy", "vbd", "VBD.destroy", NULL, "", "takes a disk from a VM; it stays", NULL,
	  true },
	{ "vbd-plug", "vbd", "VBD.plug", NULL, "", "the running VM gets it", NULL, false },
	{ "vbd-unplug", "vbd", "VBD.unplug", "VBD.unplug_force", "[--force]",
	  "takes it from the running VM", NULL, false },
	{ "vbd-insert", "vbd", "VBD.insert", NULL, "vdi-uuid=", "puts a CD into the drive", NULL,
	  false },
	{ "vbd-eject", "vbd", "VBD.eject", NULL, "", "empties the drive", NULL, false },
	{ "vif-create", NULL, "VIF.create", NULL,
	  "vm-uuid= network-uuid= device= [MAC=] [MTU=1500] [qos-algorithm-type=]",
	  "gives a VM a network interface; prints its UUID", NULL, true },
	{ "vif-destroy", "vif", "VIF.destroy", NULL, "", "takes it away", NULL, true },
	{ "vif-plug", "vif", "VIF.plug", NULL, "", "the running VM gets it", NULL, false },
	{ "vif-unplug", "vif", "VIF.unplug", "VIF.unplug_force", "[--force]",
	  "takes it from the running VM", NULL, false },
	{ "vif-move", "vif", "VIF.move", NULL, "network-uuid=", "to another network", NULL, false },
	{ 0 },
};
