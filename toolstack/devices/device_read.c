// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What devices a domain has, from the store; and changes to a disk that it keeps: another medium, a
 * size that has grown.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/device_private.h"
#include "devices/device_wait.h"
#include "devices/disk_target.h"

#define RESIZE_MS 5000

struct reading {
	struct device_list *list;
	struct reason *why;
	int rc;
};

static bool read_disk(void *arg, struct store *s, const struct device_id *id)
{
	struct reading *r = arg;
	struct disk_config d;

	if (!device_read_disk(s, id, &d))
		r->rc = reason_set(r->why, "%s: the store has not all of it", device_text(id));
	else if (device_list_add_disk(r->list, &d) < 0)
		r->rc = reason_set(r->why, "out of memory");
	return r->rc == 0;
}

static bool read_vif(void *arg, struct store *s, const struct device_id *id)
{
	struct reading *r = arg;
	struct vif_config v;

	if (!device_read_vif(s, id, &v))
		r->rc = reason_set(r->why, "%s: the store has not all of it", device_text(id));
	else if (device_list_add_vif(r->list, &v) < 0)
		r->rc = reason_set(r->why, "out of memory");
	return r->rc == 0;
}

static bool read_screen(void *arg, struct store *s, const struct device_id *id)
{
	struct reading *r = arg;
	char mib[16];

	r->list->screen.wanted = device_read(s, id, "videoram", mib, sizeof(mib));
	r->list->screen.mib = (unsigned int)strtoul(mib, NULL, 10);
	return true;
}

int devices_read(unsigned int domid, struct device_list *list, struct reason *why)
{
	struct reading r = { list, why, 0 };
	char home[48];
	struct store s;

	memset(list, 0, sizeof(*list));
	if (store_open(&s) < 0)
		return reason_errno(why, "devices need xenstored");
	/* No devices is one thing, a store that knows nothing of the domain another. */
	snprintf(home, sizeof(home), "/local/domain/%u/name", domid);
	if (store_read(&s, home, NULL) < 0)
		r.rc = reason_set(why, "domain %u is not in the store", domid);
	if (r.rc == 0)
		device_each(&s, DEVICE_DISK, domid, read_disk, &r);
	if (r.rc == 0)
		device_each(&s, DEVICE_NETWORK, domid, read_vif, &r);
	if (r.rc == 0)
		device_each(&s, DEVICE_SCREEN, domid, read_screen, &r);
	if (r.rc < 0)
		device_list_free(list);
	store_close(&s);
	return r.rc;
}

static int attach_one(unsigned int domid, struct disk_config *d, struct reason *why)
{
	struct device_list list = { .disks = d, .nr_disks = 1 };

	return devices_attach(domid, &list, NULL, NULL, why);
}

/* The new disc is tried first: the guest keeps the old one if it is no good. */
static int change_medium(struct store *s, const struct device_id *id, const char *target,
			 struct reason *why)
{
	struct disk_config d, empty;
	struct disk_target t;
	char *old;
	int rc;

	if (!device_read_disk(s, id, &d))
		return reason_set(why, "domain %u has no disk %u", id->domid, id->devid);
	if (!d.cdrom) {
		disk_config_free(&d);
		return reason_set(why, "%s is no CD drive", device_text(id));
	}
	old = d.target;
	d.target = (char *)target;
	rc = disk_target_open(&t, id->domid, &d, s, why);
	disk_target_close(&t);
	if (rc == 0)
		rc = devices_detach(id->domid, DEVICE_DISK, id->devid, false, why);
	if (rc == 0) {
		rc = attach_one(id->domid, &d, why);
		empty = d;
		empty.target = NULL;
		if (rc < 0)
			attach_one(id->domid, &empty, &(struct reason){ "" });
	}
	free(old);
	return rc;
}

int devices_change_medium(unsigned int domid, uint32_t devid, const char *target,
			  struct reason *why)
{
	struct device_id id = { .domid = domid, .kind = DEVICE_DISK, .devid = devid };
	struct store s;
	int rc;

	if (store_open(&s) < 0)
		return reason_errno(why, "devices need xenstored");
	rc = change_medium(&s, &id, target, why);
	store_close(&s);
	return rc;
}

struct growing {
	struct store *store;
	struct device_id id;
	uint64_t sectors;
};

/* The back end looks for itself, ten times a second, while the guest is connected. */
static bool has_grown(const void *arg)
{
	const struct growing *g = arg;
	char text[32];

	return device_back_state(g->store, &g->id) != DEVICE_CONNECTED ||
	       (device_read(g->store, &g->id, "sectors", text, sizeof(text)) &&
		strtoull(text, NULL, 10) == g->sectors);
}

static int resize(struct growing *g, uint64_t *bytes, struct reason *why)
{
	unsigned int major_nr, minor_nr;
	char text[32];

	if (!device_read(g->store, &g->id, "physical-device", text, sizeof(text)) ||
	    sscanf(text, "%x:%x", &major_nr, &minor_nr) != 2)
		return reason_set(why, "domain %u has no disk %u with a medium", g->id.domid,
				  g->id.devid);
	if (disk_target_size(major_nr, minor_nr, bytes, why) < 0)
		return -1;
	g->sectors = *bytes / 512;
	if (!device_look(has_grown, g, RESIZE_MS))
		return reason_set(why, "%s: the back end has not told the guest in %d s",
				  device_text(&g->id), RESIZE_MS / 1000);
	return 0;
}

int devices_resize(unsigned int domid, uint32_t devid, uint64_t *bytes, struct reason *why)
{
	struct store s;
	struct growing g = { .store = &s, .id = { domid, DEVICE_DISK, devid } };
	int rc;

	if (store_open(&s) < 0)
		return reason_errno(why, "devices need xenstored");
	rc = resize(&g, bytes, why);
	store_close(&s);
	return rc;
}
