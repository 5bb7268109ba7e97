// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The request is a word in the store, which the guest's kernel takes out again; a guest that has
 * not said that it listens is asked all the same, unless there is something else to do.
 */
#include "vm/vm_stop.h"

#include <errno.h>
#include <unistd.h>

#include "abi/sched.h"
#include "lib/deadline.h"
#include "lib/domain.h"
#include "vm/vm_store.h"

#define TAKEN_SECONDS 60 /* for a guest to take note; it may be busy starting */
#define FORCE_SECONDS 10 /* the same, when there is something else to do */
#define LOOK_US       100000

static const char *stop_word(uint32_t reason)
{
	return reason == SHUTDOWN_reboot ? "reboot" : "poweroff";
}

int vm_stop_force(struct xencall *xc, domid_t domid, uint32_t reason, struct reason *why)
{
	if (domain_remote_shutdown(xc, domid, reason) < 0)
		return reason_errno(why, "domain %u", domid);
	return 0;
}

int vm_stop_ask(struct xencall *xc, domid_t domid, const struct vm_stop *how, bool *asked,
		struct reason *why)
{
	const char *what = stop_word(how->reason);
	struct reason inner;

	*asked = false;
	if (how->force && !vm_store_can(domid, what))
		return vm_stop_force(xc, domid, how->reason, why);
	if (vm_store_ask(domid, what, &inner) < 0)
		return reason_set(why, "%s; -F stops it without asking", inner.text);
	*asked = true;
	return 0;
}

int vm_stop_heard(struct xencall *xc, domid_t domid, const struct vm_stop *how, struct reason *why)
{
	struct xen_domctl_getdomaininfo info;
	bool paused = domain_info(xc, domid, &info) == 0 && info.flags & XEN_DOMINF_paused;
	unsigned int seconds = paused ? 0 : how->force ? FORCE_SECONDS : TAKEN_SECONDS;

	if (vm_store_wait_taken(domid, seconds))
		return 0;
	if (domain_info(xc, domid, &info) < 0 || info.flags & XEN_DOMINF_shutdown)
		return 0;
	if (how->force)
		return vm_stop_force(xc, domid, how->reason, why);
	if (paused)
		return reason_set(
			why, "domain %u is paused: it will hear of this after `xl unpause`", domid);
	return reason_set(why,
			  "domain %u has not answered in %u s: it may still be starting, have "
			  "no drivers for the store, or hang. The request stands; -F stops a "
			  "domain that does not answer",
			  domid, seconds);
}

bool vm_stop_wait(struct xencall *xc, domid_t domid, unsigned int seconds)
{
	struct xen_domctl_getdomaininfo info;
	int64_t until = now_ms() + seconds * 1000LL;

	while (domain_info(xc, domid, &info) == 0 &&
	       !(info.flags & (XEN_DOMINF_shutdown | XEN_DOMINF_dying))) {
		if (seconds && now_ms() >= until)
			return false;
		usleep(LOOK_US);
	}
	return true;
}
