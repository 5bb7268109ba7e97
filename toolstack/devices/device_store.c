// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths, and the nodes of both ends as Xen's documentation and the kernels' drivers name them.
 */
#include "devices/device_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 32

static const char *const kinds[] = {
	[DEVICE_DISK] = "vbd",
	[DEVICE_NETWORK] = "vif",
	[DEVICE_SCREEN] = "vfb",
	[DEVICE_KEYBOARD] = "vkbd",
};

const char *device_type(enum device_kind kind)
{
	return kinds[kind];
}

const char *device_maker(enum device_kind kind)
{
	return kind == DEVICE_DISK || kind == DEVICE_NETWORK ? "the kernel's back end"
							     : "the service screend";
}

static void path_of(char path[DEVICE_PATH_MAX], const char *end, const struct device_id *id,
		    const char *node)
{
	snprintf(path, DEVICE_PATH_MAX, "%s/%u%s%s", end, id->devid, node ? "/" : "",
		 node ? node : "");
}

void device_back_path(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node)
{
	char end[64];

	snprintf(end, sizeof(end), "/local/domain/%u/backend/%s/%u", id->backend, kinds[id->kind],
		 id->domid);
	path_of(path, end, id, node);
}

static void record_path(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node)
{
	char end[64];

	snprintf(end, sizeof(end), "/libxl/%u/device/%s", id->domid, kinds[id->kind]);
	path_of(path, end, id, node);
}

void device_front_path(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node)
{
	char end[64];

	snprintf(end, sizeof(end), "/local/domain/%u/device/%s", id->domid, kinds[id->kind]);
	path_of(path, end, id, node);
}

void device_sysfs_path(char *path, size_t room, const struct device_id *id, const char *node)
{
	snprintf(path, room, "/sys/devices/%s-%u-%u%s%s", kinds[id->kind], id->domid, id->devid,
		 node ? "/" : "", node ? node : "");
}

bool device_in_kernel(const struct device_id *id)
{
	char path[96];

	device_sysfs_path(path, sizeof(path), id, NULL);
	return access(path, F_OK) == 0;
}

const char *device_text(const struct device_id *id)
{
	static const char *const names[] = { "disk", "interface", "screen", "keyboard" };
	static char text[64];

	snprintf(text, sizeof(text), "%s %u of domain %u", names[id->kind], id->devid, id->domid);
	return text;
}

static bool read_text(struct store *s, const char *path, char *text, size_t room)
{
	struct buf value = { 0 };
	bool good;

	text[0] = '\0';
	good = store_read(s, path, &value) == 0 && !value.failed && value.len < room;
	if (good && value.len)
		memcpy(text, value.data, value.len);
	if (good)
		text[value.len] = '\0';
	buf_free(&value);
	return good;
}

bool device_back_text(struct store *s, const struct device_id *id, const char *node, char *text,
		      size_t room)
{
	char path[DEVICE_PATH_MAX];

	device_back_path(path, id, node);
	return read_text(s, path, text, room);
}

bool device_read(struct store *s, const struct device_id *id, const char *node, char *text,
		 size_t room)
{
	char path[DEVICE_PATH_MAX];

	if (!id->backend)
		return device_back_text(s, id, node, text, room);
	record_path(path, id, node);
	return read_text(s, path, text, room);
}

bool device_front_text(struct store *s, const struct device_id *id, const char *node, char *text,
		       size_t room)
{
	char path[DEVICE_PATH_MAX];

	device_front_path(path, id, node);
	return read_text(s, path, text, room);
}

static long read_number(struct store *s, const char *path)
{
	char text[24], *end;
	long value;

	if (!read_text(s, path, text, sizeof(text)))
		return -1;
	value = strtol(text, &end, 10);
	return end != text && !*end && value >= 0 ? value : -1;
}

static enum device_state read_state(struct store *s, const char *path)
{
	long state = read_number(s, path);

	return state >= DEVICE_INITIALISING && state <= DEVICE_CLOSED ? (enum device_state)state
								      : DEVICE_UNKNOWN;
}

enum device_state device_back_state(struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX];

	device_back_path(path, id, "state");
	return read_state(s, path);
}

enum device_state device_front_state(struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX];

	device_front_path(path, id, "state");
	return read_state(s, path);
}

long device_front_number(struct store *s, const struct device_id *id, const char *node)
{
	char path[DEVICE_PATH_MAX];

	device_front_path(path, id, node);
	return read_number(s, path);
}

int device_transaction(struct store *s, int (*write)(struct store *s, const void *arg),
		       const void *arg)
{
	for (unsigned int i = 0;; i++) {
		int rc;

		if (store_begin(s) < 0)
			return -1;
		store_batch_begin(s);
		rc = write(s, arg);
		if (store_batch_end(s) < 0 || rc < 0) {
			int saved = errno;

			store_end(s, false);
			errno = saved;
			return -1;
		}
		if (store_end(s, true) == 0)
			return 0;
		if (errno != EAGAIN || i == TRIES - 1)
			return -1;
	}
}

/* One end of a device that is being written. The first mistake is remembered. */
struct end {
	struct store *store;
	const struct device_id *id;
	void (*path)(char path[DEVICE_PATH_MAX], const struct device_id *id, const char *node);
	bool failed;
};

static void put(struct end *e, const char *node, const char *value)
{
	char path[DEVICE_PATH_MAX];

	e->path(path, e->id, node);
	if (store_write(e->store, path, value) < 0)
		e->failed = true;
}

static void put_number(struct end *e, const char *node, unsigned long long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	put(e, node, text);
}

/* The end itself, and who may do what below it. */
static void put_end(struct end *e, const char *perms)
{
	char path[DEVICE_PATH_MAX];

	e->path(path, e->id, NULL);
	if (store_write(e->store, path, "") < 0 || store_set_perms(e->store, path, perms) < 0)
		e->failed = true;
}

/* What each front end has: the guest's own, and where the other end is. */
static void put_front(struct end *front, const struct end *back)
{
	char path[DEVICE_PATH_MAX], perms[32];

	snprintf(perms, sizeof(perms), "n%u r%u", front->id->domid, back->id->backend);
	put_end(front, perms);
	back->path(path, back->id, NULL);
	put(front, "backend", path);
	put_number(front, "backend-id", back->id->backend);
	put_number(front, "state", DEVICE_INITIALISING);
}

static void put_back(struct end *back, const struct end *front)
{
	char path[DEVICE_PATH_MAX], perms[32];

	snprintf(perms, sizeof(perms), "n%u r%u", back->id->backend, back->id->domid);
	put_end(back, perms);
	front->path(path, front->id, NULL);
	put(back, "frontend", path);
	put_number(back, "frontend-id", back->id->domid);
	put_number(back, "online", 1);
	put_number(back, "state", DEVICE_INITIALISING);
}

static int ends_result(const struct end *a, const struct end *b)
{
	return a->failed || b->failed ? -1 : 0;
}

int device_write_disk(struct store *s, unsigned int domid, const struct disk_config *d,
		      unsigned int major, unsigned int minor, const char *node)
{
	struct device_id id = { .domid = domid, .kind = DEVICE_DISK, .devid = d->devid };
	struct end front = { .store = s, .id = &id, .path = device_front_path };
	struct end back = { .store = s, .id = &id, .path = device_back_path };
	char physical[32];

	put_front(&front, &back);
	put_number(&front, "virtual-device", d->devid);
	/* Linux leaves "cdrom" to an emulated drive, which a PVH guest has not. */
	put(&front, "device-type", "disk");
	put_back(&back, &front);
	put(&back, "dev", d->vdev);
	put(&back, "type", "phy");
	put(&back, "device-type", d->cdrom ? "cdrom" : "disk");
	put(&back, "params", d->target ? d->target : "");
	put(&back, "format", d->format == DISK_QCOW2 ? "qcow2" : "raw");
	/* Xen's form for "written by whoever else, too". */
	put(&back, "mode", d->readonly ? "r" : d->shared ? "w!" : "w");
	put_number(&back, "removable", d->cdrom);
	put_number(&back, "bootable", 1);
	put_number(&back, "discard-enable", d->discard && !d->readonly);
	put_number(&back, "direct-io-safe", d->direct_io_safe);
	if (major) {
		snprintf(physical, sizeof(physical), "%x:%x", major, minor);
		put(&back, "physical-device-path", node);
		put(&back, "physical-device", physical);
		put(&back, "hotplug-status", "connected");
	}
	return ends_result(&front, &back);
}

/* What the back end of an interface is told, and what is known of it. */
static void put_vif(struct end *e, const struct vif_config *v, const char *bridge)
{
	char mac[MAC_TEXT], rate[48];

	put_number(e, "handle", e->id->devid);
	put(e, "mac", mac_format(v->mac, mac));
	put(e, "bridge", bridge);
	put(e, "type", "vif");
	/*
	 * netback does not start without. Here nothing runs it; a driver domain's system may know
	 * no other way of learning what is to be done.
	 */
	put(e, "script", e->id->backend ? "/etc/xen/scripts/vif-bridge" : "");
	if (v->name[0])
		put(e, "vifname", v->name);
	if (v->ip[0])
		put(e, "ip", v->ip);
	put(e, "locking", vif_locking_name(v->locking));
	if (v->mtu)
		put_number(e, "mtu", v->mtu);
	if (v->rate_bytes) {
		snprintf(rate, sizeof(rate), "%llu,%llu", (unsigned long long)v->rate_bytes,
			 (unsigned long long)v->rate_usec);
		put(e, "rate", rate);
	}
}

static void put_record(struct end *record, const struct end *back, const struct vif_config *v,
		       const char *bridge)
{
	char path[DEVICE_PATH_MAX];

	put_end(record, "n0");
	back->path(path, back->id, NULL);
	put(record, "backend", path);
	put_number(record, "backend-id", back->id->backend);
	put(record, "backend-name", v->backend);
	put_vif(record, v, bridge);
}

int device_write_vif(struct store *s, const struct device_id *id, const struct vif_config *v,
		     const char *bridge, unsigned int mtu)
{
	struct end front = { .store = s, .id = id, .path = device_front_path };
	struct end back = { .store = s, .id = id, .path = device_back_path };
	struct end record = { .store = s, .id = id, .path = record_path };
	char mac[MAC_TEXT];

	put_front(&front, &back);
	put_number(&front, "handle", id->devid);
	put(&front, "mac", mac_format(v->mac, mac));
	put_number(&front, "mtu", mtu);
	put_back(&back, &front);
	put_vif(&back, v, bridge);
	if (id->backend)
		put_record(&record, &back, v, bridge);
	return record.failed ? -1 : ends_result(&front, &back);
}

int device_write_gone(struct store *s, const struct device_id *id)
{
	struct end record = { .store = s, .id = id, .path = record_path };

	put_number(&record, "backend-id", DEVICE_BACKEND_GONE);
	return record.failed ? -1 : 0;
}

int device_write_plain(struct store *s, const struct device_id *id, unsigned int mib)
{
	struct end front = { .store = s, .id = id, .path = device_front_path };
	struct end back = { .store = s, .id = id, .path = device_back_path };

	put_front(&front, &back);
	put_back(&back, &front);
	if (id->kind == DEVICE_SCREEN)
		put_number(&back, "videoram", mib);
	return ends_result(&front, &back);
}

int device_write_back(struct store *s, const struct device_id *id, const char *node,
		      const char *value)
{
	struct end back = { .store = s, .id = id, .path = device_back_path };

	put(&back, node, value);
	return back.failed ? -1 : 0;
}

/* Removes a node once nothing is below the other. */
static int remove_if_empty(struct store *s, const char *place, const char *path)
{
	struct buf names = { 0 };
	int rc = 0;

	if (store_list(s, place, &names) == 0 && names.len == 0)
		rc = store_remove(s, path);
	buf_free(&names);
	return rc;
}

/* The record, and what was made for this guest's devices and has none in it any more. */
static int remove_record(struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX], home[32];
	int rc;

	device_back_path(path, id, NULL);
	*strrchr(path, '/') = '\0';
	rc = remove_if_empty(s, path, path);
	/* Its kernel may have written of errors. */
	snprintf(path, sizeof(path), "/local/domain/%u/error/backend/%s/%u", id->backend,
		 kinds[id->kind], id->domid);
	if (remove_if_empty(s, path, path) < 0)
		rc = -1;
	record_path(path, id, NULL);
	if (store_remove(s, path) < 0)
		rc = -1;
	*strrchr(path, '/') = '\0';
	snprintf(home, sizeof(home), "/libxl/%u", id->domid);
	return remove_if_empty(s, path, home) < 0 ? -1 : rc;
}

int device_remove(struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX];
	int rc = 0;

	device_front_path(path, id, NULL);
	if (store_remove(s, path) < 0)
		rc = -1;
	device_back_path(path, id, NULL);
	if (store_remove(s, path) < 0)
		rc = -1;
	snprintf(path, sizeof(path), "/local/domain/%u/error/backend/%s/%u/%u", id->backend,
		 kinds[id->kind], id->domid, id->devid);
	if (store_remove(s, path) < 0)
		rc = -1;
	if (id->backend && remove_record(s, id) < 0)
		rc = -1;
	return rc;
}

bool device_read_disk(struct store *s, const struct device_id *id, struct disk_config *d)
{
	char target[DISK_TARGET_MAX + 1], text[24];

	memset(d, 0, sizeof(*d));
	d->devid = id->devid;
	if (!device_read(s, id, "dev", d->vdev, sizeof(d->vdev)) ||
	    !device_read(s, id, "params", target, sizeof(target)) ||
	    !device_read(s, id, "mode", text, sizeof(text)))
		return false;
	d->readonly = text[0] == 'r';
	d->shared = strcmp(text, "w!") == 0;
	device_read(s, id, "format", text, sizeof(text));
	d->format = strcmp(text, "qcow2") == 0 ? DISK_QCOW2 : DISK_RAW;
	device_read(s, id, "device-type", text, sizeof(text));
	d->cdrom = strcmp(text, "cdrom") == 0;
	device_read(s, id, "discard-enable", text, sizeof(text));
	d->discard = text[0] == '1';
	device_read(s, id, "direct-io-safe", text, sizeof(text));
	d->direct_io_safe = text[0] == '1';
	if (target[0])
		d->target = strdup(target);
	return !target[0] || d->target;
}

static bool read_vif(struct store *s, const struct device_id *id,
		     bool (*read)(struct store *s, const struct device_id *id, const char *node,
				  char *text, size_t room),
		     struct vif_config *v)
{
	unsigned long long bytes = 0, usec = 0;
	char text[48];

	memset(v, 0, sizeof(*v));
	v->devid = (int)id->devid;
	if (!read(s, id, "mac", text, sizeof(text)) || !mac_parse(text, v->mac) ||
	    !read(s, id, "bridge", v->bridge, sizeof(v->bridge)))
		return false;
	v->has_mac = true;
	read(s, id, "backend-name", v->backend, sizeof(v->backend));
	read(s, id, "vifname", v->name, sizeof(v->name));
	read(s, id, "ip", v->ip, sizeof(v->ip));
	read(s, id, "locking", text, sizeof(text));
	if (!vif_locking_parse(text, &v->locking))
		v->locking = VIF_UNLOCKED;
	read(s, id, "mtu", text, sizeof(text));
	v->mtu = (unsigned int)strtoul(text, NULL, 10);
	read(s, id, "rate", text, sizeof(text));
	if (sscanf(text, "%llu,%llu", &bytes, &usec) == 2 && usec) {
		v->rate_bytes = bytes;
		v->rate_usec = usec;
	}
	return true;
}

bool device_read_vif(struct store *s, const struct device_id *id, struct vif_config *v)
{
	return read_vif(s, id, device_read, v);
}

bool device_read_own_vif(struct store *s, const struct device_id *id, struct vif_config *v)
{
	return read_vif(s, id, device_back_text, v);
}
