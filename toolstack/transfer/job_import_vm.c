// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /import: a new VM out of an XVA. Disks are made as they come; the VM is made when all of them are
 * complete, so nobody sees half of one. With restore=true it keeps its MAC addresses.
 */
#include <string.h>
#include <unistd.h>

#include "transfer/job.h"
#include "transfer/ova.h"
#include "transfer/xva.h"

struct import {
	struct job *job;
	struct ova ova;
	char sr[API_REF];
	char names[XVA_DISKS_MAX]
		  [XVA_DISK_NAME]; /* of the disks that came, as the archive calls them */
	char vdis[XVA_DISKS_MAX][API_REF];
	size_t nr;
	struct disk disk; /* the one that is being filled; fd -1: none */
	bool failed;      /* the error is the API's, not the archive's */
};

/* Where disks go: known when there is one. */
static int sr_choose(struct import *im)
{
	struct job *j = im->job;
	json_t *pools, *pool;
	const char *key;

	if (im->sr[0])
		return 0;
	if (request_param(j->request, "sr_id", im->sr, sizeof(im->sr)) && im->sr[0])
		return job_object(j, "SR", "sr_id", im->sr) ? 0 : -1;
	pools = api_call(&j->api, "pool.get_all_records", json_array());
	if (!pools)
		return -1;
	json_object_foreach(pools, key, pool)
		snprintf(im->sr, sizeof(im->sr), "%s", ova_text(pool, "default_SR"));
	json_decref(pools);
	if (!im->sr[0] || strcmp(im->sr, "OpaqueRef:NULL") == 0)
		return api_fail(&j->api, "DEFAULT_SR_NOT_FOUND", im->sr, NULL);
	return 0;
}

/* Fields of the archive's record that a client may give; references are put in by the caller. */
static json_t *fields_of(const char *class, const json_t *record, const char *const *names)
{
	json_t *fields = json_object(), *value;

	for (; *names; names++) {
		value = ova_value(class, record, *names);
		if (value)
			json_object_set_new(fields, *names, value);
	}
	return fields;
}

/* Makes an object, which goes again if the rest fails. A new reference, or NULL. */
static json_t *make(struct import *im, const char *class, json_t *fields)
{
	char method[32];
	json_t *ref;

	snprintf(method, sizeof(method), "%s.create", class);
	ref = api_call(&im->job->api, method, json_pack("[o]", fields));
	if (ref)
		job_made(im->job, class, ref);
	im->failed |= !ref;
	return ref;
}

/* ---- while the archive comes ------------------------------------------------------------- */

static int take_ova(void *arg, struct bytes text, struct reason *why)
{
	struct import *im = arg;

	return ova_read(&im->ova, text, why);
}

static void disk_close(struct import *im)
{
	if (im->disk.fd >= 0)
		close(im->disk.fd);
	im->disk.fd = -1;
}

static json_t *vdi_make(struct import *im, const json_t *record)
{
	static const char *const names[] = { "name_label",
					     "name_description",
					     "virtual_size",
					     "other_config",
					     "xenstore_data",
					     "tags",
					     NULL };
	json_t *fields, *config;

	im->failed = sr_choose(im) < 0;
	if (im->failed)
		return NULL;
	fields = fields_of("VDI", record, names);
	config = json_object_get(fields, "other_config");
	if (!config)
		json_object_set_new(fields, "other_config", config = json_object());
	json_object_set_new(config, JOB_TEMPORARY, json_string("true"));
	json_object_set_new(fields, "SR", json_string(im->sr));
	json_object_set_new(fields, "type", json_string("user"));
	json_object_set_new(fields, "sharable", json_false());
	json_object_set_new(fields, "read_only", json_false());
	return make(im, "VDI", fields);
}

static struct disk *give_disk(void *arg, const char *name, struct reason *why)
{
	struct import *im = arg;
	const json_t *record = ova_find(&im->ova, "VDI", name);
	json_t *vdi;

	disk_close(im);
	if (!record || im->nr == XVA_DISKS_MAX) {
		reason_set(why, "%s is not in ova.xml, or one disk too many", name);
		return NULL;
	}
	for (size_t i = 0; i < im->nr; i++) {
		if (strcmp(im->names[i], name) == 0) {
			reason_set(why, "%s comes twice", name);
			return NULL;
		}
	}
	vdi = vdi_make(im, record);
	if (vdi) {
		snprintf(im->names[im->nr], XVA_DISK_NAME, "%s", name);
		snprintf(im->vdis[im->nr], API_REF, "%s", json_string_value(vdi));
		json_decref(vdi);
		im->failed = job_disk_open(im->job, im->vdis[im->nr], true, &im->disk) < 0;
		if (!im->failed) {
			/* A repository may round up; the archive ends where its disk did. */
			json_t *size = ova_value("VDI", record, "virtual_size");

			if ((uint64_t)json_integer_value(size) < im->disk.size)
				im->disk.size = (uint64_t)json_integer_value(size);
			json_decref(size);
			im->nr++;
			return &im->disk;
		}
		im->disk.fd = -1;
	}
	reason_set(why, "no disk for %s", name);
	return NULL;
}

/* ---- when all of it is here -------------------------------------------------------------- */

static int vbd_make(struct import *im, const json_t *vbd, const json_t *vm)
{
	static const char *const names[] = { "userdevice",  "bootable",     "mode", "type",
					     "unpluggable", "other_config", NULL };
	bool disk = strcmp(ova_text(vbd, "type"), "Disk") == 0;
	json_t *fields, *ref;
	size_t i = 0;

	while (i < im->nr && strcmp(im->names[i], ova_text(vbd, "VDI")) != 0)
		i++;
	if (disk && i == im->nr) {
		im->failed = true;
		return api_fail(&im->job->api, "IMPORT_ERROR_FAILED_TO_FIND_OBJECT",
				ova_text(vbd, "VDI"), NULL);
	}
	fields = fields_of("VBD", vbd, names);
	json_object_set(fields, "VM", (json_t *)vm);
	json_object_set_new(fields, "VDI",
			    json_string(i < im->nr ? im->vdis[i] : "OpaqueRef:NULL"));
	json_object_set_new(fields, "empty", json_boolean(i == im->nr));
	ref = make(im, "VBD", fields);
	json_decref(ref);
	return ref ? 0 : -1;
}

/* The network of this host that is most like the archive's; the first one if none is. */
static char *network_choose(const json_t *networks, const json_t *wanted, char ref[API_REF])
{
	static const char *const by[] = { "uuid", "name_label", "bridge" };
	const char *key;
	json_t *network;

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		json_object_foreach((json_t *)networks, key, network)
		{
			if (ova_text(wanted, by[i])[0] &&
			    strcmp(ova_text(network, by[i]), ova_text(wanted, by[i])) == 0) {
				snprintf(ref, API_REF, "%s", key);
				return ref;
			}
		}
	}
	key = json_object_iter_key(json_object_iter((json_t *)networks));
	snprintf(ref, API_REF, "%s", key ? key : "OpaqueRef:NULL");
	return ref;
}

static int vif_make(struct import *im, const json_t *vif, const json_t *vm, const json_t *networks)
{
	static const char *const names[] = { "device",
					     "MTU",
					     "other_config",
					     "qos_algorithm_type",
					     "qos_algorithm_params",
					     "locking_mode",
					     "ipv4_allowed",
					     "ipv6_allowed",
					     NULL };
	json_t *fields = fields_of("VIF", vif, names), *ref;
	char network[API_REF], restore[8];

	request_param(im->job->request, "restore", restore, sizeof(restore));
	if (strcmp(restore, "true") == 0)
		json_object_set_new(fields, "MAC", json_string(ova_text(vif, "MAC")));
	json_object_set(fields, "VM", (json_t *)vm);
	json_object_set_new(
		fields, "network",
		json_string(network_choose(networks,
					   ova_find(&im->ova, "network", ova_text(vif, "network")),
					   network)));
	ref = make(im, "VIF", fields);
	json_decref(ref);
	return ref ? 0 : -1;
}

static int devices_make(struct import *im, const char *id, const json_t *vm)
{
	const json_t *one;
	const char *name;
	json_t *networks;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (one = ova_object(&im->ova, "VBD", i, &name)); i++)
		if (strcmp(ova_text(one, "VM"), id) == 0)
			rc = vbd_make(im, one, vm);
	networks = api_call(&im->job->api, "network.get_all_records", json_array());
	im->failed |= !networks;
	if (!networks)
		return -1;
	for (size_t i = 0; rc == 0 && (one = ova_object(&im->ova, "VIF", i, &name)); i++)
		if (strcmp(ova_text(one, "VM"), id) == 0)
			rc = vif_make(im, one, vm, networks);
	json_decref(networks);
	return rc;
}

/* They are the VM's from now on. */
static int disks_keep(struct import *im)
{
	for (size_t i = 0; i < im->nr; i++) {
		if (!api_do(&im->job->api, "VDI.remove_from_other_config",
			    json_pack("[ss]", im->vdis[i], JOB_TEMPORARY))) {
			im->failed = true;
			return -1;
		}
	}
	return 0;
}

static int vm_make(struct import *im)
{
	static const char *const names[] = { "name_label",
					     "name_description",
					     "user_version",
					     "is_a_template",
					     "memory_static_max",
					     "memory_static_min",
					     "memory_dynamic_max",
					     "memory_dynamic_min",
					     "VCPUs_max",
					     "VCPUs_at_startup",
					     "VCPUs_params",
					     "actions_after_shutdown",
					     "actions_after_reboot",
					     "actions_after_crash",
					     "actions_after_softreboot",
					     "PV_bootloader",
					     "PV_kernel",
					     "PV_ramdisk",
					     "PV_args",
					     "PV_bootloader_args",
					     "HVM_boot_policy",
					     "HVM_boot_params",
					     "platform",
					     "other_config",
					     "recommendations",
					     "xenstore_data",
					     "ha_restart_priority",
					     "tags",
					     "order",
					     "start_delay",
					     "shutdown_delay",
					     "domain_type",
					     NULL };
	const json_t *record;
	const char *id;
	json_t *vm;
	int rc;

	record = ova_object(&im->ova, "VM", 0, &id);
	vm = make(im, "VM", fields_of("VM", record, names));
	if (!vm)
		return -1;
	rc = devices_make(im, id, vm);
	if (rc == 0)
		rc = disks_keep(im);
	if (rc == 0)
		buf_printf(&im->job->result,
			   "<value><array><data><value>%s</value></data></array></value>",
			   json_string_value(vm));
	json_decref(vm);
	return rc;
}

static int stream(struct import *im)
{
	const struct source_input input = request_body(im->job->request);
	const struct xva_reader reader = {
		.ova = take_ova, .disk = give_disk, .arg = im, .progress = &im->job->progress
	};
	struct reason why;
	struct source *from = source_open(&input, &why);
	int rc = -1;

	if (from) {
		rc = xva_read(from, &reader, &why);
		source_close(from);
	}
	disk_close(im);
	return rc < 0 && !im->failed ? job_fail(im->job, "IMPORT_ERROR", &why) : rc;
}

int job_import_vm(struct job *j)
{
	static struct import im;
	int rc = -1;

	im.job = j;
	im.disk.fd = -1;
	if (stream(&im) == 0)
		rc = vm_make(&im);
	ova_free(&im.ova);
	return rc;
}
