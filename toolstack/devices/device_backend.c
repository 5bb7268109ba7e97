// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A name says a domain, and the domain must be one that the control domain made for this: its home
 * has a node that it could not have made itself.
 */
#include "devices/device_backend.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devices/device_wait.h"
#include "lib/domain.h"
#include "lib/vm_state.h"

#define ANSWER_MS 40000 /* as long as Xen's toolstack waits for hotplug scripts */

struct search {
	struct xencall xc;
	const char *name;
	unsigned int domid;
	struct xen_domctl_getdomaininfo info;
	bool found;
};

/* A file may have been left by another domain of the same id. */
static bool search_one(void *arg, const struct vm_state *state)
{
	struct search *search = arg;

	if (strcmp(state->name, search->name) != 0 && state->domid != search->domid)
		return true;
	if (domain_info(&search->xc, (domid_t)state->domid, &search->info) < 0)
		return true;
	search->found = uuid_reads(search->info.handle, state->uuid);
	search->domid = search->found ? state->domid : search->domid;
	return !search->found;
}

static bool find(struct search *search)
{
	unsigned long id;
	char *end;

	search->domid = DEVICE_EVERY_DOMAIN;
	/* A name may be a number; then it is a name. */
	vm_state_each(search_one, search);
	if (search->found || !isdigit((unsigned char)search->name[0]))
		return search->found;
	id = strtoul(search->name, &end, 10);
	search->domid = (unsigned int)id;
	if (!*end && id < DOMID_FIRST_RESERVED)
		vm_state_each(search_one, search);
	return search->found;
}

static int check(struct store *s, const struct search *search, unsigned int domid,
		 struct reason *why)
{
	const uint32_t stopped = XEN_DOMINF_dying | XEN_DOMINF_shutdown | XEN_DOMINF_paused;
	char path[48];

	if (search->domid == domid)
		return reason_set(why, "backend=%s: a domain cannot be its own back end",
				  search->name);
	snprintf(path, sizeof(path), "/local/domain/%u/backend", search->domid);
	if (store_read(s, path, NULL) < 0)
		return reason_set(why,
				  "backend=%s: domain %u is no driver domain: driver_domain = 1 in "
				  "its configuration makes it one",
				  search->name, search->domid);
	if (search->info.flags & stopped)
		return reason_set(why, "backend=%s: domain %u does not run: it %s", search->name,
				  search->domid,
				  search->info.flags & (XEN_DOMINF_dying | XEN_DOMINF_shutdown)
					  ? "has stopped"
					  : "is paused");
	return 0;
}

int device_backend_find(struct store *s, const char *name, unsigned int domid,
			unsigned int *backend, struct reason *why)
{
	struct search search = { .name = name };
	int rc;

	*backend = 0;
	if (!*name)
		return 0;
	if (xencall_open(&search.xc) < 0)
		return reason_errno(why, "/dev/xen/privcmd");
	if (find(&search))
		rc = check(s, &search, domid, why);
	else
		rc = reason_set(why, "backend=%s: there is no domain of that name", name);
	*backend = search.domid;
	xencall_close(&search.xc);
	return rc;
}

static bool has_answered(struct store *s, const struct device_id *id)
{
	enum device_state state = device_back_state(s, id);
	char status[16];

	return state == DEVICE_UNKNOWN || state >= DEVICE_CLOSING ||
	       device_back_text(s, id, "hotplug-status", status, sizeof(status));
}

/* What the driver domain wrote for people to see must not do more to their terminal. */
static void plain(char *text)
{
	for (; *text; text++)
		if (!isascii((unsigned char)*text) || !isprint((unsigned char)*text))
			*text = '?';
}

static int check_answer(struct store *s, const struct device_id *id, const char *name,
			struct reason *why)
{
	enum device_state state = device_back_state(s, id);
	char status[16], said[128];

	device_back_text(s, id, "hotplug-status", status, sizeof(status));
	if (state >= DEVICE_INIT_WAIT && state <= DEVICE_CONNECTED &&
	    strcmp(status, "connected") == 0)
		return 0;
	device_back_text(s, id, "hotplug-error", said, sizeof(said));
	plain(said);
	if (said[0])
		return reason_set(why, "%s: its driver domain %s says: %s", device_text(id), name,
				  said);
	if (state <= DEVICE_INITIALISING)
		return reason_set(
			why,
			"%s: no xen-netback answers in its driver domain %s: does it run, "
			"and has it started?",
			device_text(id), name);
	return reason_set(
		why, "%s: its driver domain %s has not put it on a bridge: does devd run there?",
		device_text(id), name);
}

int device_backend_wait(struct store *s, const struct device_id *ids, size_t nr, const char *name,
			struct reason *why)
{
	device_wait(s, ids, nr, has_answered, ANSWER_MS);
	for (size_t i = 0; i < nr; i++)
		if (check_answer(s, &ids[i], name, why) < 0)
			return -1;
	return 0;
}
