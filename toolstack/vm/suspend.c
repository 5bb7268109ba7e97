// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The protocol of control/shutdown: we write "suspend", the guest takes note by emptying the node,
 * stops its devices, and calls the hypervisor.
 */
#include "vm/suspend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/sched.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "vm/vm_store.h"

#define TAKEN_SECONDS   60
#define SUSPEND_SECONDS 120
#define LOOK_US         5000
#define NODE_MAX        64

/* 1: suspended, 0: not yet, -1 with the reason: it will not. */
static int suspended(struct xencall *xc, domid_t domid, struct reason *why)
{
	struct xen_domctl_getdomaininfo info;

	if (domain_info(xc, domid, &info) < 0)
		return reason_errno(why, "domain %u", domid);
	if (!(info.flags & XEN_DOMINF_shutdown))
		return info.flags & XEN_DOMINF_paused
			       ? reason_set(why, "domain %u is paused: it cannot suspend itself",
					    domid)
			       : 0;
	if (domain_shutdown_code(&info) == SHUTDOWN_suspend)
		return 1;
	return reason_set(why, "domain %u has stopped (reason %u) instead of suspending", domid,
			  domain_shutdown_code(&info));
}

/* Takes a request back that was not heard. False: it was heard just now. */
static bool withdraw(domid_t domid)
{
	struct buf value = { 0 };
	struct store s;
	bool ours = false;

	if (store_open(&s) < 0)
		return false;
	if (store_begin(&s) == 0) {
		ours = vm_node_read(&s, domid, "control/shutdown", &value) == 0 && value.len &&
		       vm_node_write(&s, domid, "control/shutdown", "") == 0;
		if (store_end(&s, ours) < 0)
			ours = false;
	}
	buf_free(&value);
	store_close(&s);
	return ours;
}

int vm_suspend(struct xencall *xc, domid_t domid, struct reason *why)
{
	int64_t until;
	int rc = suspended(xc, domid, why);

	if (rc)
		return rc < 0 ? -1 : 0;
	if (!vm_store_can(domid, "suspend"))
		return reason_set(why,
				  "domain %u cannot be suspended: its kernel has not said that it "
				  "can (it may still be starting)",
				  domid);
	if (vm_store_ask(domid, "suspend", why) < 0)
		return -1;
	if (!vm_store_wait_taken(domid, TAKEN_SECONDS) && withdraw(domid))
		return reason_set(why,
				  "domain %u has not answered in %u s; the request is withdrawn",
				  domid, TAKEN_SECONDS);
	for (until = now_ms() + SUSPEND_SECONDS * 1000; now_ms() < until; usleep(LOOK_US)) {
		rc = suspended(xc, domid, why);
		if (rc)
			return rc < 0 ? -1 : 0;
	}
	return reason_set(why, "domain %u has heard the request, but has not suspended in %u s",
			  domid, SUSPEND_SECONDS);
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* Name number i, of those that there are with so many vCPUs; false beyond the last one. */
static bool node_name(unsigned int i, unsigned int max_vcpus, char name[NODE_MAX])
{
	/* Linux says what it can when it boots, and never again. */
	static const char *const fixed[] = {
		"memory/target",
		"memory/static-max",
		"memory/max",
		"control/feature-poweroff",
		"control/feature-reboot",
		"control/feature-suspend",
	};
	const unsigned int nr = sizeof(fixed) / sizeof(fixed[0]);

	if (i < nr)
		snprintf(name, NODE_MAX, "%s", fixed[i]);
	else
		snprintf(name, NODE_MAX, "cpu/%u/availability", i - nr);
	return i < nr + max_vcpus;
}

static bool value_plausible(const char *name, const char *value)
{
	if (strncmp(name, "cpu/", 4) == 0)
		return strcmp(value, "online") == 0 || strcmp(value, "offline") == 0;
	return *value && strlen(value) < 20 && strspn(value, "0123456789") == strlen(value);
}

int vm_nodes_get(domid_t domid, unsigned int max_vcpus, struct buf *nodes, struct reason *why)
{
	char name[NODE_MAX];
	struct store s;

	if (store_open(&s) < 0)
		return reason_errno(why, "store");
	for (unsigned int i = 0; node_name(i, max_vcpus, name); i++) {
		struct buf value = { 0 };

		if (vm_node_read(&s, domid, name, &value) == 0 && value.data &&
		    value_plausible(name, value.data)) {
			buf_append(nodes, name, strlen(name) + 1);
			buf_append(nodes, value.data, strlen(value.data) + 1);
		}
		buf_free(&value);
	}
	store_close(&s);
	return nodes->failed ? reason_set(why, "out of memory") : 0;
}

/* The next string of those in b, which moves on; NULL if there is none with a terminator. */
static const char *next_string(struct bytes *b)
{
	const char *s = (const char *)b->data;
	const void *end = b->len ? memchr(s, 0, b->len) : NULL;
	size_t len = end ? (size_t)((const char *)end - s) + 1 : 0;

	if (!end || !bytes_part(*b, len, b->len - len, b))
		return NULL;
	return s;
}

static bool node_known(const char *wanted, unsigned int max_vcpus)
{
	char name[NODE_MAX];

	for (unsigned int i = 0; node_name(i, max_vcpus, name); i++)
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

int vm_nodes_put(domid_t domid, unsigned int max_vcpus, struct bytes nodes, struct reason *why)
{
	const char *name, *value;
	struct store s;
	int rc = 0;

	if (store_open(&s) < 0)
		return reason_errno(why, "store");
	while (rc == 0 && (name = next_string(&nodes))) {
		value = next_string(&nodes);
		if (!value || !node_known(name, max_vcpus) || !value_plausible(name, value)) {
			rc = reason_set(why, "the file wants to set \"%.32s\" in the store", name);
			break;
		}
		if (vm_node_write(&s, domid, name, value) < 0)
			rc = reason_errno(why, "domain %u: %s", domid, name);
	}
	store_close(&s);
	return rc;
}
