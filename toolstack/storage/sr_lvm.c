// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repositories on LVM: thick volumes, or a thin pool with volumes in it. What is done to volumes is
 * in vdi_lvm.c.
 */
#include "storage/sr_lvm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/device.h"
#include "storage/lock.h"
#include "storage/program.h"
#include "storage/size.h"
#include "storage/thin.h"

int lvm_available(struct sr_error *e)
{
	if (!program_exists("lvm"))
		return sr_fail(e, ERR_UNSUPPORTED, "this system has no program lvm");
	return 0;
}

void lvm_name(const struct sr *sr, const char *volume, char name[LVM_NAME])
{
	snprintf(name, LVM_NAME, "%s/%s", sr->group, volume);
}

void lvm_tag(char out[LVM_TAG], const char *key, const char *value)
{
	struct buf b = { 0 };

	prop_append(&b, key, value);
	snprintf(out, LVM_TAG, "%s", b.data ? b.data : "");
	buf_free(&b);
}

/* The pool takes what the plan says; until it is there the group says that it is not finished. */
static int pool_create(const struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	char data[32], metadata[32], chunk[32], pool[LVM_NAME];
	struct lvm_report r;
	struct thin_plan plan;
	bool fits;

	if (lvm_group(&r, sr, e) < 0)
		return -1;
	fits = thin_plan_create(r.groups[0].free, r.groups[0].extent, how->pool, &plan);
	lvm_report_free(&r);
	if (!fits)
		return sr_fail(e, ERR_SR_FULL, "%s: too small for a thin pool%s", sr->source,
			       how->pool ? " of that size and its metadata" : "");
	snprintf(data, sizeof(data), "%llub", (unsigned long long)plan.data);
	snprintf(metadata, sizeof(metadata), "%llub", (unsigned long long)plan.metadata);
	snprintf(chunk, sizeof(chunk), "%llub", (unsigned long long)plan.chunk);
	if (lvm_run(sr, e, "lvcreate", "-y", "--type", "thin-pool", "-L", data,
		    "--poolmetadatasize", metadata, "--chunksize", chunk, "--zero", "y", "-n",
		    POOL_VOLUME, sr->group) < 0)
		return -1;
	if (how->full == WHEN_FULL_QUEUE)
		return 0;
	lvm_name(sr, POOL_VOLUME, pool);
	return lvm_run(sr, e, "lvchange", "--errorwhenfull", "y", pool);
}

int lvm_format_disk(struct sr *sr, const char *disk, const struct sr_options *how,
		    struct sr_error *e)
{
	char uuid[LVM_TAG], type[LVM_TAG], name[LVM_TAG], description[LVM_TAG];

	if (device_claim(disk, how->force, e) < 0 || device_erase(disk, e) < 0)
		return -1;
	snprintf(sr->group, sizeof(sr->group), "VG_XenStorage-%s", sr->uuid);
	lvm_tag(uuid, "sr", sr->uuid);
	lvm_tag(type, "sr-type", sr->type->name);
	lvm_tag(name, "sr-name", sr->name);
	lvm_tag(description, "sr-description", sr->description);
	if (lvm_run(sr, e, "vgcreate", "-y", "--addtag", uuid, "--addtag", type, "--addtag", name,
		    "--addtag", description, "--addtag", "sr-state=unfinished", sr->group,
		    disk) < 0)
		return -1;
	if (sr_lvm_is_thin(sr) && pool_create(sr, how, e) < 0) {
		struct sr_error ignored;

		lvm_run(sr, &ignored, "vgremove", "-f", "-y", sr->group);
		lvm_run(sr, &ignored, "pvremove", "-f", "-y", disk);
		return -1;
	}
	return lvm_run(sr, e, "vgchange", "--deltag", "sr-state=unfinished", sr->group);
}

static int lvm_format(struct sr *sr, const struct sr_options *how, struct sr_error *e)
{
	return lvm_format_disk(sr, sr->source, how, e);
}

/* 1: this group is a repository; 0: it is not. */
static int group_recognise(const struct lvm_group *g, struct sr *sr, struct sr_error *e)
{
	char type[32];
	uint8_t uuid[16];

	if (!prop_get(g->tags, ',', "sr", sr->uuid, sizeof(sr->uuid)) ||
	    !uuid_parse(sr->uuid, uuid) || !prop_get(g->tags, ',', "sr-type", type, sizeof(type)))
		return 0;
	sr->type = sr_type_find(type);
	if (sr->type != &sr_type_lvm && sr->type != &sr_type_lvmthin &&
	    sr->type != &sr_type_lvmoiscsi)
		return sr_fail(e, ERR_UNSUPPORTED, "volume group %s is a repository of type %s",
			       g->name, type);
	if (prop_is(g->tags, ',', "sr-state", "unfinished"))
		return sr_fail(e, ERR_SR_UNAVAILABLE,
			       "volume group %s: the creation of this repository was interrupted; "
			       "create it again with --force",
			       g->name);
	if (!prop_get(g->tags, ',', "sr-name", sr->name, sizeof(sr->name)))
		sr->name[0] = '\0';
	if (!prop_get(g->tags, ',', "sr-description", sr->description, sizeof(sr->description)))
		sr->description[0] = '\0';
	snprintf(sr->group, sizeof(sr->group), "%s", g->name);
	return 1;
}

int lvm_recognise_disk(const char *disk, struct sr *sr, struct sr_error *e)
{
	struct lvm_report r;
	int rc = 0;

	if (lvm_groups(&r, sr, disk, e) < 0)
		return -1;
	if (r.nr == 1)
		rc = group_recognise(&r.groups[0], sr, e);
	lvm_report_free(&r);
	return rc;
}

static int lvm_recognise(const char *source, const struct sr_options *how, struct sr *sr,
			 struct sr_error *e)
{
	struct stat st;
	int rc;

	(void)how;
	if (stat(source, &st) < 0 || !S_ISBLK(st.st_mode) || !program_exists("lvm"))
		return 0;
	rc = lvm_recognise_disk(source, sr, e);
	if (rc == 1 && sr->type == &sr_type_lvmoiscsi)
		return sr_fail(e, ERR_VALUE, "%s is a repository on iSCSI: say its target", source);
	if (rc == 1)
		snprintf(sr->source, sizeof(sr->source), "%s", source);
	return rc;
}

/* The group as it is now; refused if it is incomplete. */
static int group_load(const struct sr *sr, struct lvm_report *r, struct sr_error *e)
{
	if (lvm_group(r, sr, e) < 0) {
		e->code = ERR_SR_UNAVAILABLE;
		return -1;
	}
	if (r->groups[0].missing == 0)
		return 0;
	sr_fail(e, ERR_SR_UNAVAILABLE, "repository %s: %u disk(s) of volume group %s are missing",
		sr->uuid, (unsigned int)r->groups[0].missing, sr->group);
	lvm_report_free(r);
	return -1;
}

int lvm_plug(const struct sr *sr, struct sr_error *e)
{
	char pool[LVM_NAME];
	struct lvm_report r;

	if (group_load(sr, &r, e) < 0)
		return -1;
	lvm_report_free(&r);
	if (!sr_lvm_is_thin(sr))
		return 0;
	lvm_name(sr, POOL_VOLUME, pool);
	if (lvm_run(sr, e, "lvchange", "-ay", pool) < 0)
		return -1;
	thin_wait_for_ever();
	return 0;
}

int lvm_unplug(const struct sr *sr, struct sr_error *e)
{
	struct lvm_report r;

	/* A group whose disk was pulled out is not there to be deactivated. */
	if (lvm_group(&r, sr, e) < 0)
		return 0;
	lvm_report_free(&r);
	return lvm_run(sr, e, "vgchange", "-an", sr->group);
}

/* For each disk of the group, whatever it is called today. */
static int each_disk(const struct sr *sr, const struct buf *disks,
		     int (*operation)(const struct sr *, const char *, struct sr_error *),
		     struct sr_error *e)
{
	char *text, *disk, *state;
	int rc = 0;

	text = strdup(disks->data ? disks->data : "");
	if (!text)
		return sr_fail(e, ERR_BACKEND, "out of memory");
	for (disk = strtok_r(text, " \n", &state); disk && rc == 0;
	     disk = strtok_r(NULL, " \n", &state))
		rc = operation(sr, disk, e);
	free(text);
	return rc;
}

static int disk_grown(const struct sr *sr, const char *disk, struct sr_error *e)
{
	return lvm_run(sr, e, "pvresize", disk);
}

static int disk_erase(const struct sr *sr, const char *disk, struct sr_error *e)
{
	return lvm_run(sr, e, "pvremove", "-f", "-y", disk) < 0 ? -1 : device_erase(disk, e);
}

static int group_disks(const struct sr *sr, struct buf *disks, struct sr_error *e)
{
	char select[200];

	snprintf(select, sizeof(select), "vg_name=\"%s\"", sr->group);
	return lvm_query(sr, disks, e, "pvs", "--noheadings", "-o", "pv_name", "-S", select);
}

int lvm_erase(const struct sr *sr, struct sr_error *e)
{
	struct buf disks = { 0 };
	int rc = group_disks(sr, &disks, e);

	if (rc == 0)
		rc = lvm_run(sr, e, "vgremove", "-f", "-y", sr->group);
	if (rc == 0)
		rc = each_disk(sr, &disks, disk_erase, e);
	buf_free(&disks);
	return rc;
}

/* The pool's line: what the kernel says of it is newer and costs less, if it is active. */
static void pool_stat(const struct sr *sr, const struct lvm_volume *pool, struct sr_stat *stat)
{
	struct thin_usage usage;

	stat->thin = true;
	stat->plugged = pool->active;
	stat->physical_size = pool->size;
	stat->data = pool->data;
	stat->metadata = pool->metadata;
	stat->room = pool->group.free;
	stat->full = pool->queues ? WHEN_FULL_QUEUE : WHEN_FULL_ERROR;
	if (thin_usage(sr->group, POOL_VOLUME, &usage) == 0) {
		stat->data = size_hundredths(usage.data_used, usage.data_total);
		stat->metadata = size_hundredths(usage.metadata_used, usage.metadata_total);
		stat->failed = usage.failed;
	}
	stat->physical_utilisation = size_share(pool->size, stat->data);
}

int lvm_stat(const struct sr *sr, struct sr_stat *stat, struct sr_error *e)
{
	struct lvm_report r;

	if (group_load(sr, &r, e) < 0)
		return -1;
	stat->plugged = true;
	stat->physical_size = r.groups[0].size;
	stat->physical_utilisation = r.groups[0].size - r.groups[0].free;
	lvm_report_free(&r);
	if (lvm_volumes(&r, sr, e) < 0)
		return -1;
	for (size_t i = 0; i < r.nr; i++) {
		const struct lvm_volume *v = &r.volumes[i];

		if (v->is_pool && strcmp(v->name, POOL_VOLUME) == 0) {
			pool_stat(sr, v, stat);
		} else if (strncmp(v->name, "LV-", 3) == 0) {
			stat->virtual_allocation += v->size;
			stat->nr_vdis++;
		}
	}
	lvm_report_free(&r);
	return 0;
}

/* Unfinished, and nobody holds the lock that whoever fills it would hold. */
static bool is_leftover(const struct lvm_volume *v)
{
	struct sr_error ignored;
	char uuid[UUID_TEXT];
	int lock;

	if (strncmp(v->name, WIPING_PREFIX, strlen(WIPING_PREFIX)) == 0)
		return true;
	if (!prop_is(v->tags, ',', "state", "unfinished"))
		return false;
	if (!prop_get(v->tags, ',', "vdi", uuid, sizeof(uuid)))
		return true;
	lock = vdi_lock(uuid, &ignored);
	vdi_unlock(lock, uuid);
	return lock >= 0;
}

static int scan_volume(const struct sr *sr, const struct lvm_report *r, const struct lvm_volume *v,
		       struct sr_leftovers *found, struct sr_error *e)
{
	bool replaces = lvm_volume_replaces(r, v);
	char name[LVM_NAME];

	lvm_name(sr, v->name, name);
	if (!replaces && prop_is(v->tags, ',', "state", "replacing")) {
		found->finished++;
		return lvm_run(sr, e, "lvchange", "--deltag", "state=replacing", name);
	}
	if (!replaces && !is_leftover(v))
		return 0;
	if (lvm_run(sr, e, "lvremove", "-f", "-y", name) < 0)
		return -1;
	found->removed++;
	return 0;
}

int lvm_scan(const struct sr *sr, struct sr_leftovers *found, struct sr_error *e)
{
	struct buf disks = { 0 };
	struct lvm_report r;
	int rc = group_disks(sr, &disks, e);

	/* Disks may have grown. */
	if (rc == 0)
		rc = each_disk(sr, &disks, disk_grown, e);
	buf_free(&disks);
	if (rc < 0 || lvm_volumes(&r, sr, e) < 0)
		return -1;
	for (size_t i = 0; i < r.nr && rc == 0; i++)
		rc = scan_volume(sr, &r, &r.volumes[i], found, e);
	lvm_report_free(&r);
	return rc;
}

/*
 * A pool takes most of it at once, so that people see what they have; the rest is for its metadata,
 * which `storage monitor` extends when that is needed. Thick disks find it in the group.
 */
static int lvm_add_disk(const struct sr *sr, const char *disk, struct sr_error *e)
{
	char pool[LVM_NAME];

	if (lvm_run(sr, e, "vgextend", "-y", sr->group, disk) < 0)
		return -1;
	if (!sr_lvm_is_thin(sr))
		return 0;
	lvm_name(sr, POOL_VOLUME, pool);
	return lvm_run(sr, e, "lvextend", "-l", "+95%FREE", pool);
}

#define LVM_OPERATIONS                                                                \
	.available = lvm_available, .format = lvm_format, .recognise = lvm_recognise, \
	.plug = lvm_plug, .unplug = lvm_unplug, .erase = lvm_erase, .scan = lvm_scan, \
	.add_disk = lvm_add_disk, LVM_DISKS

const struct sr_type sr_type_lvm = { .name = "lvm", LVM_OPERATIONS };
const struct sr_type sr_type_lvmthin = {
	.name = "lvmthin",
	.clones = true,
	.vdi_revert = lvm_vdi_revert,
	LVM_OPERATIONS,
};
