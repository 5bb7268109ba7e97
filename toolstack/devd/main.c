// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * devd: for a driver domain, what `xl devd` is on Xen. Guests' interfaces that this domain's kernel
 * has made a back end for are put on the bridge that the control domain named. It believes what the
 * control domain wrote into this domain's part of the store, where guests cannot write.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/device_store.h"
#include "devices/vif_link.h"
#include "devices/vif_up.h"

#define BACK_ENDS "backend/vif" /* below this domain's own place */
#define SOON_MS   50            /* a kernel that has closed a back end is about to let go of it */

static void tell(struct store *s, const struct device_id *id, const struct reason *failed)
{
	if (failed)
		log_error("%s: %s", device_text(id), failed->text);
	else
		log_info("%s is connected", device_text(id));
	if (failed && device_write_back(s, id, "hotplug-error", failed->text) < 0)
		log_error("%s: store: %s", device_text(id), strerror(errno));
	if (device_write_back(s, id, "hotplug-status", failed ? "error" : "connected") < 0)
		log_error("%s: store: %s", device_text(id), strerror(errno));
}

/*
 * The control domain wants it back, and nobody uses it any more. It writes "online" first: if that
 * is not there, the rest came after it was taken away.
 */
static bool is_over(struct store *s, const struct device_id *id)
{
	enum device_state state = device_back_state(s, id);
	char online[4];

	return (state == DEVICE_CLOSING || state == DEVICE_CLOSED) &&
	       (!device_back_text(s, id, "online", online, sizeof(online)) ||
		strcmp(online, "0") == 0);
}

/*
 * The control domain, which cannot see what this kernel still does, waits until the back end is no
 * longer in the store. False: it is not that far.
 */
static bool take_away(struct store *s, const struct device_id *id)
{
	char path[DEVICE_PATH_MAX];

	if (device_in_kernel(id))
		return false;
	device_back_path(path, id, NULL);
	if (store_remove(s, path) < 0)
		log_error("%s: store: %s", device_text(id), strerror(errno));
	else
		log_info("%s is gone", device_text(id));
	return true;
}

static bool look_at(void *arg, struct store *s, const struct device_id *id)
{
	bool *soon = arg;
	struct reason why;
	struct vif_config v;
	char status[16];

	if (is_over(s, id)) {
		*soon |= !take_away(s, id);
		return true;
	}
	/* Once for each: neither before the kernel has made it nor after this was done. */
	if (device_back_state(s, id) != DEVICE_INIT_WAIT ||
	    device_back_text(s, id, "hotplug-status", status, sizeof(status)))
		return true;
	if (!device_read_own_vif(s, id, &v)) {
		reason_set(&why, "the store has not all of it");
		tell(s, id, &why);
		return true;
	}
	if (vif_up(id, &v, v.bridge, v.mtu ? v.mtu : vif_link_bridge_mtu(v.bridge), &why) < 0)
		tell(s, id, &why);
	else
		tell(s, id, NULL);
	return true;
}

/* 0: it cannot be told. */
static unsigned int own_id(struct store *s)
{
	struct buf text = { 0 };
	unsigned int domid = 0;

	if (store_read(s, "domid", &text) == 0 && text.data)
		domid = (unsigned int)strtoul(text.data, NULL, 10);
	buf_free(&text);
	return domid;
}

/* The first event comes at once. */
static int serve(struct store *s, unsigned int domid)
{
	int rc = store_watch(s, BACK_ENDS, "devd");
	bool soon = false;

	while (rc == 0) {
		struct buf event = { 0 };

		if (!soon || store_event_wait(s, SOON_MS) > 0)
			rc = store_event(s, &event);
		buf_free(&event);
		soon = false;
		if (rc == 0)
			device_each_back(s, DEVICE_NETWORK, domid, look_at, &soon);
	}
	return rc;
}

int main(int argc, char **argv)
{
	unsigned int domid;
	struct store s;

	log_open("devd", LOG_LEVEL_INFO);
	if (argc > 1) {
		fprintf(strcmp(argv[1], "-h") == 0 ? stdout : stderr,
			"usage: devd\nPuts guests' interfaces on this driver domain's bridges.\n");
		return strcmp(argv[1], "-h") == 0 ? 0 : 2;
	}
	if (store_open_guest(&s) < 0) {
		log_error("the store: %s", strerror(errno));
		return 1;
	}
	domid = own_id(&s);
	if (!domid)
		log_error("the store does not tell which domain this is: not a guest of Socle's?");
	else if (serve(&s, domid) < 0)
		log_error("the store: %s", strerror(errno));
	store_close(&s);
	return 1;
}
