// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks that are logical volumes, thick or thin. A volume is activated only while it is filled or
 * plugged. Nothing of what a deleted thick disk held ever shows in another one: new space is
 * overwritten before it becomes part of a disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/device.h"
#include "storage/size.h"
#include "storage/sr_lvm.h"

#define WIPE_STEP (64 * MIB)

static void volume_path(const struct sr *sr, const char *volume, char path[STORAGE_PATH])
{
	snprintf(path, STORAGE_PATH, "/dev/%s/%s", sr->group, volume);
}

static void volume_vdi(const struct lvm_volume *l, struct vdi *v)
{
	uint64_t time = 0;

	snprintf(v->location, sizeof(v->location), "%s", l->name);
	if (!prop_get(l->tags, ',', "name", v->name, sizeof(v->name)))
		v->name[0] = '\0';
	if (!prop_get(l->tags, ',', "description", v->description, sizeof(v->description)))
		v->description[0] = '\0';
	if (!prop_get(l->tags, ',', "snapshot-of", v->snapshot_of, sizeof(v->snapshot_of)))
		v->snapshot_of[0] = '\0';
	if (!prop_get(l->tags, ',', "parent", v->parent, sizeof(v->parent)))
		v->parent[0] = '\0';
	prop_get_number(l->tags, ',', "time", &time);
	v->time = (int64_t)time;
	v->snapshot = v->snapshot_of[0] != '\0';
	v->virtual_size = l->size;
	v->physical_utilisation = l->pool[0] ? size_share(l->size, l->data) : l->size;
	v->read_only = l->read_only;
	v->plugged = l->active;
	v->unfinished = prop_is(l->tags, ',', "state", "unfinished");
}

static bool is_replacing(const struct lvm_volume *v)
{
	return prop_is(v->tags, ',', "state", "replacing");
}

bool lvm_volume_replaces(const struct lvm_report *r, const struct lvm_volume *v)
{
	char uuid[UUID_TEXT];

	if (!is_replacing(v) || !prop_get(v->tags, ',', "vdi", uuid, sizeof(uuid)))
		return false;
	for (size_t i = 0; i < r->nr; i++)
		if (!is_replacing(&r->volumes[i]) && prop_is(r->volumes[i].tags, ',', "vdi", uuid))
			return true;
	return false;
}

int lvm_vdi_list(const struct sr *sr, struct vdi_list *list, struct sr_error *e)
{
	struct lvm_report r;

	if (lvm_volumes(&r, sr, e) < 0)
		return -1;
	for (size_t i = 0; i < r.nr; i++) {
		char uuid[UUID_TEXT];
		uint8_t raw[16];
		struct vdi *v;

		if (!prop_get(r.volumes[i].tags, ',', "vdi", uuid, sizeof(uuid)) ||
		    !uuid_parse(uuid, raw) || lvm_volume_replaces(&r, &r.volumes[i]))
			continue;
		v = vdi_list_add(list);
		if (!v) {
			lvm_report_free(&r);
			return sr_fail(e, ERR_BACKEND, "out of memory");
		}
		memcpy(v->uuid, uuid, sizeof(uuid));
		volume_vdi(&r.volumes[i], v);
	}
	lvm_report_free(&r);
	return 0;
}

/* The tags of a volume, as an LVM command line takes them. */
struct tags {
	char texts[6][LVM_TAG];
};

static void tags_of(const struct vdi *v, struct tags *t)
{
	char time[24];

	snprintf(time, sizeof(time), "%" PRId64, v->time);
	lvm_tag(t->texts[0], "vdi", v->uuid);
	lvm_tag(t->texts[1], "name", v->name);
	lvm_tag(t->texts[2], "description", v->description);
	lvm_tag(t->texts[3], "time", time);
	if (v->snapshot)
		lvm_tag(t->texts[4], "snapshot-of", v->snapshot_of);
	else
		lvm_tag(t->texts[4], "parent", v->parent);
	lvm_tag(t->texts[5], "state", v->unfinished ? "unfinished" : "ready");
}

#define TAGS(t)                                                                                   \
	"--addtag", (t).texts[0], "--addtag", (t).texts[1], "--addtag", (t).texts[2], "--addtag", \
		(t).texts[3], "--addtag", (t).texts[4], "--addtag", (t).texts[5]

int lvm_wipe(const struct sr *sr, const char *volume, struct sr_error *e)
{
	char path[STORAGE_PATH];
	uint64_t size, range[2];
	int fd, rc = 0;

	volume_path(sr, volume, path);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return sr_fail_errno(e, ERR_BACKEND, "%s", path);
	rc = ioctl(fd, BLKGETSIZE64, &size);
	for (range[0] = 0; rc == 0 && range[0] < size; range[0] += range[1]) {
		range[1] = size - range[0] < WIPE_STEP ? size - range[0] : WIPE_STEP;
		rc = ioctl(fd, BLKZEROOUT, range);
	}
	if (rc == 0)
		rc = fsync(fd);
	if (rc < 0)
		sr_fail_errno(e, ERR_BACKEND, "overwriting %s", path);
	close(fd);
	return rc;
}

static int thin_create(const struct sr *sr, const struct vdi *v, const char *size,
		       const struct tags *t, struct sr_error *e)
{
	char pool[LVM_NAME];

	lvm_name(sr, POOL_VOLUME, pool);
	return lvm_run(sr, e, "lvcreate", "-y", "-an", "-kn", "--thinpool", pool, "-V", size, "-n",
		       v->location, TAGS(*t));
}

/* Enough room in the group, said in numbers. */
static int room_for(const struct sr *sr, uint64_t bytes, struct sr_error *e)
{
	char want[16], have[16];
	struct lvm_report r;
	uint64_t free;

	if (lvm_group(&r, sr, e) < 0)
		return -1;
	free = r.groups[0].free;
	lvm_report_free(&r);
	if (bytes <= free)
		return 0;
	size_format(bytes, want);
	size_format(free, have);
	return sr_fail(e, ERR_SR_FULL, "repository %s: %s are wanted and %s are free", sr->uuid,
		       want, have);
}

/* Unfinished until it is overwritten, whatever the caller wants it to be afterwards. */
static int thick_create(const struct sr *sr, struct vdi *v, const char *size, struct sr_error *e)
{
	bool unfinished = v->unfinished;
	struct sr_error ignored;
	struct tags t = { 0 };

	if (room_for(sr, v->virtual_size, e) < 0)
		return -1;
	v->unfinished = true;
	tags_of(v, &t);
	if (lvm_run(sr, e, "lvcreate", "-y", "-ay", "-Wn", "-Zn", "-L", size, "-n", v->location,
		    TAGS(t), sr->group) < 0)
		return -1;
	if (lvm_wipe(sr, v->location, e) < 0 ||
	    (!unfinished && (lvm_vdi_finish(sr, v, e) < 0 || lvm_vdi_unplug(sr, v, e) < 0))) {
		lvm_vdi_destroy(sr, v, &ignored);
		return -1;
	}
	return 0;
}

/* To whole extents. */
static int round_up(const struct sr *sr, uint64_t *size, struct sr_error *e)
{
	struct lvm_report r;
	bool fits;

	if (lvm_group(&r, sr, e) < 0)
		return -1;
	fits = size_round_up(*size, r.groups[0].extent, size);
	lvm_report_free(&r);
	return fits ? 0 : sr_fail(e, ERR_VALUE, "no disk is that large");
}

int lvm_vdi_create(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	struct tags t = { 0 };
	char size[32];

	if (round_up(sr, &v->virtual_size, e) < 0)
		return -1;
	snprintf(v->location, sizeof(v->location), "LV-%s", v->uuid);
	snprintf(size, sizeof(size), "%" PRIu64 "b", v->virtual_size);
	if (!sr_lvm_is_thin(sr))
		return thick_create(sr, v, size, e);
	tags_of(v, &t);
	return thin_create(sr, v, size, &t, e);
}

int lvm_vdi_finish(const struct sr *sr, struct vdi *v, struct sr_error *e)
{
	char name[LVM_NAME];

	lvm_name(sr, v->location, name);
	if (lvm_run(sr, e, "lvchange", "--deltag", "state=unfinished", name) < 0)
		return -1;
	v->unfinished = false;
	return 0;
}

int lvm_vdi_destroy(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	char name[LVM_NAME];

	lvm_name(sr, v->location, name);
	return lvm_run(sr, e, "lvremove", "-f", "-y", name);
}

/* The physical ranges of a volume ("/dev/sda:10-20 /dev/sdb:0-3"), each an argument of LVM. */
static int volume_ranges(const struct sr *sr, const char *name, char *text, size_t room,
			 const char *ranges[], size_t max, struct sr_error *e)
{
	struct buf out = { 0 };
	char *state, *range;
	size_t nr = 0;

	if (lvm_query(sr, &out, e, "lvs", "--noheadings", "-o", "seg_pe_ranges", name) < 0)
		return -1;
	snprintf(text, room, "%s", out.data ? out.data : "");
	buf_free(&out);
	for (range = strtok_r(text, " \n", &state); range && nr < max;
	     range = strtok_r(NULL, " \n", &state))
		ranges[nr++] = range;
	if (nr == 0 || range)
		return sr_fail(e, ERR_SR_FULL, "%s: its free space is in too many pieces", name);
	ranges[nr] = NULL;
	return 0;
}

/*
 * What a guest is given must not show what others left there: the new space is a volume of its own
 * until it is overwritten, and then exactly that space is added to the disk.
 */
static int thick_grow(const struct sr *sr, const struct vdi *v, uint64_t more, struct sr_error *e)
{
	enum { PIECES = 8 };
	char wiping[128], name[LVM_NAME], disk[LVM_NAME], size[32], plus[34], text[1024];
	const char *r[PIECES + 1] = { 0 };
	struct sr_error ignored;

	snprintf(wiping, sizeof(wiping), WIPING_PREFIX "%s", v->uuid);
	lvm_name(sr, wiping, name);
	lvm_name(sr, v->location, disk);
	snprintf(size, sizeof(size), "%" PRIu64 "b", more);
	snprintf(plus, sizeof(plus), "+%s", size);
	if (room_for(sr, more, e) < 0 || lvm_run(sr, e, "lvcreate", "-y", "-ay", "-Wn", "-Zn", "-L",
						 size, "-n", wiping, sr->group) < 0)
		return -1;
	if (lvm_wipe(sr, wiping, e) < 0 ||
	    volume_ranges(sr, name, text, sizeof(text), r, PIECES, e) < 0) {
		lvm_run(sr, &ignored, "lvremove", "-f", "-y", name);
		return -1;
	}
	if (lvm_run(sr, e, "lvremove", "-f", "-y", name) < 0)
		return -1;
	return lvm_run(sr, e, "lvextend", "-L", plus, disk, r[0], r[1], r[2], r[3], r[4], r[5],
		       r[6], r[7]);
}

int lvm_vdi_grow(const struct sr *sr, struct vdi *v, uint64_t size, struct sr_error *e)
{
	char name[LVM_NAME], text[32];

	if (round_up(sr, &size, e) < 0)
		return -1;
	if (size == v->virtual_size)
		return 0;
	lvm_name(sr, v->location, name);
	snprintf(text, sizeof(text), "%" PRIu64 "b", size);
	if (sr_lvm_is_thin(sr) ? lvm_run(sr, e, "lvextend", "-L", text, name) < 0
			       : thick_grow(sr, v, size - v->virtual_size, e) < 0)
		return -1;
	v->virtual_size = size;
	return 0;
}

int lvm_vdi_clone(const struct sr *sr, const struct vdi *v, struct vdi *to, struct sr_error *e)
{
	char name[LVM_NAME];
	struct tags t = { 0 };

	snprintf(to->location, sizeof(to->location), "LV-%s", to->uuid);
	lvm_name(sr, v->location, name);
	tags_of(to, &t);
	/* A read-only volume's snapshot would be read-only, too. */
	return lvm_run(sr, e, "lvcreate", "-y", "-s", "-an", "-kn", to->snapshot ? "-pr" : "-prw",
		       "-n", to->location, TAGS(t), name);
}

/*
 * The new volume first, which nobody sees while the old one is there; with the old one's end it is
 * the disk. sr_scan() removes it before that, and afterwards only takes the mark away.
 */
int lvm_vdi_revert(const struct sr *sr, struct vdi *v, const struct vdi *from, struct sr_error *e)
{
	char old[LVM_NAME], source[LVM_NAME], name[LVM_NAME], text[UUID_TEXT];
	struct vdi new = *v;
	struct sr_error ignored;
	struct tags t = { 0 };
	uint8_t uuid[16];

	if (uuid_generate(uuid) < 0)
		return sr_fail_errno(e, ERR_BACKEND, "random numbers");
	uuid_format(uuid, text);
	snprintf(new.location, sizeof(new.location), "LV-%s", text);
	lvm_name(sr, v->location, old);
	lvm_name(sr, from->location, source);
	lvm_name(sr, new.location, name);
	tags_of(&new, &t);
	lvm_tag(t.texts[5], "state", "replacing");
	if (lvm_run(sr, e, "lvcreate", "-y", "-s", "-an", "-kn", "-prw", "-n", new.location,
		    TAGS(t), source) < 0)
		return -1;
	if (lvm_run(sr, e, "lvremove", "-f", "-y", old) < 0) {
		lvm_run(sr, &ignored, "lvremove", "-f", "-y", name);
		return -1;
	}
	/* Under the old name it is found where configurations say it is. */
	if (lvm_run(sr, e, "lvrename", name, old) < 0 ||
	    lvm_run(sr, e, "lvchange", "--deltag", "state=replacing", old) < 0)
		return -1;
	v->virtual_size = from->virtual_size;
	v->plugged = false;
	return 0;
}

int lvm_vdi_plug(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH],
		 struct sr_error *e)
{
	char name[LVM_NAME];

	volume_path(sr, v->location, path);
	if (v->plugged && access(path, F_OK) == 0)
		return 0;
	lvm_name(sr, v->location, name);
	return lvm_run(sr, e, "lvchange", "-ay", "-K", name);
}

int lvm_vdi_unplug(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	char name[LVM_NAME];

	lvm_name(sr, v->location, name);
	return lvm_run(sr, e, "lvchange", "-an", name);
}

/* The new tag first: a disk with two names still has one when this is cut off. */
static int retag(const struct sr *sr, const char *name, const char *key, const char *old,
		 const char *new, struct sr_error *e)
{
	char from[LVM_TAG], to[LVM_TAG];

	if (strcmp(old, new) == 0)
		return 0;
	lvm_tag(from, key, old);
	lvm_tag(to, key, new);
	if (lvm_run(sr, e, "lvchange", "--addtag", to, name) < 0)
		return -1;
	return lvm_run(sr, e, "lvchange", "--deltag", from, name);
}

int lvm_vdi_rename(const struct sr *sr, const struct vdi *v, struct sr_error *e)
{
	struct vdi_list list = { 0 };
	int rc = lvm_vdi_list(sr, &list, e);
	char name[LVM_NAME];

	lvm_name(sr, v->location, name);
	for (size_t i = 0; rc == 0 && i < list.nr; i++) {
		if (strcmp(list.vdis[i].uuid, v->uuid) != 0)
			continue;
		rc = retag(sr, name, "name", list.vdis[i].name, v->name, e);
		if (rc == 0)
			rc = retag(sr, name, "description", list.vdis[i].description,
				   v->description, e);
	}
	vdi_list_free(&list);
	return rc;
}

void lvm_vdi_path(const struct sr *sr, const struct vdi *v, char path[STORAGE_PATH])
{
	volume_path(sr, v->location, path);
}

bool lvm_vdi_user(const struct sr *sr, const struct vdi *v, char *who, size_t room)
{
	char path[STORAGE_PATH];
	struct stat st;

	volume_path(sr, v->location, path);
	return stat(path, &st) == 0 && S_ISBLK(st.st_mode) && device_guest(st.st_rdev, who, room);
}
