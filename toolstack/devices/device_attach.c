// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Giving devices to a domain. Everything that can be refused is refused before the store is
 * touched; then both ends of all devices appear in one transaction, the kernel's back ends find
 * them (and screend those of a screen), and what is still missing is done: the network interfaces
 * get their bridge, in the control domain from here, in a driver domain from there. What fails on
 * the way takes all of them back.
 */
#include "devices/devices.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/device_backend.h"
#include "devices/device_private.h"
#include "devices/device_wait.h"
#include "devices/disk_target.h"
#include "devices/module.h"
#include "devices/vif_link.h"
#include "devices/vif_up.h"
#include "devices/vif_vlan.h"

#define BACKEND_MS 20000 /* for the kernel to take note; it is milliseconds unless it is busy */
#define MTU_OTHERS 1500  /* of a bridge that is not here */

/* Where an interface goes. */
struct vif_place {
	unsigned int backend; /* a driver domain, or 0 */
	char bridge[IFNAMSIZ];
	unsigned int mtu;
};

struct attaching {
	unsigned int domid;
	const struct device_list *list;
	struct disk_target *targets; /* one for each disk */
	struct vif_place *places;    /* one for each interface */
	struct device_id *ids;       /* disks, then interfaces, screen, keyboard */
	size_t nr_ids;
	struct store *store;
	void (*entered)(void *arg);
	void *arg;
};

static int load_drivers(const struct device_list *list, struct reason *why)
{
	size_t own = 0;

	for (size_t i = 0; i < list->nr_vifs; i++)
		own += !list->vifs[i].backend[0];
	if (list->nr_disks &&
	    module_load("xen-blkback", NULL, "/sys/bus/xen-backend/drivers/vbd", why) < 0)
		return -1;
	if (own && module_load("xen-netback", NULL, "/sys/bus/xen-backend/drivers/vif", why) < 0)
		return -1;
	return 0;
}

static int check_free(const struct attaching *a, struct reason *why)
{
	for (size_t i = 0; i < a->nr_ids; i++) {
		struct device_id id = a->ids[i];

		if (device_find(a->store, &id))
			return reason_set(why, "%s is there already", device_text(&id));
	}
	return 0;
}

static int prepare_vif(struct store *s, unsigned int domid, const struct vif_config *v,
		       struct vif_place *place, struct reason *why)
{
	char path[64];

	if (device_backend_find(s, v->backend, domid, &place->backend, why) < 0)
		return -1;
	if (place->backend) {
		memcpy(place->bridge, v->bridge, sizeof(place->bridge));
		place->mtu = MTU_OTHERS;
	} else {
		if (vif_vlan_bridge("", v->bridge, v->vlan, place->bridge, why) < 0)
			return -1;
		place->mtu = vif_link_bridge_mtu(place->bridge);
	}
	if (v->mtu)
		place->mtu = v->mtu;
	if (device_mac_taken(s, v->mac, why))
		return -1;
	if (place->backend || !v->name[0])
		return 0;
	snprintf(path, sizeof(path), "/sys/class/net/%s", v->name);
	if (access(path, F_OK) == 0)
		return reason_set(why, "vifname=%s: there is an interface of that name", v->name);
	return 0;
}

static int prepare(const struct attaching *a, struct reason *why)
{
	if (check_free(a, why) < 0)
		return -1;
	for (size_t i = 0; i < a->list->nr_vifs; i++) {
		if (prepare_vif(a->store, a->domid, &a->list->vifs[i], &a->places[i], why) < 0)
			return -1;
		a->ids[a->list->nr_disks + i].backend = a->places[i].backend;
	}
	for (size_t i = 0; i < a->list->nr_disks; i++)
		if (disk_target_open(&a->targets[i], a->domid, &a->list->disks[i], a->store, why) <
		    0)
			return -1;
	return load_drivers(a->list, why);
}

int devices_check(struct store *s, const struct device_list *list, struct reason *why)
{
	struct vif_place place;

	for (size_t i = 0; i < list->nr_vifs; i++)
		if (prepare_vif(s, DEVICE_EVERY_DOMAIN, &list->vifs[i], &place, why) < 0)
			return -1;
	for (size_t i = 0; i < list->nr_disks; i++)
		if (disk_target_check(&list->disks[i], s, why) < 0)
			return -1;
	return 0;
}

static int write_all(struct store *s, const void *arg)
{
	const struct attaching *a = arg;
	int rc = 0;

	for (size_t i = 0; i < a->list->nr_disks; i++) {
		const struct disk_target *t = &a->targets[i];

		if (device_write_disk(s, a->domid, &a->list->disks[i], t->major, t->minor,
				      t->node) < 0)
			rc = -1;
	}
	for (size_t i = 0; i < a->list->nr_vifs; i++)
		if (device_write_vif(s, &a->ids[a->list->nr_disks + i], &a->list->vifs[i],
				     a->places[i].bridge, a->places[i].mtu) < 0)
			rc = -1;
	for (size_t i = a->list->nr_disks + a->list->nr_vifs; i < a->nr_ids; i++)
		if (device_write_plain(s, &a->ids[i], a->list->screen.mib) < 0)
			rc = -1;
	return rc;
}

/* A back end that has seen its device, and waits for the guest or has given up. */
static bool has_started(struct store *s, const struct device_id *id)
{
	return device_back_state(s, id) != DEVICE_INITIALISING;
}

static int check_started(struct store *s, const struct device_id *id, struct reason *why)
{
	enum device_state state = device_back_state(s, id);
	struct buf complaint = { 0 };
	char path[DEVICE_PATH_MAX];

	if (state >= DEVICE_INIT_WAIT && state <= DEVICE_CONNECTED)
		return 0;
	snprintf(path, sizeof(path), "/local/domain/0/error/backend/%s/%u/%u/error",
		 device_type(id->kind), id->domid, id->devid);
	store_read(s, path, &complaint);
	reason_set(why, "%s: %s %s%s%s", device_text(id), device_maker(id->kind),
		   state == DEVICE_INITIALISING ? "does not start" : "has given up",
		   complaint.data ? ": " : "", complaint.data ? complaint.data : "");
	buf_free(&complaint);
	return -1;
}

static bool is_there(const void *arg)
{
	return access(arg, F_OK) == 0;
}

/*
 * Only once the kernel has opened the block device may we let go of it. It says so nowhere but in
 * these files.
 */
static int wait_for_disk(const struct attaching *a, size_t i, struct reason *why)
{
	const struct device_id *id = &a->ids[i];
	char path[96];

	if (!a->targets[i].major)
		return 0;
	device_sysfs_path(path, sizeof(path), id, "physical_device");
	if (device_look(is_there, path, BACKEND_MS))
		return 0;
	if (check_started(a->store, id, why) < 0)
		return -1;
	return reason_set(why, "%s: the kernel's back end does not open %s", device_text(id),
			  a->targets[i].node);
}

static int finish_vif(const struct attaching *a, size_t i, struct reason *why)
{
	const struct device_id *id = &a->ids[a->list->nr_disks + i];
	const struct vif_config *v = &a->list->vifs[i];
	const struct vif_place *place = &a->places[i];

	if (vif_up(id, v, place->bridge, place->mtu, why) < 0)
		return -1;
	/* The back end waits for this before it tells the guest that it is connected. */
	if (device_write_back(a->store, id, "hotplug-status", "connected") < 0)
		return reason_errno(why, "store");
	return 0;
}

/* Interfaces that one driver domain has are waited for together: it has its time once. */
static int finish_vifs(const struct attaching *a, struct reason *why)
{
	for (size_t i = 0, same; i < a->list->nr_vifs; i += same) {
		const struct device_id *ids = a->ids + a->list->nr_disks + i;
		int rc;

		same = ids->backend ? device_alike(ids, a->list->nr_vifs - i) : 1;
		rc = ids->backend ? device_backend_wait(a->store, ids, same,
							a->list->vifs[i].backend, why)
				  : finish_vif(a, i, why);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int wait_started(const struct attaching *a, const struct device_id *ids, size_t nr,
			struct reason *why)
{
	device_wait(a->store, ids, nr, has_started, BACKEND_MS);
	for (size_t i = 0; i < nr; i++)
		if (check_started(a->store, &ids[i], why) < 0)
			return -1;
	return 0;
}

static int finish(const struct attaching *a, struct reason *why)
{
	for (size_t i = 0, same; i < a->nr_ids; i += same) {
		same = device_alike(a->ids + i, a->nr_ids - i);
		if (!a->ids[i].backend && wait_started(a, a->ids + i, same, why) < 0)
			return -1;
	}
	for (size_t i = 0; i < a->list->nr_disks; i++)
		if (wait_for_disk(a, i, why) < 0)
			return -1;
	return finish_vifs(a, why);
}

static int attach(const struct attaching *a, struct reason *why)
{
	struct reason ignored;

	if (prepare(a, why) < 0)
		return -1;
	if (device_transaction(a->store, write_all, a) < 0)
		return reason_errno(why, "writing devices of domain %u to the store", a->domid);
	if (a->entered)
		a->entered(a->arg);
	if (finish(a, why) == 0)
		return 0;
	devices_take_back(a->store, a->ids, a->nr_ids, &ignored);
	return -1;
}

static struct device_id device_id_of(const struct attaching *a, enum device_kind kind,
				     uint32_t devid)
{
	return (struct device_id){ .domid = a->domid, .kind = kind, .devid = devid };
}

static void fill_ids(struct attaching *a)
{
	size_t nr = 0;

	for (size_t i = 0; i < a->list->nr_disks; i++) {
		a->targets[i].fd = -1;
		a->ids[nr++] = device_id_of(a, DEVICE_DISK, a->list->disks[i].devid);
	}
	/* Whose back end it is, is told later. */
	for (size_t i = 0; i < a->list->nr_vifs; i++)
		a->ids[nr++] = device_id_of(a, DEVICE_NETWORK, (uint32_t)a->list->vifs[i].devid);
	if (a->list->screen.wanted) {
		a->ids[nr++] = device_id_of(a, DEVICE_SCREEN, 0);
		a->ids[nr++] = device_id_of(a, DEVICE_KEYBOARD, 0);
	}
	a->nr_ids = nr;
}

int devices_attach(unsigned int domid, const struct device_list *list, void (*entered)(void *arg),
		   void *arg, struct reason *why)
{
	struct store store;
	struct attaching a = {
		.domid = domid,
		.list = list,
		.store = &store,
		.entered = entered,
		.arg = arg,
	};
	int rc = -1;

	if (list->nr_disks + list->nr_vifs == 0 && !list->screen.wanted)
		return 0;
	if (store_open(&store) < 0)
		return reason_errno(why, "devices need xenstored");
	a.targets = calloc(list->nr_disks + 1, sizeof(*a.targets));
	a.places = calloc(list->nr_vifs + 1, sizeof(*a.places));
	a.ids = calloc(list->nr_disks + list->nr_vifs + 2, sizeof(*a.ids));
	if (a.targets && a.places && a.ids) {
		fill_ids(&a);
		rc = attach(&a, why);
		for (size_t i = 0; i < list->nr_disks; i++)
			disk_target_close(&a.targets[i]);
	} else {
		reason_set(why, "out of memory");
	}
	free(a.targets);
	free(a.places);
	free(a.ids);
	store_close(&store);
	return rc;
}
