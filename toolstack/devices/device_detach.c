// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking devices from a domain. A guest that is to let go sees its back end close; one that is not
 * asked loses its end of the store, upon which the back end gives up. Either way the back end says
 * "closed" when it has unmapped everything, and only then are its nodes removed.
 *
 * A driver domain may say anything, or nothing, and may write to its end all the time. It is given
 * the same time, and then its nodes are removed whatever it did; nothing that it does keeps the
 * guest from losing the device.
 */
#include "devices/devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices/device_private.h"
#include "devices/device_wait.h"

#define CLOSE_MS 10000

struct detaching {
	const struct device_id *ids;
	size_t nr;
	bool force;
};

static bool is_gone(const void *arg)
{
	return !device_in_kernel(arg);
}

/*
 * Of the others nothing shows but their state. The kernel has a device for them, too, which does
 * nothing, and stays as long as their nodes are there.
 */
static bool has_kernel(const struct device_id *id)
{
	return !id->backend && (id->kind == DEVICE_DISK || id->kind == DEVICE_NETWORK);
}

/*
 * The back end says so, or it is gone: one that closed before it was told to says nothing more. A
 * driver domain says so too early, while its kernel may still write; what it has of the device goes
 * from the store when its kernel is done.
 */
static bool has_closed(struct store *s, const struct device_id *id)
{
	enum device_state state = device_back_state(s, id);

	return state == DEVICE_UNKNOWN || (state == DEVICE_CLOSED && !id->backend) ||
	       (has_kernel(id) && is_gone(id));
}

static int close_one(struct store *s, const struct device_id *id, bool force)
{
	char path[DEVICE_PATH_MAX];
	int rc = 0;

	device_front_path(path, id, NULL);
	/* Written first: a guest may have removed it, and that would be an error here. */
	if (force && (store_write(s, path, "") < 0 || store_remove(s, path) < 0))
		rc = -1;
	/* online: the back end is not to wait for another front end. */
	if (device_write_back(s, id, "online", "0") < 0 ||
	    device_write_back(s, id, "state", "5") < 0)
		rc = -1;
	return rc;
}

static int write_closing(struct store *s, const void *arg)
{
	const struct detaching *d = arg;
	int rc = 0;

	for (size_t i = 0; i < d->nr; i++)
		if (!d->ids[i].backend && close_one(s, &d->ids[i], d->force) < 0)
			rc = -1;
	return rc;
}

/*
 * Not in a transaction: whoever writes there without end would let none succeed. A driver domain
 * that is no more has no nodes, and gets none.
 */
static int write_closing_elsewhere(struct store *s, const struct detaching *d)
{
	char path[DEVICE_PATH_MAX];
	int rc = 0;

	for (size_t i = 0; i < d->nr; i++) {
		const struct device_id *id = &d->ids[i];

		if (!id->backend)
			continue;
		device_front_path(path, id, NULL);
		if (device_back_state(s, id) != DEVICE_UNKNOWN)
			rc |= close_one(s, id, d->force);
		else if (d->force)
			rc |= store_remove(s, path);
	}
	return rc;
}

static int closing(struct store *s, const struct detaching *d, struct reason *why)
{
	if (device_transaction(s, write_closing, d) < 0 || write_closing_elsewhere(s, d) < 0)
		return reason_errno(why, "store");
	return 0;
}

/* False with the reason: one of them has not closed in time. */
static bool wait_closed(struct store *s, const struct detaching *d, struct reason *why)
{
	bool closed = true;

	device_wait(s, d->ids, d->nr, has_closed, CLOSE_MS);
	for (size_t i = 0; i < d->nr; i++) {
		/* What it made here, such as the interface, goes right after it said so. */
		if (has_closed(s, &d->ids[i]) &&
		    (!has_kernel(&d->ids[i]) || device_look(is_gone, &d->ids[i], CLOSE_MS)))
			continue;
		reason_set(why, "%s: the back end in domain %u has not let go in %d s",
			   device_text(&d->ids[i]), d->ids[i].backend, CLOSE_MS / 1000);
		closed = false;
	}
	return closed;
}

int devices_take_back(struct store *s, const struct device_id *ids, size_t nr, struct reason *why)
{
	struct detaching d = { ids, nr, true };
	int rc = 0;

	if (closing(s, &d, why) < 0)
		return -1;
	for (size_t i = 0, same; i < nr; i += same) {
		same = device_alike(ids + i, nr - i);
		if (!wait_closed(s, &(struct detaching){ ids + i, same, true }, why))
			rc = -1;
	}
	for (size_t i = 0; i < nr; i++)
		if (device_remove(s, &ids[i]) < 0)
			rc = reason_errno(why, "removing %s from the store", device_text(&ids[i]));
	return rc;
}

struct found {
	struct device_id *ids;
	size_t nr;
	bool failed;
};

static bool note(void *arg, struct store *s, const struct device_id *id)
{
	struct found *found = arg;
	struct device_id *ids = realloc(found->ids, (found->nr + 1) * sizeof(*ids));

	(void)s;
	found->failed = !ids;
	if (!ids)
		return false;
	found->ids = ids;
	ids[found->nr++] = *id;
	return true;
}

/* What a domain's back ends leave when they are all gone. */
static void remove_domain(struct store *s, unsigned int domid)
{
	static const char *const places[] = { "backend", "error/backend" };
	char path[DEVICE_PATH_MAX];

	for (enum device_kind kind = DEVICE_DISK; kind <= DEVICE_KEYBOARD; kind++) {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			snprintf(path, sizeof(path), "/local/domain/0/%s/%s/%u", places[i],
				 device_type(kind), domid);
			store_remove(s, path);
		}
	}
	snprintf(path, sizeof(path), "/libxl/%u", domid);
	store_remove(s, path);
}

int devices_detach_all(unsigned int domid, struct reason *why)
{
	struct found found = { 0 };
	struct store s;
	int rc = 0;

	if (store_open(&s) < 0)
		return 0;
	/* One kind after the other: devices_take_back() counts on it. */
	for (enum device_kind kind = DEVICE_DISK; kind <= DEVICE_KEYBOARD; kind++)
		device_each(&s, kind, domid, note, &found);
	if (found.failed)
		rc = reason_set(why, "out of memory");
	else if (found.nr)
		rc = devices_take_back(&s, found.ids, found.nr, why);
	remove_domain(&s, domid);
	free(found.ids);
	store_close(&s);
	return rc;
}

void devices_backend_ended(unsigned int domid)
{
	struct found found = { 0 };
	struct store s;

	if (store_open(&s) < 0)
		return;
	device_each(&s, DEVICE_NETWORK, DEVICE_EVERY_DOMAIN, note, &found);
	for (size_t i = 0; i < found.nr; i++) {
		if (found.ids[i].backend != domid || !domid)
			continue;
		if (device_write_gone(&s, &found.ids[i]) < 0)
			log_warning("%s: store: %s", device_text(&found.ids[i]), strerror(errno));
		else
			log_warning("%s is dead: its back end was in domain %u, which has ended",
				    device_text(&found.ids[i]), domid);
	}
	free(found.ids);
	store_close(&s);
}

/*
 * Whether neither end is about to connect. Linux's disk driver crashes its kernel when its nodes go
 * while it does, and the kernel's back end overwrites what it is told then. A drive without a disc
 * has nothing to connect to.
 */
static bool has_settled(struct store *s, const struct device_id *id)
{
	enum device_state front = device_front_state(s, id), back = device_back_state(s, id);
	char device[32];

	if (front == DEVICE_UNKNOWN || front >= DEVICE_CLOSING || back == DEVICE_UNKNOWN ||
	    back >= DEVICE_CONNECTED)
		return true;
	return front > DEVICE_INITIALISING && id->kind == DEVICE_DISK &&
	       !device_back_text(s, id, "physical-device", device, sizeof(device));
}

static int detach(struct store *s, struct device_id *id, bool force, struct reason *why)
{
	struct detaching d = { id, 1, force };

	if (!device_find(s, id))
		return reason_set(why, "domain %u has no %s %u", id->domid,
				  id->kind == DEVICE_DISK ? "disk" : "interface", id->devid);
	if (!force)
		device_wait(s, id, 1, has_settled, CLOSE_MS);
	/* A guest without a driver for it, or not that far yet, would never answer. */
	if (force || device_front_state(s, id) <= DEVICE_INITIALISING ||
	    device_back_state(s, id) == DEVICE_UNKNOWN)
		return devices_take_back(s, id, 1, why);
	if (closing(s, &d, why) < 0)
		return -1;
	if (!wait_closed(s, &d, why)) {
		if (!id->backend || device_back_state(s, id) != DEVICE_CLOSED)
			return reason_set(
				why, "the guest has not let go of %s in %d s; --force takes it",
				device_text(id), CLOSE_MS / 1000);
		/* Both kernels have: there is no devd that would say so. */
		log_warning("%s", why->text);
	}
	if (device_remove(s, id) < 0)
		return reason_errno(why, "removing %s from the store", device_text(id));
	return 0;
}

int devices_detach(unsigned int domid, enum device_kind kind, uint32_t devid, bool force,
		   struct reason *why)
{
	struct device_id id = { .domid = domid, .kind = kind, .devid = devid };
	struct store s;
	int rc;

	if (store_open(&s) < 0)
		return reason_errno(why, "devices need xenstored");
	rc = detach(&s, &id, force, why);
	store_close(&s);
	return rc;
}
