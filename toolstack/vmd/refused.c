// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The libraries are asked for one device at a time, so that a refusal is about that one.
 */
#include "vmd/refused.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "devices/devices.h"
#include "devices/disk_vdev.h"
#include "devices/vif_vlan.h"
#include "lib/bounded.h"
#include "lib/host_memory.h"
#include "lib/ip.h"
#include "storage/error.h"

#define LOOK_MS 3000 /* for a server that may be silent */

int refused_words(struct call *c, const char *code, const char *param, const struct reason *why)
{
	call_fail(c, code, param, "%s", why->text);
	json_array_append_new(c->error, json_string(why->text));
	return -1;
}

int refused_memory(struct call *c, const struct vm_config *vm)
{
	uint64_t kib = vm->memory_mib << 10;
	struct host_memory m;
	struct reason why;
	char number[24];
	uint64_t bound;

	kib += host_memory_overhead(kib);
	if (host_memory_ask(&c->xc, &m) < 0 || host_memory_judge(&m, kib, &why) == 0)
		return 0;
	bound = m.promised_kib < m.free_kib ? m.free_kib - m.promised_kib : 0;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)kib << 10);
	call_fail(c, "HOST_NOT_ENOUGH_FREE_MEMORY", number, "%s", why.text);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)bound << 10);
	json_array_append_new(c->error, json_string(number));
	return -1;
}

/* The VDI behind a disk; what has none is called by its path. */
static const char *disk_uuid(const struct disk_config *d, const json_t *disks)
{
	const json_t *disk;
	uint32_t devid;
	size_t i;

	json_array_foreach(disks, i, disk)
	{
		const char *uuid = arg_text(json_object_get(disk, "vdi"), "vdi");

		if (uuid && disk_vdev_parse(arg_text(disk, "device"), &devid) && devid == d->devid)
			return uuid;
	}
	return d->target;
}

static bool is_reachable(const char *target)
{
	if (strncmp(target, "/dev/", 5) == 0)
		return access(target, F_OK) == 0;
	return bounded_open(target, LOOK_MS) >= 0;
}

static int check_disk(struct call *c, struct store *s, struct disk_config *d, const json_t *disks)
{
	const struct device_list one = { .disks = d, .nr_disks = 1 };
	struct reason why;

	if (devices_check(s, &one, &why) == 0)
		return 0;
	return refused_words(c, is_reachable(d->target) ? ERR_VDI_IN_USE : "VDI_NOT_AVAILABLE",
			     disk_uuid(d, disks), &why);
}

static int check_vif(struct call *c, struct store *s, struct vif_config *v, const char *vm_uuid)
{
	const struct device_list one = { .vifs = v, .nr_vifs = 1 };
	char bridge[IFNAMSIZ], mac[MAC_TEXT];
	struct reason why;

	/* A driver domain's bridges are looked for there. */
	if (!v->backend[0] && vif_vlan_bridge("", v->bridge, v->vlan, bridge, &why) < 0) {
		call_fail(c, "VM_REQUIRES_NET", vm_uuid, "%s", why.text);
		json_array_append_new(c->error, json_string(v->bridge));
		return -1;
	}
	if (devices_check(s, &one, &why) == 0)
		return 0;
	return refused_words(c, "MAC_STILL_EXISTS", mac_format(v->mac, mac), &why);
}

int refused_devices(struct call *c, const char *vm_uuid, const struct device_list *list,
		    const json_t *disks)
{
	struct store s;
	int rc = 0;

	if (store_open(&s) < 0)
		return call_fail(c, "INTERNAL_ERROR", "xenstored", "there is no xenstored");
	for (size_t i = 0; rc == 0 && i < list->nr_disks; i++)
		rc = check_disk(c, &s, &list->disks[i], disks);
	for (size_t i = 0; rc == 0 && i < list->nr_vifs; i++)
		rc = check_vif(c, &s, &list->vifs[i], vm_uuid);
	store_close(&s);
	return rc;
}
